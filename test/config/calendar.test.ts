/** When planned windows open: tables, and a year in several zones beside a slow and simple answer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, MINUTE } from "../../src/base/duration.ts";
import {
  type Calendar,
  isZone,
  startsBetween,
  windowAt,
  type WindowNow,
} from "../../src/config/calendar.ts";
import { cronFor } from "../../src/config/cron.ts";
import { Prng } from "../simulation/prng.ts";

const { readCron } = await cronFor("windows");
assert.ok(readCron);

function calendar(cron: string, zone: string, forMs = HOUR): Calendar {
  const read = readCron?.(cron);
  assert.ok(read?.ok, `${cron}: ${read?.ok === false ? read.problem : ""}`);
  return { times: read.value, zone, forMs };
}

function at(text: string): number {
  return Date.parse(text);
}

function shown(now: WindowNow): string {
  const word = now.isOpen ? `open until ${iso(now.until)}` : "closed";
  return `${word}, look at ${iso(now.changesAt)}`;
}

function iso(wall: number | null): string {
  return wall === null ? "never" : new Date(wall).toISOString().slice(0, 16);
}

const NOW: readonly (readonly [string, string, number, string, string])[] = [
  ["0 2 * * *", "UTC", HOUR, "2026-06-01T01:59:59Z", "closed, look at 2026-06-01T02:00"],
  [
    "0 2 * * *",
    "UTC",
    HOUR,
    "2026-06-01T02:00:00Z",
    "open until 2026-06-01T03:00, look at 2026-06-01T03:00",
  ],
  ["0 2 * * *", "UTC", HOUR, "2026-06-01T03:00:00Z", "closed, look at 2026-06-02T02:00"],
  // Across midnight, and over the end of the year.
  [
    "30 23 * * *",
    "Asia/Tokyo",
    3 * HOUR,
    "2026-12-31T16:00:00Z",
    "open until 2026-12-31T17:30, look at 2026-12-31T17:30",
  ],
  // It begins again before it ends: looked at in between, and it goes on.
  [
    "*/10 * * * *",
    "UTC",
    HOUR,
    "2026-06-01T00:05:00Z",
    "open until 2026-06-01T01:00, look at 2026-06-01T00:10",
  ],
  ["0 0 29 2 *", "UTC", HOUR, "2026-06-01T00:00:00Z", "closed, look at 2028-02-29T00:00"],
  // A Monday: not before 2044, which nobody looks for.
  ["0 0 29 2 mon", "UTC", HOUR, "2026-06-01T00:00:00Z", "closed, look at never"],
  // Both must match, other than in crontab(5).
  ["0 3 1 * mon", "UTC", HOUR, "2026-06-02T00:00:00Z", "closed, look at 2027-02-01T03:00"],
  ["0 3 L * *", "UTC", HOUR, "2026-02-01T00:00:00Z", "closed, look at 2026-02-28T03:00"],
  // A week is the longest; the agent may be started in the middle.
  [
    "0 0 * * sat",
    "UTC",
    7 * DAY,
    "2026-06-03T12:00:00Z",
    "open until 2026-06-06T00:00, look at 2026-06-06T00:00",
  ],
  // Half an hour of summer time, and a zone 13 h ahead.
  [
    "15 2 * * *",
    "Australia/Lord_Howe",
    HOUR,
    "2026-10-03T12:00:00Z",
    "closed, look at 2026-10-03T15:30",
  ],
  ["0 0 1 * *", "Pacific/Apia", HOUR, "2026-06-15T00:00:00Z", "closed, look at 2026-06-30T11:00"],
];

for (const [cron, zone, forMs, when, want] of NOW) {
  test(`${cron} in ${zone} at ${when}`, () => {
    assert.equal(shown(windowAt(calendar(cron, zone, forMs), at(when))), want);
  });
}

const CHANGES: readonly (readonly [string, string, string, readonly string[]])[] = [
  // 02:30 is not there on 29 March: the window opens when the clock jumps.
  [
    "30 2 * * *",
    "Europe/Berlin",
    "2026-03-28T00:00Z",
    ["2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"],
  ],
  // 02:30 is there twice on 25 October: once is enough.
  [
    "30 2 * * *",
    "Europe/Berlin",
    "2026-10-24T00:00Z",
    ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"],
  ],
  // Every hour means every hour that there is.
  [
    "30 * * * *",
    "Europe/Berlin",
    "2026-03-29T00:00Z",
    ["2026-03-29T00:30", "2026-03-29T01:30", "2026-03-29T02:30"],
  ],
  [
    "30 * * * *",
    "Europe/Berlin",
    "2026-10-25T00:00Z",
    ["2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30"],
  ],
  // At midnight, where the day begins at one.
  [
    "0 0 * * *",
    "Africa/Cairo",
    "2026-04-23T00:00Z",
    ["2026-04-23T22:00", "2026-04-24T21:00", "2026-04-25T21:00"],
  ],
  [
    "0 2 * * *",
    "America/New_York",
    "2026-03-07T00:00Z",
    ["2026-03-07T07:00", "2026-03-08T07:00", "2026-03-09T06:00"],
  ],
];

