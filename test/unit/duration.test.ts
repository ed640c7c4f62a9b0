import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  DAY,
  formatDuration,
  HOUR,
  MINUTE,
  parseDuration,
  SECOND,
} from "../../src/base/duration.ts";

const READ: readonly (readonly [string, number | null])[] = [
  ["0s", 0],
  ["1ms", 1],
  ["250ms", 250],
  ["30s", 30 * SECOND],
  ["5m", 5 * MINUTE],
  ["1h30m", HOUR + 30 * MINUTE],
  ["2d", 2 * DAY],
  ["1.5s", 1500],
  ["1d2h3m4s5ms", DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND + 5],
  ["", null],
  ["30", null],
  ["s", null],
  ["-30s", null],
  ["30 s", null],
  ["30sec", null],
  ["30S", null],
  ["1h-5m", null],
  [".5s", null],
  [" 30s", null],
];

for (const [text, want] of READ) {
  test(`parseDuration reads "${text}" as ${want}`, () => assert.equal(parseDuration(text), want));
}

const WRITTEN: readonly (readonly [number, string])[] = [
  [0, "0s"],
  [1, "1ms"],
  [999, "999ms"],
  [999.6, "1000ms"],
  [1000, "1s"],
  [1499, "1s"],
  [1500, "2s"],
  [59_999, "1m"],
  [90 * SECOND, "1m30s"],
  [HOUR, "1h"],
  [DAY + SECOND, "1d1s"],
  [-90 * SECOND, "-1m30s"],
];

for (const [span, want] of WRITTEN) {
  test(`formatDuration writes ${span} as ${want}`, () => assert.equal(formatDuration(span), want));
}

test("what is written is read again, for whole seconds", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 400 * 24 * 3600 }), (seconds) => {
      assert.equal(parseDuration(formatDuration(seconds * SECOND)), seconds * SECOND);
    }),
  );
});

test("no text makes parseDuration throw or answer something that is no span", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const span = parseDuration(text);
      assert.ok(span === null || (Number.isInteger(span) && span >= 0));
    }),
  );
});
