import type { Draft } from "./draft.ts";
import type { Observed } from "./input.ts";
import { lifeEnded } from "./life.ts";
import type { ResourceId } from "./model.ts";
import { launched } from "./operation-end.ts";
import { NOT_STOPPED_OUTSIDE, noteStoppedOutside } from "./outside-stop.ts";
import type { ResourceState } from "./state.ts";

/** Why a resource is failed at which somebody unknown works. */
export const FOREIGN = "an operation of an earlier agent was found at it";

/** Whether a resource is up as it was before, without anything that had to be done for it. */
export function goesOn(d: Draft, id: ResourceId, observed: Observed | undefined): boolean {
  if (observed?.is === "running") return true;
  const isDone = d.modelResource(id).kind === "one-shot" && (observed?.is ?? "empty") === "empty";
  return isDone && d.resource(id).phase.is === "active";
}

/** The same boot, a new agent: what is known of a resource is brought together with what is there. */
export function takeUp(d: Draft, id: ResourceId, observed: Observed): void {
  const state = d.resource(id);
  const { phase } = state;
  const isOneShot = d.modelResource(id).kind === "one-shot";
  const own = phase.is === "starting" || phase.is === "stopping" ? phase.op : null;
  if (observed.is === "busy" && observed.op !== own) {
    // Active, it may only be what is left of a script that had ended; if not, its probes will tell.
    if (phase.is !== "active") takeUpForeign(d, id);
    return;
  }
  switch (phase.is) {
    case "active":
      if (observed.is === "running" || (isOneShot && observed.is === "empty")) return;
      if (observed.is === "stoppedOutside") noteStoppedOutside(d, id);
      else
        ended(d, id, observed.is === "ended" ? observed.how : "it ended while the agent was away");
      return;
    case "starting":
      takeUpStart(d, id, state, phase, observed);
      return;
    case "stopping":
      if (observed.is === "busy") await_(d, id, phase.op);
      // Otherwise the plan asks again: a stop of what is stopped already ends at once.
      else
        d.patchResource(id, {
          phase: { is: "failed", reason: phase.failure ?? "its stop was interrupted" },
        });
      return;
    case "failed":
      if (observed.is === "running") adopt(d, id);
      else lifeEnded(d, id, phase.reason);
      return;
    case "inactive":
    case "stop-failed":
      if (observed.is === "running") adopt(d, id);
      return;
  }
}

/**
 * An operation runs that the saved state does not know: the last save came before it. Whatever it
 * is, it is ended and its tree proved empty before the resource is started.
 */
function takeUpForeign(d: Draft, id: ResourceId): void {
  d.patchResource(id, { phase: { is: "failed", reason: FOREIGN }, since: d.at });
  for (const plan of d.state.plans) {
    if (!plan.toStart.includes(id)) continue;
    d.patchPlan(plan.id, { toStop: [...new Set([...plan.toStop, id])] });
    return;
  }
  lifeEnded(d, id, FOREIGN);
}

function takeUpStart(
  d: Draft,
  id: ResourceId,
  state: ResourceState,
  phase: Extract<ResourceState["phase"], { is: "starting" }>,
  observed: Observed,
): void {
  if (observed.is === "busy") {
    await_(d, id, phase.op);
    return;
  }
  if (observed.is === "running") {
    if (!phase.isLaunched) launched(d, id);
    return;
  }
  if (observed.is === "stoppedOutside" && phase.isLaunched) {
    noteStoppedOutside(d, id);
    return;
  }
  // Nothing is there: the start is asked for again and this try does not count.
  const startAttempt = Math.max(0, state.startAttempt - 1);
  d.patchResource(id, { phase: { is: "inactive" }, since: d.at, startAttempt });
}

function await_(d: Draft, id: ResourceId, op: string): void {
  const resource = d.modelResource(id);
  const { phase, since } = d.resource(id);
  const limit = phase.is === "starting" ? resource.startTimeoutMs : resource.stopTimeoutMs;
  d.act({ type: "awaitOperation", op, timeoutMs: Math.max(1, since + limit - d.at) });
}

/** A tree is there that the state did not expect: it is taken as it is, never started twice. */
function adopt(d: Draft, id: ResourceId): void {
  const { group } = d.modelResource(id);
  if (d.group(group).goal !== "active" || d.resource(id).isStoppedByPerson) return;
  if (d.state.plans.some((plan) => plan.toStop.includes(id))) return;
  d.patchResource(id, { ...NOT_STOPPED_OUTSIDE, phase: { is: "active" }, since: d.at });
  d.tell("resource-adopted", { resource: id });
}

/** The life of a resource ended without a stop of ours. */
export function ended(d: Draft, id: ResourceId, how: string): void {
  if (d.state.shutdownSince !== null) {
    // The server or the agent goes down: the end of a program is what was asked for.
    d.patchResource(id, { phase: { is: "inactive" }, since: d.at });
    return;
  }
  d.tell("resource-ended", { resource: id, how });
  d.patchResource(id, { phase: { is: "failed", reason: how }, since: d.at });
  lifeEnded(d, id, how);
}
