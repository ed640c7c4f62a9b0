import type { Millis } from "../base/duration.ts";
import { HOUR, MINUTE, SECOND } from "../base/duration.ts";
import type { Draft } from "./draft.ts";
import { isWanted } from "./group-order.ts";
import type { Monitor, Target } from "./model.ts";
import { targetResources } from "./plans.ts";
import type { Incident, Ladder } from "./state.ts";
import { isSuspended } from "./suspension.ts";

/** Waits before the second and later restarts of an incident: 1, 2, 4 … 60 s. */
const PACE_MAX: Millis = MINUTE;
/** Recovery is held while a package manager works, and so long after; at most an hour. */
export const PACKAGE_GRACE: Millis = 2 * MINUTE;
export const PACKAGE_HOLD_MAX: Millis = HOUR;

export type Step = "script" | "reactivation" | "group-restart" | "final";

/** A step that is due, how wide it reaches, and from when it may be taken. */
export interface Due {
  readonly monitor: Monitor;
  readonly step: Exclude<Step, "final">;
  readonly target: Target;
  readonly width: number;
  readonly from: Millis;
}

/** Whether the member is a monitor whose next step may be thought of now. */
export function isDue(d: Draft, member: string): boolean {
  const monitor = d.model.monitors.get(member);
  if (!monitor) return false;
  const state = d.monitor(member);
  return (
    state.status.is === "failed" &&
    state.dueSince !== null &&
    state.consequenceOf === null &&
    !isSuspended(d.state, d.model, monitor) &&
    isTargetWanted(d, monitor.recovery.target)
  );
}

/** What nobody wants to be active, or what is blocked, is not touched. */
function isTargetWanted(d: Draft, target: Target): boolean {
  switch (target.kind) {
    case "resource":
      return isWanted(d.model, d.state, target.id);
    case "group":
      return d.group(target.group).goal === "active";
    case "all-groups":
      return d.state.groups.rows().some((group) => group.goal === "active");
    case "server":
    case "none":
      return true;
  }
}

/** Whether its recovery is held: a package manager may be changing what it would restart. */
export function isHeld(d: Draft, monitor: Monitor): boolean {
  const work = d.state.packageWork;
  if (work === null || d.at - work.since >= PACKAGE_HOLD_MAX) return false;
  return targetResources(d, monitor.recovery.target).some((id) => d.modelResource(id).isPackaged);
}

/** Where a monitor stands on its ladder; steps with threshold 0 are skipped. */
export function nextStep(monitor: Monitor, ladder: Ladder): Step {
  const { target, scriptCount, reactivationThreshold, groupRestartThreshold } = monitor.recovery;
  if (ladder.scripts < scriptCount) return "script";
  if (target.kind === "none" || target.kind === "server") return "final";
  if (ladder.reactivations < reactivationThreshold) return "reactivation";
  if (ladder.groupRestarts < groupRestartThreshold && target.kind !== "all-groups") {
    return "group-restart";
  }
  return "final";
}

/** The restart or script a failed monitor asks for; null when it can only wait. */
export function dueOf(d: Draft, incident: Incident, monitor: Monitor): Due | null {
  const state = d.monitor(monitor.name);
  const next = nextStep(monitor, state.ladder);
  const { target, reactivationThreshold, groupRestartThreshold } = monitor.recovery;
  // A server-level action that has to wait does not keep the target down: restarts go on.
  const restart = reactivationThreshold > 0 ? "reactivation" : "group-restart";
  const step = next === "final" ? restart : next;
  const canRestart = target.kind !== "none" && target.kind !== "server";
  if (step !== "script" && !canRestart) return null;
  if (next === "final" && reactivationThreshold + groupRestartThreshold === 0) return null;
  const reached = step === "group-restart" ? groupTarget(d, target) : target;
  const wait = step === "script" ? 0 : paceOf(incident.restarts);
  const width = step === "script" ? 0 : widthOf(reached);
  return { monitor, step, target: reached, width, from: (state.dueSince ?? d.at) + wait };
}

function paceOf(restarts: number): Millis {
  return restarts === 0 ? 0 : Math.min(2 ** Math.min(restarts - 1, 6) * SECOND, PACE_MAX);
}

/** The group of a resource; other targets stay what they are. */
export function groupTarget(d: Draft, target: Target): Target {
  return target.kind === "resource"
    ? { kind: "group", group: d.modelResource(target.id).group }
    : target;
}

function widthOf(target: Target): number {
  if (target.kind === "all-groups") return 3;
  return target.kind === "group" ? 2 : 1;
}

/** The groups whose resources a restart of the target touches. */
export function groupsOf(d: Draft, target: Target): string[] {
  return [...new Set(targetResources(d, target).map((id) => d.modelResource(id).group))];
}

/** When the next step of an incident may be taken; null when none is due. */
export function nextStepAt(d: Draft, incident: Incident): Millis | null {
  let earliest: Millis | null = null;
  for (const member of incident.members) {
    if (!isDue(d, member)) continue;
    const due = dueOf(d, incident, d.modelMonitor(member));
    if (due !== null && (earliest === null || due.from < earliest)) earliest = due.from;
  }
  return earliest;
}
