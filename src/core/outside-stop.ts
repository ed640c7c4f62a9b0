import { MINUTE, type Millis } from "../base/duration.ts";
import type { Draft } from "./draft.ts";
import { isWanted } from "./group-order.ts";
import { judgeAnew } from "./incident.ts";
import { noteDead } from "./life.ts";
import type { ResourceId } from "./model.ts";
import { isLeftDown, planActivate } from "./plans.ts";
import { syncProbing } from "./probing.ts";
import { isGroupSuspended } from "./suspension.ts";

/** A unit stopped outside is reminded of once after so long (recovery.md 1). */
const REMIND_AFTER: Millis = 30 * MINUTE;

/** A unit was stopped by a job that was not ours, or came back. */
export function stoppedOutside(d: Draft, id: ResourceId, isStopped: boolean): void {
  if (!d.state.resources.has(id)) return;
  const isNews = isStopped ? isUp(d, id) : isComingBack(d, id);
  if (!isNews) return;
  if (isStopped) stopped(d, id);
  else back(d, id);
  syncProbing(d, d.model.activeMonitors.get(id) ?? []);
}

function isUp(d: Draft, id: ResourceId): boolean {
  const { phase } = d.resource(id);
  return phase.is === "active" || (phase.is === "starting" && phase.isLaunched);
}

function isComingBack(d: Draft, id: ResourceId): boolean {
  const { phase, stoppedOutsideSince } = d.resource(id);
  if (stoppedOutsideSince !== null) return true;
  const { group } = d.modelResource(id);
  const isBusy = d.state.plans.some((plan) => plan.groups.includes(group));
  const isDead = phase.is === "inactive" || (phase.is === "failed" && !isBusy);
  return isDead && isWanted(d.model, d.state, id);
}

function stopped(d: Draft, id: ResourceId): void {
  noteStoppedOutside(d, id);
  const { group } = d.modelResource(id);
  // A suspension ends with a look at what is down.
  if (!isRestored(d, id) || isGroupSuspended(d.state, group)) return;
  planActivate(d, [group], `${id} was stopped outside`);
}

function isRestored(d: Draft, id: ResourceId): boolean {
  const isWished = d.modelResource(id).outsideStop === "restore";
  return isWished && d.model.mode === "enforce" && !d.isGoingDown;
}

/** It is down because somebody wanted it so: told and reminded of, unless it is to be up all the same. */
export function noteStoppedOutside(d: Draft, id: ResourceId): void {
  for (const plan of d.state.plans) {
    if (d.resource(id).phase.is !== "starting" || !plan.toStart.includes(id)) continue;
    d.patchPlan(plan.id, { toStart: plan.toStart.filter((one) => one !== id) });
  }
  d.patchResource(id, { phase: { is: "inactive" }, since: d.at });
  // systemd stops everything in a shutdown: nobody meant this one.
  if (d.state.shutdownSince !== null) return;
  d.tell("resource-stopped-outside", { resource: id });
  if (isRestored(d, id)) return;
  d.patchResource(id, { stoppedOutsideSince: d.at, outsideRemindAt: d.at + REMIND_AFTER });
}

/** Nobody keeps it down any more. */
export const NOT_STOPPED_OUTSIDE = { stoppedOutsideSince: null, outsideRemindAt: null } as const;

function back(d: Draft, id: ResourceId): void {
  d.patchResource(id, { ...NOT_STOPPED_OUTSIDE, phase: { is: "active" }, since: d.at });
  d.tell("resource-back", { resource: id });
  // A step that was due for it would restart what somebody has just repaired.
  judgeAnew(d, d.model.lifeMonitors.get(id) ?? []);
  if (d.model.mode === "observe" || d.isGoingDown) return;
  // What comes after it could not run without it: now it is to run again.
  const { group } = d.modelResource(id);
  noteDead(d, [group]);
  if (isLeftDown(d, group)) planActivate(d, [group], `${id} is back`);
}

export function remindOfOutsideStops(d: Draft): void {
  for (const [id, { stoppedOutsideSince: since, outsideRemindAt }] of d.state.resources.entries()) {
    if (since === null || outsideRemindAt === null || d.at < outsideRemindAt) continue;
    d.patchResource(id as ResourceId, { outsideRemindAt: null });
    d.tell("resource-stopped-outside-still", { resource: id, since: d.at - since });
  }
}
