import { DAY, formatDuration } from "../base/duration.ts";
import { type Model, type Monitor, targetName } from "../core/model.ts";
import { type WhatIf, whatIf } from "./what-if.ts";

/** Something about a monitor's recovery that a play has shown and that nobody can have meant. */
export interface Doubt {
  readonly monitor: string;
  /** The key it is said at, below the monitor. */
  readonly key: "final-action" | "recovery";
  readonly code: "config/never-acts" | "config/would-loop";
  readonly what: string;
  readonly hint: string;
}

export interface Doubts {
  readonly list: readonly Doubt[];
  /** Plans that differ, and how many of them were played. */
  readonly plans: number;
  readonly played: number;
}

/** Restarts of one failure beyond this do no good before the final action, and some harm. */
const RESTARTS_FEW = 40;
/** Likewise server-level actions. */
const REBOOTS_FEW = 5;
/** Decisions of one check, a few microseconds each: it takes less than a second. */
const DECISIONS_MAX = 120_000;
/** And of one play: a day of restarts is fewer, a day of probes each second is not. */
const DECISIONS_PLAY_MAX = 60_000;

/**
 * Plays a failure without end of each distinct plan once, for a day, and tells what never gets to
 * its final action or goes round and round before it.
 */
export function findDoubts(model: Model): Doubts {
  const plays = new Map<string, WhatIf | null>();
  const list: Doubt[] = [];
  let played = 0;
  let left = DECISIONS_MAX;
  for (const monitor of model.monitors.values()) {
    if (!monitor.isEnabled || !acts(monitor)) continue;
    const key = planKey(model, monitor);
    if (!plays.has(key)) {
      const one = left <= 0 ? null : play(model, monitor, Math.min(left, DECISIONS_PLAY_MAX));
      plays.set(key, one);
      left -= one?.decisions ?? 0;
      if (one?.isCut === false) played += 1;
    }
    const seen = plays.get(key);
    if (seen) list.push(...doubtsOf(model, monitor, seen));
  }
  return { list, plans: plays.size, played };
}

/** What does nothing is told by looking at it, without a play. */
function acts({ recovery }: Monitor): boolean {
  const { scriptCount, reactivationThreshold, groupRestartThreshold, finalAction } = recovery;
  const steps = scriptCount + reactivationThreshold + groupRestartThreshold;
  return recovery.target.kind !== "none" && (steps > 0 || finalAction !== "none");
}

function play(model: Model, monitor: Monitor, decisionsMax: number): WhatIf {
  // What it would do is the question, also where it is only observed.
  const enforced: Model = { ...model, mode: "enforce" };
  return whatIf(enforced, monitor.name, null, {
    isAlone: true,
    horizonMs: DAY,
    decisionsMax,
  });
}

/** Two monitors with the same key end the same way: names, and what is probed, make no difference. */
export function planKey(model: Model, monitor: Monitor): string {
  const { target } = monitor.recovery;
  const group = target.kind === "resource" ? target.id.split("/")[0] : null;
  const reached = target.kind === "group" ? target.group : group;
  const resources = [...model.resources.values()]
    .filter((one) => one.group === reached)
    .map(({ id, group: _group, name: _name, type: _type, after, ...shape }) => ({
      ...shape,
      isTarget: target.kind === "resource" && target.id === id,
      after: after.length,
    }));
  const before = model.groups.get(reached ?? "")?.after.length ?? 0;
  const { name: _name, type: _type, requires, watches, recovery, ...rest } = monitor;
  const required = requires.map((one) => model.monitors.get(one)?.intervalMs);
  const shape = { ...rest, recovery: { ...recovery, target: target.kind } };
  return JSON.stringify({ shape, required, isLife: watches !== null, resources, before });
}

function doubtsOf(model: Model, monitor: Monitor, seen: WhatIf): readonly Doubt[] {
  const { finalAction } = monitor.recovery;
  const target = targetName(monitor.recovery.target);
  const { leastUptimeMs, escalateAfterMs, limit } = model.reboots;
  const doubts: Doubt[] = [];
  const before = seen.steps.filter(({ at }) => at <= (seen.finalAt ?? Number.POSITIVE_INFINITY));
  const restarts = before.reduce((sum, one) => sum + (one.result === null ? 0 : one.times), 0);
  const isLimit = limit === 0 && seen.end.is === "blocked";
  const isReached = finalAction === "none" || seen.finalAt !== null || isLimit || seen.isCut;
  if (!isReached && restarts <= RESTARTS_FEW) {
    doubts.push({
      monitor: monitor.name,
      key: "final-action",
      code: "config/never-acts",
      what: `\`${finalAction}\` is not reached within a day: by then there are ${steps(seen)}`,
      hint: "Lower the thresholds, `retries` or `interval`, or `escalate-after` of `reboots`.",
    });
  }
  if (restarts > RESTARTS_FEW) {
    const wait = formatDuration(Math.max(leastUptimeMs, escalateAfterMs));
    doubts.push({
      monitor: monitor.name,
      key: "recovery",
      code: "config/would-loop",
      what: `\`${target}\` is restarted more than ${RESTARTS_FEW} times before the final action \`${finalAction}\``,
      hint: `Lower the thresholds; \`escalate-after\` and \`least-uptime\` make it wait ${wait} at most.`,
    });
  }
  if (seen.serverActions >= REBOOTS_FEW) {
    doubts.push({
      monitor: monitor.name,
      key: "final-action",
      code: "config/would-loop",
      what: `\`${finalAction}\` is done ${seen.serverActions} times within a day although it does not help`,
      hint: "Lower the limit of `reboots`, or write `repeat-reboot: false`.",
    });
  }
  return doubts;
}

function steps({ restarts }: WhatIf): string {
  return restarts === 1 ? "1 step of recovery" : `${restarts} steps of recovery`;
}
