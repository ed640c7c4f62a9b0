import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DAY, HOUR, MINUTE } from "../../src/base/duration.ts";
import {
  availabilityReport,
  DAYS_MAX,
  emptyLedger,
  type Ledger,
  type Moment,
  passGap,
  passTime,
  type Standing,
  STANDINGS,
} from "../../src/core/availability.ts";

const START = Date.UTC(2026, 0, 30, 12);

function moment(at: number): Moment {
  const wall = START + at;
  return { at, wall, day: new Date(wall).toISOString().slice(0, 10) };
}

/** `standing for span`, one after the other, of the group `shop`. */
function lived(...spans: readonly (readonly [Standing, number])[]): Ledger {
  let at = 0;
  let ledger = emptyLedger("b1", moment(0));
  for (const [standing, span] of spans) {
    ledger = passTime(ledger, moment(at), { shop: standing });
    at += span;
  }
  return passTime(ledger, moment(at), ledger.standings);
}

const ALL = ["0000-00-00", "9999-99-99"] as const;

test("up, down twice, planned: what counts and how long a repair took", () => {
  const ledger = lived(
    ["up", 5 * HOUR],
    ["down", 10 * MINUTE],
    ["up", 4 * HOUR],
    ["planned", 2 * HOUR],
    ["up", HOUR],
    ["down", 20 * MINUTE],
  );
  assert.deepEqual(availabilityReport(ledger, ...ALL), [
    {
      name: "shop",
      up: 10 * HOUR,
      down: 30 * MINUTE,
      planned: 2 * HOUR,
      unwatched: 0,
      failures: 2,
      availability: 20 / 21,
      repairMs: 15 * MINUTE,
      betweenMs: 5 * HOUR,
    },
  ]);
});

for (const [as, expected] of [
  ["down", { down: HOUR, planned: 0, unwatched: 0, failures: 1 }],
  ["planned", { down: 0, planned: HOUR, unwatched: 0, failures: 0 }],
  ["unwatched", { down: 0, planned: 0, unwatched: HOUR, failures: 0 }],
] as const) {
  test(`an hour without an agent that counts as ${as}`, () => {
    const ledger = passGap(lived(["up", HOUR]), moment(2 * HOUR), HOUR, as);
    const [row] = availabilityReport(ledger, ...ALL);
    const { down, planned, unwatched, failures } = row ?? assert.fail("no row");
    assert.deepEqual({ down, planned, unwatched, failures }, expected);
  });
}

test("what was not meant to be there is not missed", () => {
  const ledger = passGap(lived(["planned", HOUR]), moment(2 * HOUR), HOUR, "down");
  const [row] = availabilityReport(ledger, ...ALL);
  assert.equal(row?.planned, 2 * HOUR);
  assert.equal(row.failures, 0);
  assert.equal(row.availability, null);
});

test("a report of some days leaves the others out", () => {
  const ledger = lived(["up", 6 * HOUR], ["down", HOUR], ["up", DAY], ["down", HOUR]);
  const [january] = availabilityReport(ledger, "2026-01-01", "2026-01-31");
  const [all] = availabilityReport(ledger, ...ALL);
  assert.equal(january?.failures, 2);
  assert.equal(all?.failures, 2);
  assert.deepEqual(availabilityReport(ledger, "2026-02-01", "2026-02-28"), []);
  // The first and the last day belong to it.
  const days = Object.keys(ledger.days).toSorted();
  const [first = "", second = ""] = days;
  const oneDay = availabilityReport(ledger, first, first)[0];
  const next = availabilityReport(ledger, second, second)[0];
  const both = availabilityReport(ledger, first, second)[0];
  assert.ok(oneDay && next && both);
  assert.equal(both.up, oneDay.up + next.up);
  assert.ok(oneDay.up > 0 && next.up > 0);
});

test("the server comes first, old days go", () => {
  let ledger = emptyLedger("b1", moment(0));
  for (let day = 0; day < DAYS_MAX + 50; day += 1) {
    ledger = passTime(ledger, moment(day * DAY), { alpha: "up", server: "up" });
  }
  assert.equal(Object.keys(ledger.days).length, DAYS_MAX);
  assert.deepEqual(
    availabilityReport(ledger, ...ALL).map(({ name }) => name),
    ["server", "alpha"],
  );
});

test("whatever happens, every moment is counted once", () => {
  const step = fc.record({
    span: fc.integer({ min: 0, max: 3 * DAY }),
    next: fc.constantFrom(...STANDINGS),
    isGap: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
      let at = 0;
      let ledger = passTime(emptyLedger("b1", moment(0)), moment(0), { shop: "up" });
      for (const { span, next, isGap } of steps) {
        at += span;
        ledger =
          isGap && next !== "up"
            ? passGap(ledger, moment(at), span, next)
            : passTime(ledger, moment(at), { shop: next });
      }
      const [row] = availabilityReport(ledger, ...ALL);
      const { up, down, planned, unwatched, failures } = row ?? assert.fail("no row");
      assert.equal(up + down + planned + unwatched, at);
      assert.ok(failures <= steps.length);
    }),
    { seed: 20261121, numRuns: 300 },
  );
});
