import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type * as Play from "../../src/simulate/play.ts";
import type * as RunSeed from "../../test/simulation/run-seed.ts";
import type * as Decisions from "../../test/unit/play-decisions.ts";

// Loaded in a copy of the tree in which every mutant sleeps. A mutant of a module's body must be
// awake before the module is loaded, so the policy is imported only after that.
const { root, atLoad, seeds, skip } = workerData as {
  root: string;
  atLoad: number;
  seeds: number;
  /** Tests that fail without any mutant: they notice nothing. */
  skip: readonly string[];
};
const world = globalThis as { mutant?: number; wakeMutant?: (id: number) => void };
world.mutant = atLoad;

const { playText } = (await import(join(root, "src/simulate/play.ts"))) as typeof Play;
const { runSeed } = (await import(join(root, "test/simulation/run-seed.ts"))) as typeof RunSeed;

const { playDecisions } = (await import(
  join(root, "test/unit/play-decisions.ts")
)) as typeof Decisions;

const TABLES = "test/unit/decisions";
const stories = ["test/scenarios", "test/simulation/histories", TABLES]
  .map((folder) => join(root, folder))
  .flatMap((folder) => readdirSync(folder).map((name) => ({ name, path: join(folder, name) })))
  .filter(({ name }) => name.endsWith(".txt") && !skip.includes(name))
  .map(({ name, path }) => ({
    name,
    text: readFileSync(path, "utf8"),
    isTable: path.includes(TABLES),
  }))
  .sort((one, other) => one.text.length - other.text.length);

/** The name of the first test that notices the mutant; null when none does. */
function judge(): string | null {
  for (const [index, story] of stories.entries()) {
    if (isNoticed(story)) {
      // What noticed something is asked first the next time.
      stories.splice(index, 1);
      stories.unshift(story);
      return story.name;
    }
  }
  for (let seed = 1; seed <= seeds; seed += 1) {
    const name = `seed ${seed}`;
    if (!skip.includes(name) && runSeed(seed).fault !== null) return name;
  }
  return null;
}

function isNoticed({ text, isTable }: { text: string; isTable: boolean }): boolean {
  try {
    if (isTable) return `${playDecisions(text).trimEnd()}\n` !== text;
    return playText(text) !== text;
  } catch {
    return true;
  }
}

/** Histories with more decisions are left out, or thousands of mutants take hours. */
const STEPS_MAX = 2000;

/** Every test that fails as the tree stands, and every history that is too long. */
function findFailing(): string[] {
  const failing = stories.filter(isNoticed).map(({ name }) => name);
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { fault, steps } = runSeed(seed);
    if (fault !== null) failing.push(`seed ${seed}`);
    else if (steps > STEPS_MAX) failing.push(`seed ${seed} (long)`);
  }
  return failing;
}

parentPort?.on("message", (mutant: number) => {
  world.wakeMutant?.(mutant);
  const killer = mutant === 0 ? findFailing().join(",") : judge();
  parentPort?.postMessage({ mutant, killer });
});
parentPort?.postMessage({ mutant: -1, killer: null });
