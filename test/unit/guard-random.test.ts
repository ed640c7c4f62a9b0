/** Random boots of a server, against what the guard promises. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { GuardWorld } from "./guard-world.ts";

const SEEDS = 60;

function boot(seed: number, counted: number | null): GuardWorld {
  const world = new GuardWorld(seed, counted);
  try {
    world.run();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    assert.fail(`seed ${seed}, ${world.now} ms: ${why}\n${world.trace.slice(-15).join("\n")}`);
  }
  return world;
}

test("random boots break no promise of the guard", () => {
  const ends = new Map<string, number>();
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const counted = seed % 5 === 4 ? null : seed % 5;
    const { end } = boot(seed, counted);
    ends.set(end ?? "none", (ends.get(end ?? "none") ?? 0) + 1);
  }
  // Else nothing was shown.
  for (const end of ["sysrq b", "sysrq c", "left", "the device"]) {
    assert.ok((ends.get(end) ?? 0) > 0, `no boot ended by ${end}: ${JSON.stringify([...ends])}`);
  }
});

test("the same seed gives the same boot", () => {
  for (const seed of [3, 7, 11]) assert.deepEqual(boot(seed, 0).trace, boot(seed, 0).trace);
});
