import { assert } from "../base/assert.ts";
import { DAY, formatDuration, HOUR, MINUTE, type Millis, SECOND } from "../base/duration.ts";
import type { Model } from "../core/model.ts";
import { narrowModel } from "./narrow-model.ts";
import { type Answer, NO_FAULTS } from "./scenario.ts";
import { Story, type StoryStep } from "./story.ts";
import { World } from "./world.ts";

/** Where a failure that nobody mends (or that lasts a while) leads to. */
export type EndKind =
  /** It worked again within the retries. */
  | "forgiven"
  | "cured"
  /** Everything was tried, or nothing is configured: failed and told. */
  | "exhausted"
  | "told-only"
  | "did-not-help"
  /** The limit of server-level actions is used up. */
  | "blocked"
  /** The final action stopped what failed; a person starts it again. */
  | "stopped"
  | "agent-stopped"
  | "off"
  /** Something is still being tried when the play ends. */
  | "goes-on";

export interface WhatIf {
  readonly monitor: string;
  readonly mode: "enforce" | "observe";
  /** Null: it never works again by itself. */
  readonly forMs: Millis | null;
  readonly steps: readonly StoryStep[];
  /** When the final action was taken; null when it was not. */
  readonly finalAt: Millis | null;
  readonly restarts: number;
  readonly serverActions: number;
  /** Decisions of the policy that it took. */
  readonly decisions: number;
  /** It took too many: more would have happened. */
  readonly isCut: boolean;
  readonly end: { readonly is: EndKind; readonly at: Millis; readonly text: string };
}

export interface WhatIfOptions {
  /** Only the monitor, its group and what it requires. */
  readonly isAlone: boolean;
  /** The play ends then at the latest. */
  readonly horizonMs: Millis;
  /** And after so many decisions of the policy. */
  readonly decisionsMax: number;
}

/** Long enough for a day's worth of restarts and reboots, and the same day's reminders. */
export const HORIZON_MS: Millis = 2 * DAY;
/** The server has been up so long when it fails: least-uptime is usually over. */
const UPTIME_MS: Millis = 120 * MINUTE;
/** After so many restarts and reboots of one failure nothing new is learned. */
const RESTARTS_MAX = 300;
/** Decisions of one play; a second's interval over two days needs as many. */
const DECISIONS_MAX = 400_000;

const USUAL: WhatIfOptions = {
  isAlone: false,
  horizonMs: HORIZON_MS,
  decisionsMax: DECISIONS_MAX,
};

const FAILED: Answer = {
  outcome: "failed",
  reason: "simulated failure",
  isTimeout: false,
  durationMs: 20,
  until: { kind: "told" },
};

/**
 * Plays, with the policy itself, that `monitor` fails for `forMs` (null: until the end) on a quiet
 * server that has been up for two hours. The monitor is enabled.
 */
export function whatIf(
  whole: Model,
  monitor: string,
  forMs: Millis | null,
  options: WhatIfOptions = USUAL,
): WhatIf {
  const model = narrowModel(whole, monitor, options.isAlone);
  let story: Story | null = null;
  let decisions = 0;
  const world = new World(model, { uptimeMs: UPTIME_MS, hasGuard: true, isCold: true }, (step) => {
    decisions += 1;
    story?.read(step);
  });
  quietServer(world, model, monitor);
  const zero = world.now;
  story = new Story(zero);
  world.probes.tell(monitor, FAILED, `${monitor} failed`);
  const play: Play = { world, story, monitor, zero, forMs };
  if (forMs !== null) {
    world.run(zero + forMs);
    world.probes.tell(monitor, { ...FAILED, outcome: "ok", reason: "answers" }, `${monitor} ok`);
  }
  const until = zero + options.horizonMs + (forMs ?? 0);
  while (world.now < until && decisions < options.decisionsMax && endOf(play) === null) {
    world.run(world.now + MINUTE);
  }
  const is = endOf(play) ?? "goes-on";
  const at = is === "goes-on" ? world.now - zero : story.lastAt;
  const restarts = story.count("step-begun", "would-have");
  const serverActions = story.count("server-action-ordered", "server-action-simulated");
  return {
    monitor,
    mode: model.mode,
    forMs,
    steps: story.steps,
    finalAt: story.finalAt,
    restarts,
    serverActions,
    decisions,
    isCut: decisions >= options.decisionsMax,
    end: { is, at, text: endText(is, { at, restarts, serverActions }) },
  };
}

