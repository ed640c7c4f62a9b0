import type { Draft } from "./draft.ts";
import { type Cause, effectiveAction, isRehearsal, takeServerAction } from "./final-action.ts";
import { withDependants } from "./group-order.ts";
import { addStep, openOrJoin, scopeName } from "./incident.ts";
import { type Due, dueOf, groupTarget, groupsOf, isDue, isHeld, nextStep } from "./ladder.ts";
import { FINAL_ACTIONS, type Monitor, type Target, targetName } from "./model.ts";
import { isServerAction } from "./reboot-limit.ts";
import { planDeactivate, planStop, targetResources } from "./plans.ts";
import { noteStepDone } from "./proven.ts";
import type { Incident } from "./state.ts";
import { takeStep } from "./step.ts";

/** Takes the steps that are due (recovery.md 2). */
export function pursue(d: Draft): void {
  for (const { id } of d.state.incidents) {
    if (d.isGoingDown) return;
    const incident = d.incident(id);
    if (incident) pursueIncident(d, incident);
  }
}

function pursueIncident(d: Draft, incident: Incident): void {
  const due = incident.members.filter((name) => isDue(d, name)).map((name) => d.modelMonitor(name));
  if (due.length === 0) return;
  // What is held does not hold what is due beside it.
  const monitors = due.filter((one) => !isHeld(d, one));
  if (monitors.length === 0) {
    const because = "package-work";
    if (incident.heldBy === because) return;
    d.patchIncident(incident.id, { heldBy: because });
    d.tell("recovery-held", { scope: scopeName(incident), because }, incident.id);
    return;
  }
  if (takeFinals(d, incident, monitors)) return;
  const current = d.incident(incident.id);
  if (!current) return;
  const dues = monitors
    .filter((one) => isDue(d, one.name))
    .map((one) => dueOf(d, current, one))
    .filter((due) => due !== null);
  const widest = dues.reduce<Due | null>(
    (best, due) => (best === null || due.width > best.width ? due : best),
    null,
  );
  if (widest === null || d.at < widest.from || !isFree(d, current, widest)) return;
  takeStep(d, current, widest);
}

/** The strongest final action among the monitors that reached theirs; true when no step is due then. */
function takeFinals(d: Draft, incident: Incident, monitors: readonly Monitor[]): boolean {
  const reached = monitors.filter((one) => nextStep(one, d.monitor(one.name).ladder) === "final");
  const ordered = reached.toSorted((one, other) => strength(d, other) - strength(d, one));
  for (const monitor of ordered) {
    if (d.state.order !== null) return true;
    takeFinal(d, incident, monitor);
  }
  return !monitors.some((one) => isDue(d, one.name));
}

/** The place in the list is the strength. */
function strength(d: Draft, monitor: Monitor): number {
  return FINAL_ACTIONS.indexOf(effectiveAction(d, monitor));
}

function takeFinal(d: Draft, incident: Incident, monitor: Monitor): void {
  const action = effectiveAction(d, monitor);
  const cause = { name: monitor.name, monitor, reason: d.monitor(monitor.name).reason };
  if (isServerAction(action)) {
    if (takeServerAction(d, incident, cause, action) !== "taken") return;
  }
  const { ladder } = d.monitor(monitor.name);
  d.patchMonitor(monitor.name, { ladder: { ...ladder, isExhausted: true }, dueSince: null });
  if (isServerAction(action)) return;
  if (action === "none") {
    // Where nothing was to be recovered, nothing is exhausted: the failure itself was told.
    if (monitor.recovery.target.kind === "none") return;
    const target = targetName(monitor.recovery.target);
    d.tell("recovery-exhausted", { monitor: monitor.name, target }, incident.id);
    return;
  }
  takeStop(d, incident, action, monitor.recovery.target, cause);
}

/** The final actions that stop something and leave the server alone. */
export function takeStop(
  d: Draft,
  incident: Incident,
  action: "stop-resource" | "stop-group" | "stop-agent",
  target: Target,
  cause: Cause,
): void {
  const { reason, monitor } = cause;
  const because = isRehearsal(d, cause) ? "a rehearsal" : "observe mode";
  const isSimulated = d.model.mode === "observe" || isRehearsal(d, cause);
  const name = targetName(action === "stop-group" ? groupTarget(d, target) : target);
  addStep(d, incident.id, action, name, isSimulated);
  const told = { step: action, target: name, attempt: 1, allowed: 1 };
  if (isSimulated) {
    d.tell("would-have", { ...told, because }, incident.id);
    return;
  }
  d.tell("step-begun", { ...told, reason }, incident.id);
  if (action === "stop-agent") {
    // Nobody is there afterwards to see that it worked.
    if (monitor !== null) noteStepDone(d, monitor.name, action);
    d.act({ type: "stopAgent", reason });
    return;
  }
  const monitors = monitor === null ? [] : [monitor.name];
  const step = { step: action, incident: incident.id, monitors };
  if (action === "stop-resource" && target.kind === "resource") {
    d.patchPlan(planStop(d, target.id, reason).id, step);
    for (const id of withDependants(d.model, target.id)) d.patchResource(id, { blocked: reason });
    // It is down until a person starts or clears it, so the incident is open until then.
    openOrJoin(d, incident.group, target.id, reason);
    return;
  }
  const groups = [...new Set(targetResources(d, target).map((id) => d.modelResource(id).group))];
  const whole = target.kind === "resource" ? [d.modelResource(target.id).group] : groups;
  for (const group of whole)
    d.patchGroup(group, { goal: "inactive", isByPerson: false, since: d.at });
  const plan = planDeactivate(d, whole, reason, false);
  d.patchPlan(plan.id, step);
}

/** One action per group at a time; an incident of the server has one of its own. */
function isFree(d: Draft, incident: Incident, due: Due): boolean {
  const groups = groupsOf(d, due.target);
  return !d.state.plans.some(
    (plan) => plan.incident === incident.id || plan.groups.some((name) => groups.includes(name)),
  );
}
