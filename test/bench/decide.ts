import { loadConfig } from "../../src/config/load.ts";
import type { Action } from "../../src/core/action.ts";
import { decide } from "../../src/core/decide.ts";
import { initialState } from "../../src/core/initial.ts";
import type { Input } from "../../src/core/input.ts";
import { createModel, type Model, type ResourceId } from "../../src/core/model.ts";
import type { State } from "../../src/core/state.ts";
import { largeConfig } from "./large.ts";

/** How long single decisions took, in microseconds, by what they were about. */
export interface DecideTimes {
  readonly healthy: readonly number[];
  readonly recovery: readonly number[];
  readonly all: readonly number[];
}

const HEALTHY_ROUNDS = 20;

/** The policy with a server in memory on which every operation succeeds at once. */
class Bench {
  readonly #model: Model;
  readonly #waiting: Action[] = [];
  #state: State;
  #at = 1000;

  constructor(model: Model) {
    this.#model = model;
    this.#state = initialState(model, { at: 1000, wall: 1_000_000 });
  }

  /** Decides one input and gives back how long that took. */
  give(input: (now: { at: number; wall: number }) => Input): number {
    this.#at += 1;
    const made = input({ at: this.#at, wall: 1_000_000 + this.#at });
    const startedAt = performance.now();
    const decision = decide(this.#model, this.#state, made);
    const took = (performance.now() - startedAt) * 1000;
    this.#state = decision.state;
    this.#waiting.push(...decision.actions);
    return took;
  }

  /** Answers what was ordered until nothing is; gives back how long each decision took. */
  settle(): readonly number[] {
    const times: number[] = [];
    for (let action = this.#waiting.shift(); action; action = this.#waiting.shift()) {
      const answer = answerTo(action);
      if (answer !== null) times.push(this.give(answer));
    }
    return times;
  }

  isActive(): boolean {
    return this.#state.resources.rows().every(({ phase }) => phase.is === "active");
  }
}

function answerTo(action: Action): ((now: { at: number; wall: number }) => Input) | null {
  switch (action.type) {
    case "startResource":
    case "stopResource":
    case "runScript": {
      const { op } = action;
      return (now) => ({ ...now, type: "actionFinished", op, result: "done", reason: "" });
    }
    case "startProbing":
    case "probeNow":
      return probe(action.monitor, "ok");
    case "awaitOperation":
    case "abandon":
    case "stopProbing":
    case "saveState":
    case "order":
    case "groupsStopped":
    case "takeEvidence":
    case "event":
    case "stopAgent":
      return null;
  }
}

function probe(
  monitor: string,
  outcome: "ok" | "failed",
): (now: { at: number; wall: number }) => Input {
  const rest = { monitor, outcome, reason: "bench", durationMs: 1, isTimeout: false };
  return (now) => ({ ...now, type: "probeFinished", ...rest });
}

/** One resource of each group: a second failure in the same incident would have to wait. */
function firstOfEach(model: Model): readonly ResourceId[] {
  return [...model.resources.values()]
    .filter(({ after }) => after.length === 0)
    .map(({ id }) => id);
}

/**
 * Times the policy with the large configuration: rounds of healthy probes, then the failure of
 * one resource in each group with everything that is decided until they are active again.
 */
export function timeDecide(): DecideTimes {
  const loaded = loadConfig(largeConfig("/bin/true"), "large.yaml");
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems.slice(0, 3)));
  const model = createModel(loaded.config.model);
  const bench = new Bench(model);
  const monitors = [...model.monitors.keys()];
  const boot = {
    bootId: "b",
    machineId: "m",
    uptimeMs: 3_600_000,
    hasWatchdogStatus: false,
    hasPanicRecord: false,
    recordFault: null,
    stateFault: null,
    configFault: null,
  };
  bench.give((now) => ({
    ...now,
    type: "agentStarted",
    boot,
    observed: new Map(),
    hasGuard: false,
  }));
  bench.settle();
  if (!bench.isActive()) throw new Error("the large configuration did not become active");
  const healthy: number[] = [];
  for (let round = 0; round < HEALTHY_ROUNDS; round += 1) {
    for (const monitor of monitors) healthy.push(bench.give(probe(monitor, "ok")));
  }
  const recovery: number[] = [];
  for (const resource of firstOfEach(model)) {
    const ended = { type: "resourceEnded", resource, how: "signal KILL" } as const;
    recovery.push(
      bench.give((now) => ({ ...now, ...ended })),
      ...bench.settle(),
    );
  }
  if (!bench.isActive()) throw new Error("the large configuration did not recover");
  return { healthy, recovery, all: [...healthy, ...recovery] };
}
