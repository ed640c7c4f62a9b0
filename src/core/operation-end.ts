import { type Millis, MINUTE } from "../base/duration.ts";
import type { Draft } from "./draft.ts";
import type { ActionFinished } from "./input.ts";
import type { FailurePlan, FinalAction, ResourceId } from "./model.ts";
import { stop } from "./operation.ts";
import { giveUp } from "./plan.ts";
import { monitorsAround, settleProbing, syncProbing } from "./probing.ts";
import type { Plan } from "./state.ts";
import { isSuspended } from "./suspension.ts";

/** A resource could not be started or stopped and no try is left: what is to be done about it. */
export interface Trouble {
  readonly resource: ResourceId;
  readonly doing: "start" | "stop";
  readonly action: FinalAction;
  readonly reason: string;
  /** The plan was a step of recovery: then the ladder goes on, and a failed start has no action. */
  readonly isInRecovery: boolean;
}

/** The plan and resource whose operation this is; null when it is an old or abandoned one. */
export function findOperation(d: Draft, op: string): { plan: Plan; id: ResourceId } | null {
  for (const plan of d.state.plans) {
    for (const id of [...plan.toStop, ...plan.toStart]) {
      const { phase } = d.resource(id);
      if ((phase.is === "starting" || phase.is === "stopping") && phase.op === op)
        return { plan, id };
    }
  }
  return null;
}

/** Takes the end of a start or stop; returns trouble when the last try failed. */
export function endOperation(
  d: Draft,
  plan: Plan,
  id: ResourceId,
  input: ActionFinished,
): Trouble | null {
  const { phase } = d.resource(id);
  if (phase.is === "stopping") return endStop(d, plan, id, phase.failure, input);
  if (input.result !== "done") {
    return startFailed(d, plan, id, input.reason, input.result === "timed-out");
  }
  if (phase.is === "starting") launched(d, id);
  return null;
}

/** The program runs: from now on its monitors say whether it is ready. */
export function launched(d: Draft, id: ResourceId): void {
  const { phase, since } = d.resource(id);
  if (phase.is !== "starting") return;
  const awaiting = d.modelResource(id).hasReadyCheck ? [] : awaitedMonitors(d, id);
  const until = Math.min(phase.until, d.at + patience(d, id));
  d.patchResource(id, { phase: { ...phase, isLaunched: true, awaiting, until } });
  d.tell("resource-started", { resource: id, took: d.at - since });
  if (awaiting.length === 0) becomeActive(d, id);
  else syncProbing(d, monitorsAround(d, id));
}

/**
 * How long monitors may take to become ok after a launch: three times the longest it ever took, at
 * least five minutes, because a start after a crash may have much to repair. The first time nobody
 * knows, so the start timeout alone is the limit; without this an application that comes back broken
 * would be waited for that long (half an hour by default) at each step of its ladder.
 */
function patience(d: Draft, id: ResourceId): Millis {
  const { readyTook, starts } = d.resource(id);
  if (readyTook === null) return Number.POSITIVE_INFINITY;
  const isPatient = d.state.isAfterUncleanBoot && starts <= 1;
  return Math.max(5 * MINUTE, 3 * readyTook) * (isPatient ? 2 : 1);
}

/**
 * The time to become ready is over: from now on its monitors are judged. Where a resource has a
 * ready check of its own this never comes; there the start itself stalls.
 */
export function endPatience(d: Draft, id: ResourceId): void {
  const { phase, since } = d.resource(id);
  if (phase.is !== "starting" || !phase.isLaunched || d.at < phase.until) return;
  const monitors = phase.awaiting.join(", ");
  d.tell("resource-not-ready", { resource: id, waited: d.at - since, monitors });
  d.patchResource(id, { phase: { is: "active" }, since: d.at });
  judgeFromNow(d, id);
}

function awaitedMonitors(d: Draft, id: ResourceId): string[] {
  return (d.model.readyMonitors.get(id) ?? []).filter(
    (name) => !isSuspended(d.state, d.model, d.modelMonitor(name)),
  );
}

