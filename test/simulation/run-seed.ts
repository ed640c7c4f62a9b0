import { createModel } from "../../src/core/model.ts";
import { parseScenario } from "../../src/simulate/parse.ts";
import { happen } from "../../src/simulate/play.ts";
import { NO_FAULTS } from "../../src/simulate/scenario.ts";
import { type Step, World } from "../../src/simulate/world.ts";
import { type RandomScenario, randomScenario } from "./generate.ts";
import { Invariants } from "./invariants.ts";

export interface SeedRun {
  readonly scenario: RandomScenario;
  readonly steps: number;
  /** The trace as one number, to compare two runs. */
  readonly trace: number;
  readonly fault: {
    readonly message: string;
    readonly at: number;
    readonly step: number;
    readonly last: readonly string[];
  } | null;
}

const LAST_MAX = 10;
const STEPS_MAX = 100_000;

/** Plays the history of a seed, watching the invariants after every decision. */
export function runSeed(seed: number): SeedRun {
  const random = randomScenario(seed);
  const scenario = parseScenario(random.text);
  const model = createModel(scenario.spec);
  const invariants = new Invariants(random.mood);
  const last: string[] = [];
  let steps = 0;
  let trace = 0;
  const world: World = new World(model, scenario.world, (step: Step) => {
    steps += 1;
    if (steps > STEPS_MAX) throw new Error("the history does not come to its end");
    last.push(`${step.at} ms: ${step.cause}`);
    if (last.length > LAST_MAX) last.shift();
    if (step.actions.length > 0) trace = hash(trace, JSON.stringify(step.actions));
    invariants.check(step, (resource) => world.trees.isAlive(resource));
  });
  try {
    if (scenario.spec.mode === "observe") world.trees.runAll(world.now);
    world.startAgent(NO_FAULTS, "(agent starts)");
    for (const { at, text, happening } of scenario.lines) {
      world.run(at);
      if (happening.kind === "ended" && world.trees.runningSince(happening.resource) === null)
        continue;
      happen(world, happening, text);
    }
    const { state } = world;
    if (state !== null && random.mood === "stubborn")
      invariants.checkStubborn(state, world.model, "m1");
    else if (state !== null) invariants.checkEnd(state, world.model);
    return { scenario: random, steps, trace, fault: null };
  } catch (error) {
    const message =
      error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
    return { scenario: random, steps, trace, fault: { message, at: world.now, step: steps, last } };
  }
}

function hash(start: number, text: string): number {
  let value = start;
  for (let at = 0; at < text.length; at += 1)
    value = (Math.imul(value, 31) + text.charCodeAt(at)) | 0;
  return value;
}
