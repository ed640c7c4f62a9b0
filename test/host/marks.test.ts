import assert from "node:assert/strict";
import { test } from "node:test";
import { MarkCache } from "../../src/host/census.ts";

test("a daemon that is seen before its own start is answered belongs to nobody else", () => {
  const marks = new MarkCache();
  // Clock ticks since the boot, in which start times are told.
  const now = Number(process.hrtime.bigint() / 10_000_000n);
  marks.launched({ pid: process.pid, startTime: now }, "first");
  assert.equal(marks.onlyLaunchBefore(now), "first");
  const answered = marks.launching("second");
  assert.equal(marks.onlyLaunchBefore(now + 1), null);
  answered();
  assert.equal(marks.onlyLaunchBefore(now + 1), "first");
});