/** A monitor was ok for the first time since the start. */
export function monitorReady(d: Draft, id: ResourceId, monitor: string): void {
  const { phase } = d.resource(id);
  if (phase.is !== "starting" || !phase.awaiting.includes(monitor)) return;
  const awaiting = phase.awaiting.filter((name) => name !== monitor);
  d.patchResource(id, { phase: { ...phase, awaiting } });
  if (awaiting.length === 0) becomeActive(d, id);
}

/** Monitors that a suspension silenced cannot say that a resource is ready: it does not wait for them. */
export function stopAwaitingSilenced(d: Draft): void {
  for (const plan of d.state.plans) {
    for (const id of plan.toStart) {
      const { phase } = d.resource(id);
      if (phase.is !== "starting" || !phase.isLaunched) continue;
      for (const name of phase.awaiting) {
        if (isSuspended(d.state, d.model, d.modelMonitor(name))) monitorReady(d, id, name);
      }
    }
  }
}

function becomeActive(d: Draft, id: ResourceId): void {
  const { since, readyTook } = d.resource(id);
  const took = d.at - since;
  d.patchResource(id, {
    phase: { is: "active" },
    since: d.at,
    readyTook: Math.max(readyTook ?? 0, took),
  });
  d.tell("resource-ready", { resource: id, took });
  judgeFromNow(d, id);
}

function judgeFromNow(d: Draft, id: ResourceId): void {
  const around = monitorsAround(d, id);
  settleProbing(d, around);
  syncProbing(d, around);
}

/** A start failed or stalled: the tree is cleaned up, then tried again or given up. */
export function startFailed(
  d: Draft,
  plan: Plan,
  id: ResourceId,
  reason: string,
  isStall: boolean,
): Trouble | null {
  const resource = d.modelResource(id);
  const how: FailurePlan = isStall ? resource.startStall : resource.startFailure;
  const { startAttempt } = d.resource(id);
  const allowed = how.retries + 1;
  if (isStall)
    d.tell(
      "resource-start-stalled",
      { resource: id, timeout: resource.startTimeoutMs },
      plan.incident,
    );
  d.tell(
    "resource-start-failed",
    { resource: id, attempt: startAttempt, allowed, reason },
    plan.incident,
  );
  const isLast = startAttempt >= allowed || d.isGoingDown;
  if (isLast) giveUp(d, plan.id, id, reason);
  d.patchPlan(plan.id, { toStop: [...new Set([...(d.plan(plan.id)?.toStop ?? []), id])] });
  stop(d, id, plan, isLast ? reason : null);
  if (!isLast) return null;
  return {
    resource: id,
    doing: "start",
    action: how.action,
    reason,
    isInRecovery: plan.step !== null,
  };
}

function endStop(
  d: Draft,
  plan: Plan,
  id: ResourceId,
  failure: string | null,
  input: ActionFinished,
): Trouble | null {
  const { since, stopAttempt } = d.resource(id);
  const { stopFailure } = d.modelResource(id);
  if (input.result === "done") {
    const phase =
      failure === null
        ? ({ is: "inactive" } as const)
        : ({ is: "failed", reason: failure } as const);
    d.patchResource(id, { phase, since: d.at, stopAttempt: 0 });
    d.patchPlan(plan.id, { toStop: plan.toStop.filter((one) => one !== id) });
    d.tell("resource-stopped", { resource: id, took: d.at - since }, plan.incident);
    return null;
  }
  d.tell("resource-stop-failed", { resource: id, reason: input.reason }, plan.incident);
  if (stopAttempt <= stopFailure.retries) {
    stop(d, id, plan, failure);
    return null;
  }
  d.patchResource(id, { phase: { is: "stop-failed", reason: input.reason }, since: d.at });
  giveUp(d, plan.id, id, "it could not be stopped");
  d.patchPlan(plan.id, { toStop: (d.plan(plan.id)?.toStop ?? []).filter((one) => one !== id) });
  return {
    resource: id,
    doing: "stop",
    action: stopFailure.action,
    reason: input.reason,
    isInRecovery: plan.step !== null,
  };
}
