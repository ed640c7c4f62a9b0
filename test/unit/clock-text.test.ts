import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatClock, parseClock } from "../../src/simulate/clock-text.ts";

const TIMES: readonly (readonly [number, string])[] = [
  [0, "00:00"],
  [1_999, "00:01"],
  [90_000, "01:30"],
  [3_600_000, "1:00:00"],
  [37 * 3_600_000 + 5_000, "1d 13:00:05"],
];

for (const [at, text] of TIMES)
  test(`${at} ms is ${text}`, () => assert.equal(formatClock(at), text));

for (const text of ["", "5", "1:2", "a:00", "1d 00", "00:00 x"]) {
  test(`"${text}" is not a time`, () => assert.equal(parseClock(text), null));
}

test("what is written is read again, for whole seconds", () => {
  fc.assert(
    fc.property(fc.nat({ max: 40 * 86_400 }), (seconds) => {
      assert.equal(parseClock(formatClock(seconds * 1000)), seconds * 1000);
    }),
  );
});