/** Everything runs, all groups are wanted, and the monitor was ok at least once. */
function quietServer(world: World, model: Model, monitor: string): void {
  // Who observes starts nothing; else each resource is started, so that it is known how long that takes.
  if (model.mode === "observe") world.trees.runAll(world.now);
  world.startAgent(NO_FAULTS, "(agent starts)");
  for (const group of model.groups.keys()) {
    if (world.state?.groups.get(group).goal === "active") continue;
    const command = { type: "start", group, resource: null } as const;
    world.feed({ type: "command", command, by: "simulate" }, `start ${group}`);
  }
  const until = world.now + HORIZON_MS;
  while (world.now < until && world.state?.monitors.find(monitor)?.status.is !== "ok") {
    world.run(world.now + SECOND);
  }
  // What was just ready is probed eagerly; one interval more, and it is probed as always.
  world.run(world.now + Math.min(HOUR, model.monitors.get(monitor)?.intervalMs ?? 0));
  assert(world.state !== null, "nothing has failed yet, so the agent is there");
}

interface Play {
  readonly world: World;
  readonly story: Story;
  readonly monitor: string;
  readonly zero: Millis;
  readonly forMs: Millis | null;
}

/** Where it has come to; null while something may still happen that matters. */
function endOf({ world, story, monitor, zero, forMs }: Play): EndKind | null {
  const { state } = world;
  const isQuiet = world.now - zero - story.lastAt >= MINUTE;
  if (!world.power.isUp && world.timeline.nextAt() === null) return "off";
  if (state === null) return isQuiet && world.timeline.nextAt() === null ? "agent-stopped" : null;
  const { status, ladder } = state.monitors.get(monitor);
  const isFailing = status.is === "failed" || status.is === "suspect";
  if (story.count("server-action-blocked") > 0 && isFailing) return "blocked";
  if (story.count("step-begun", "would-have", "server-action-ordered") > RESTARTS_MAX)
    return "goes-on";
  if (state.plans.length > 0 || state.order !== null || !isQuiet) return null;
  if (forMs !== null && !isFailing && status.is !== "waiting") {
    if (story.count("incident-opened") === 0) return "forgiven";
    return state.incidents.length === 0 ? "cured" : null;
  }
  if (story.hasStopped) return "stopped";
  if (!ladder.isExhausted || !isFailing) return null;
  if (story.count("reboot-did-not-help") > 0) return "did-not-help";
  return story.count("recovery-exhausted") + story.count("step-begun", "would-have") > 0
    ? "exhausted"
    : "told-only";
}

interface EndFacts {
  readonly at: Millis;
  readonly restarts: number;
  readonly serverActions: number;
}

function endText(is: EndKind, { at, restarts, serverActions }: EndFacts): string {
  const did = `${many(restarts, "step")} of recovery, ${many(serverActions, "server-level action")}`;
  const after = formatDuration(at);
  switch (is) {
    case "forgiven":
      return "It ends with nothing done: the failures are forgiven.";
    case "cured":
      return `It ends cured after ${after}: ${did}.`;
    case "exhausted":
      return `It ends failed and alerted after ${after}, recovery exhausted: ${did}.`;
    case "told-only":
      return "It stays failed and is alerted daily: nothing is recovered.";
    case "did-not-help":
      return `It ends failed and alerted after ${after}: a reboot did not help; ${did}.`;
    case "blocked":
      return `It ends blocked by the reboot limit after ${after}, alerted daily: ${did}.`;
    case "stopped":
      return `It ends stopped after ${after}, until a person starts it: ${did}.`;
    case "agent-stopped":
      return `It ends with the agent gone after ${after}; applications go on unwatched: ${did}.`;
    case "off":
      return `It ends with the server switched off after ${after}: ${did}.`;
    case "goes-on":
      return `It goes on, with no end in ${after}: ${did}.`;
  }
}

function many(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
