import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";

// Loaded in a copy of the tree in which every mutant sleeps. A mutant of a module's body must be
// awake before the module is loaded, so the policy is imported only after that.
const { root, atLoad, seeds } = workerData as { root: string; atLoad: number; seeds: number };
const world = globalThis as { mutant?: number };
world.mutant = atLoad;

const { playText } = (await import(
  join(root, "src/simulate/play.ts")
)) as typeof import("../../src/simulate/play.ts");
const { runSeed } = (await import(
  join(root, "test/simulation/run-seed.ts")
)) as typeof import("../../test/simulation/run-seed.ts");

const folder = join(root, "test/scenarios");
const stories = readdirSync(folder)
  .filter((name) => name.endsWith(".txt"))
  .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8"), kills: 0 }))
  .sort((one, other) => one.text.length - other.text.length);

/** The name of the first test that notices the mutant; null when none does. */
function judge(): string | null {
  for (const [index, story] of stories.entries()) {
    if (isNoticed(story)) {
      story.kills += 1;
      // What noticed something is asked first the next time.
      stories.splice(index, 1);
      stories.unshift(story);
      return story.name;
    }
  }
  for (let seed = 1; seed <= seeds; seed += 1)
    if (runSeed(seed).fault !== null) return `seed ${seed}`;
  return null;
}

function isNoticed({ text }: { text: string }): boolean {
  try {
    return playText(text) !== text;
  } catch {
    return true;
  }
}

parentPort?.on("message", (mutant: number) => {
  world.mutant = mutant;
  parentPort?.postMessage({ mutant, killer: judge() });
});
parentPort?.postMessage({ mutant: -1, killer: null });
