import type { Draft } from "./draft.ts";
import { isGroupActive, mayStart, mayStop } from "./group-order.ts";
import type { ResourceId } from "./model.ts";
import { launch, stop } from "./operation.ts";
import type { Plan } from "./state.ts";

export type NewPlan = Omit<Plan, "id" | "startedAt" | "failure" | "scriptOp">;

/**
 * Begins a plan. It takes over its groups: what an older plan of theirs still had to do goes on as
 * part of the new one, unless the new one says otherwise (recovery.md 2, "Who wins").
 */
export function beginPlan(d: Draft, wanted: NewPlan): Plan {
  const older = d.state.plans.filter((one) =>
    one.groups.some((name) => wanted.groups.includes(name)),
  );
  let { toStop, toStart } = wanted;
  const groups = new Set(wanted.groups);
  for (const plan of older) {
    dropForStronger(d, plan, wanted.reason);
    for (const name of plan.groups) groups.add(name);
    const isStarted = (id: ResourceId) => toStart.includes(id) && !isStopping(d, id);
    // What is active still and was to be stopped for good stays: nothing would start it again.
    const isKept = (id: ResourceId) =>
      wanted.kind === "activate" &&
      !isStopping(d, id) &&
      !plan.toStart.includes(id) &&
      mayRun(d, id);
    toStop = union(
      toStop,
      plan.toStop.filter((id) => !isStarted(id) && !isKept(id)),
    );
    toStart = union(
      toStart,
      plan.toStart.filter((id) => !wanted.toStop.includes(id) && mayRun(d, id)),
    );
  }
  const plan: Plan = {
    ...wanted,
    id: d.newId("p"),
    groups: [...groups],
    toStop,
    toStart,
    startedAt: d.at,
    failure: null,
    scriptOp: null,
  };
  for (const id of union(toStop, toStart)) d.patchResource(id, { startAttempt: 0, stopAttempt: 0 });
  d.patch({ plans: [...d.state.plans, plan] });
  for (const name of groups) d.touch(name);
  return plan;
}

function dropForStronger(d: Draft, plan: Plan, because: string): void {
  if (plan.scriptOp !== null) d.act({ type: "abandon", op: plan.scriptOp });
  d.dropPlan(plan.id);
  if (plan.step === null) return;
  d.tell("step-abandoned", { step: plan.step, target: plan.target, because }, plan.incident);
  finishStep(d, plan, "abandoned");
}

/** What runs ends, nothing new begins: a person suspended the groups in the middle of a plan. */
export function wind(d: Draft, plan: Plan, because: string): void {
  if (plan.scriptOp !== null) {
    dropForStronger(d, plan, because);
    return;
  }
  if (plan.step !== null) {
    d.tell("step-abandoned", { step: plan.step, target: plan.target, because }, plan.incident);
  }
  d.patchPlan(plan.id, {
    toStop: plan.toStop.filter((id) => isStopping(d, id)),
    toStart: plan.toStart.filter((id) => d.resource(id).phase.is === "starting"),
    failure: because,
    monitors: [],
  });
}

/** Does what may be done next; finishes the plan when nothing is left. Returns it when it finished. */
export function advancePlan(d: Draft, id: string): Plan | null {
  const plan = d.plan(id);
  if (!plan || plan.scriptOp !== null) return null;
  const toStop = plan.toStop.filter((one) => d.resource(one).phase.is !== "inactive");
  const left = new Set(toStop);
  for (const one of toStop) {
    if (!isStopping(d, one) && mayStop(d.model, one, left)) stop(d, one, plan, null);
  }
  const toStart = plan.toStart.filter(
    (one) => d.resource(one).phase.is !== "active" || left.has(one),
  );
  if (toStop.length !== plan.toStop.length || toStart.length !== plan.toStart.length) {
    d.patchPlan(id, { toStop, toStart });
  }
  if (toStop.length > 0 || isWaitingForGroups(d, plan)) return null;
  if (toStart.length === 0) return finishPlan(d, id);
  return startWhatMay(d, id, toStart);
}

