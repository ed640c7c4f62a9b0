import assert from "node:assert/strict";
import { test } from "node:test";
import { report } from "./main.ts";
import { runSeed } from "./run-seed.ts";

// A second's worth here; minutes with `npm run simulate`.
const SEEDS = 20;

test("random histories break no promise of the policy", () => {
  let steps = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const run = runSeed(seed);
    steps += run.steps;
    assert.equal(run.fault, null, report(run));
  }
  assert.ok(steps > 1000, "the histories were too short to show anything");
});

test("the same seed gives the same history", () => {
  for (const seed of [4, 8, 15]) assert.equal(runSeed(seed).trace, runSeed(seed).trace);
});
