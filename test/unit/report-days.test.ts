/** Which days a report is about, whatever the clocks of the zone do. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { daysBefore, wallsOf } from "../../src/base/report-days.ts";

const zone = process.env["TZ"];
process.env["TZ"] = "Europe/Berlin";
after(() => {
  if (zone === undefined) delete process.env["TZ"];
  else process.env["TZ"] = zone;
});

for (const [at, period, from, to] of [
  ["2026-11-23T07:00", "week", "2026-11-16", "2026-11-22"],
  ["2026-11-23T00:00", "day", "2026-11-22", "2026-11-22"],
  ["2026-11-01T00:30", "month", "2026-10-01", "2026-10-31"],
  ["2026-03-31T07:00", "month", "2026-02-01", "2026-02-28"],
  ["2027-01-01T07:00", "month", "2026-12-01", "2026-12-31"],
  ["2027-01-03T07:00", "week", "2026-12-27", "2027-01-02"],
  // The night in which an hour is missing, and the one in which it comes twice.
  ["2026-03-30T00:10", "day", "2026-03-29", "2026-03-29"],
  ["2026-10-26T00:10", "day", "2026-10-25", "2026-10-25"],
] as const) {
  test(`${period} before ${at} is ${from} to ${to}`, () => {
    assert.deepEqual(daysBefore(new Date(at).getTime(), period), { from, to });
  });
}

for (const [from, to, hours] of [
  ["2026-11-16", "2026-11-22", 7 * 24],
  ["2026-03-29", "2026-03-29", 23],
  ["2026-10-25", "2026-10-25", 25],
  ["2026-12-31", "2027-01-01", 48],
] as const) {
  test(`${from} to ${to} has ${hours} hours`, () => {
    const { sinceWall, untilWall } = wallsOf({ from, to });
    assert.equal((untilWall - sinceWall) / 3_600_000, hours);
    assert.equal(new Date(sinceWall).getHours(), 0);
    assert.equal(new Date(untilWall).getHours(), 0);
  });
}
