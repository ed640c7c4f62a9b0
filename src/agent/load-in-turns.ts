import type { Millis } from "../base/duration.ts";
import type { Steps } from "../base/steps.ts";
import { configSteps } from "../config/load.ts";
import type { ConfigSurroundings, LoadedOrProblems } from "../config/loaded-config.ts";

/** So long it is worked on a configuration before everything else has its turn. */
const SLICE: Millis = 10;

/** `loadConfig` for the agent, which must hear and act while it reads a file that takes a second. */
export function loadInTurns(
  text: string,
  path: string,
  surroundings: ConfigSurroundings,
): Promise<LoadedOrProblems> {
  return inTurns(configSteps(text, path, surroundings), SLICE);
}

/** After each `slice` of work everything else that waits has its turn. */
export async function inTurns<Value>(work: Steps<Value>, slice: Millis): Promise<Value> {
  for (let since = performance.now(); ; ) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (performance.now() - since < slice) continue;
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  }
}