function startWhatMay(d: Draft, id: string, toStart: readonly ResourceId[]): Plan | null {
  const left = new Set(toStart);
  for (const one of toStart) {
    const plan = d.plan(id);
    if (!plan || d.resource(one).phase.is === "starting") continue;
    const may = mayStart(d.model, d.state, one, left);
    if (may === "yes") launch(d, one, plan);
    if (may === "never") giveUp(d, id, one, "a resource that it comes after is not active");
  }
  return d.plan(id)?.toStart.length === 0 ? finishPlan(d, id) : null;
}

/** Takes a resource and what comes after it out of the plan; the plan then has not reached its goal. */
export function giveUp(d: Draft, planId: string, id: ResourceId, failure: string): void {
  const plan = d.plan(planId);
  if (!plan) return;
  const lost = new Set([id]);
  for (const one of lost) for (const other of d.model.dependants.get(one) ?? []) lost.add(other);
  d.patchPlan(planId, {
    toStart: plan.toStart.filter((one) => !lost.has(one)),
    failure: plan.failure ?? `${id}: ${failure}`,
  });
}

function isWaitingForGroups(d: Draft, plan: Plan): boolean {
  if (plan.kind !== "activate" || plan.groups.length !== 1) return false;
  const name = plan.groups[0] ?? "";
  const { waitsUntil } = d.group(name);
  if (waitsUntil === null) return false;
  const missing = d
    .modelGroup(name)
    .after.filter((one) => d.group(one).goal === "active" && !isGroupActive(d.model, d.state, one));
  if (missing.length > 0 && d.at < waitsUntil) return true;
  if (missing.length > 0) d.tell("group-wait-over", { group: name, for: missing.join(", ") });
  d.patchGroup(name, { waitsUntil: null });
  return false;
}

function finishPlan(d: Draft, id: string): Plan | null {
  const plan = d.plan(id);
  if (!plan) return null;
  d.dropPlan(id);
  const took = d.at - plan.startedAt;
  if (plan.step !== null) {
    const result = plan.failure ?? "done";
    d.tell("step-finished", { step: plan.step, target: plan.target, result, took }, plan.incident);
    finishStep(d, plan, result);
  } else if (plan.failure === null) {
    for (const group of plan.groups) tellGroup(d, plan, group, took);
  }
  if (plan.thenStopAgent) d.act({ type: "stopAgent", reason: plan.reason });
  return plan;
}

function tellGroup(d: Draft, plan: Plan, group: string, took: number): void {
  if (plan.kind === "deactivate") {
    const isDown = d
      .modelGroup(group)
      .resources.every((id) => d.resource(id).phase.is === "inactive");
    if (isDown) d.tell("group-deactivated", { group, took });
    return;
  }
  if (isGroupActive(d.model, d.state, group)) d.tell("group-activated", { group, took });
}

/** Writes the end of a step into its incident. */
export function finishStep(d: Draft, plan: Plan, result: string): void {
  const incident = d.incident(plan.incident);
  if (!incident) return;
  const steps = incident.steps.map((one) =>
    one.result === null && one.at === plan.startedAt
      ? { ...one, result, tookMs: d.at - plan.startedAt }
      : one,
  );
  d.patchIncident(incident.id, { steps });
}

function isStopping(d: Draft, id: ResourceId): boolean {
  return d.resource(id).phase.is === "stopping";
}

function mayRun(d: Draft, id: ResourceId): boolean {
  // Nothing is started any more while the server or the agent goes down.
  if (d.isGoingDown) return false;
  const { group } = d.modelResource(id);
  return d.group(group).goal === "active" && !d.resource(id).isStoppedByPerson;
}

function union<Item>(first: readonly Item[], second: readonly Item[]): Item[] {
  return [...new Set([...first, ...second])];
}