for (const [cron, zone, from, want] of CHANGES) {
  test(`${cron} in ${zone} when the clocks are changed, from ${from}`, () => {
    const got = startsBetween(calendar(cron, zone), at(from), at(from) + 4 * DAY, 3);
    assert.deepEqual(got.map(iso), want);
  });
}

const ZONES = [
  "UTC",
  "Asia/Tokyo",
  "Europe/Berlin",
  "America/St_Johns",
  "Australia/Lord_Howe",
  "America/Santiago",
  "Asia/Kathmandu",
];
const CRONS = ["0 2 * * *", "30 2 * * sun", "15 1,2,3 * 3,10,11 *", "45 23 1-7 * *", "5 * * * *"];

test("a year in several zones: the same starts as looking at every minute's clock", () => {
  const from = at("2026-01-01T00:00Z");
  for (const [index, cron] of CRONS.entries()) {
    for (const zone of ZONES) {
      const got = startsBetween(calendar(cron, zone), from, from + 365 * DAY, 10_000);
      const want = plainStarts(cron, zone, from);
      // Where the clock jumps over a start, or shows it twice, the rule above holds instead.
      const isChanging = (one: number): boolean =>
        offsetOf(zone, one - 3 * HOUR) !== offsetOf(zone, one + 3 * HOUR);
      const quiet = (list: readonly number[]): number[] => list.filter((one) => !isChanging(one));
      assert.deepEqual(quiet(got).map(iso), quiet(want).map(iso), `${cron} in ${zone}`);
      assert.ok(index === 2 || got.length > 10);
      for (const [place, one] of got.entries())
        assert.ok(place === 0 || one > (got[place - 1] ?? 0));
    }
  }
});

test("at random instants of a year a window is open exactly while its last start lasts", () => {
  const random = new Prng(20_261_121);
  const from = at("2026-01-10T00:00Z");
  for (let round = 0; round < 400; round += 1) {
    const zone = random.pick(ZONES);
    const cron = random.pick(CRONS);
    const forMs = random.between(1, 36 * 60) * MINUTE;
    const one = calendar(cron, zone, forMs);
    const when = from + random.between(0, 340 * DAY);
    const starts = startsBetween(one, when - forMs - 1, when + 1, 10_000);
    const last = starts.findLast((start) => start <= when && when < start + forMs);
    const now = windowAt(one, when);
    assert.equal(now.isOpen, last !== undefined, `${cron} in ${zone} for ${forMs} at ${iso(when)}`);
    assert.equal(now.until, last === undefined ? null : last + forMs);
    if (now.changesAt !== null) assert.ok(now.changesAt > when);
  }
});

const BAD: readonly (readonly [string, RegExp])[] = [
  ["", /^five fields are needed/],
  ["0 2 * *", /^five fields are needed/],
  ["0 0 2 * * *", /^five fields are needed/],
  ["@daily", /^five fields are needed/],
  ["61 2 * * *", /^`61` is not possible as minute$/],
  ["0 25 * * *", /^`25` is not possible as hour$/],
  ["0 2 32 * *", /^`32` is not possible as day of the month$/],
  ["0 2 * 13 *", /^`13` is not possible as month$/],
  ["0 2 * * foo", /day of the week|expression/],
  ["0 2 ; rm *", /expression/],
];

for (const [cron, want] of BAD) {
  test(`\`${cron}\` is no expression`, () => {
    const read = readCron(cron);
    assert.ok(!read.ok);
    assert.match(read.problem, want);
  });
}

test("a zone is one that the runtime knows", () => {
  assert.ok(isZone("Asia/Tokyo"));
  assert.ok(!isZone("Asia/Tokio"));
});

/** Every minute of a year whose clock shows what the expression says; slow, and surely right. */
function plainStarts(cron: string, zone: string, from: number): number[] {
  const { times } = calendar(cron, zone);
  const days = new Map<number, boolean>();
  const found: number[] = [];
  for (let hour = from; hour < from + 365 * DAY; hour += HOUR) {
    const offset = offsetOf(zone, hour);
    for (let one = hour; one < hour + HOUR; one += MINUTE) {
      const local = one + offset;
      const day = Math.floor(local / DAY) * DAY;
      if (!times.minutes.includes(((local - day) / MINUTE) % 60)) continue;
      if (!times.hours.includes(Math.floor((local - day) / HOUR))) continue;
      if (!days.has(day)) days.set(day, times.matchesDay(day));
      if (days.get(day)) found.push(one);
    }
  }
  return found;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

/** By the full hour: around a change of the clocks nothing is compared. */
function offsetOf(zone: string, when: number): number {
  const hour = Math.floor(when / HOUR) * HOUR;
  const key = `${zone} ${hour}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  formats.set(zone, format);
  const offset = Date.parse(`${format.format(hour).replace(" ", "T")}Z`) - hour;
  offsets.set(key, offset);
  return offset;
}
