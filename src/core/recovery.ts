import type { Millis } from "../base/duration.ts";
import { HOUR, MINUTE, SECOND } from "../base/duration.ts";
import type { Draft } from "./draft.ts";
import type { StepKind } from "./event.ts";
import { effectiveAction, isServerAction, takeServerAction } from "./final-action.ts";
import { addStep, scopeName } from "./incident.ts";
import { makeDue } from "./judge.ts";
import { type Monitor, type ResourceId, type Target, targetName } from "./model.ts";
import { finishStep } from "./plan.ts";
import { planDeactivate, planRestart, planStop, targetResources } from "./plans.ts";
import type { Incident, Ladder, Plan } from "./state.ts";
import { isSuspended } from "./suspension.ts";

/** Waits before the second and later restarts of an incident: 1, 2, 4 … 60 s. */
const PACE_MAX: Millis = MINUTE;
/** Recovery is held while a package manager works, and so long after; at most an hour. */
export const PACKAGE_GRACE: Millis = 2 * MINUTE;
export const PACKAGE_HOLD_MAX: Millis = HOUR;

type Step = "script" | "reactivation" | "group-restart" | "final";

/** A step that is due, how wide it reaches, and from when it may be taken. */
interface Due {
  readonly monitor: Monitor;
  readonly step: "script" | "reactivation" | "group-restart";
  readonly target: Target;
  readonly width: number;
  readonly from: Millis;
}

/** Takes the steps that are due (recovery.md 2). */
export function pursue(d: Draft): void {
  for (const { id } of d.state.incidents) {
    if (d.state.order !== null || d.state.shutdownSince !== null) return;
    const incident = d.incident(id);
    if (incident) pursueIncident(d, incident);
  }
}

function pursueIncident(d: Draft, incident: Incident): void {
  const monitors = incident.members
    .filter((name) => isDue(d, name))
    .map((name) => d.modelMonitor(name));
  if (monitors.length === 0) return;
  const held = holdReason(d, monitors);
  if (held !== null) {
    if (incident.heldBy === held) return;
    d.patchIncident(incident.id, { heldBy: held });
    d.tell("recovery-held", { scope: scopeName(incident), because: held }, incident.id);
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

function isDue(d: Draft, member: string): boolean {
  const monitor = d.model.monitors.get(member);
  if (!monitor) return false;
  const state = d.monitor(member);
  return (
    state.status.is === "failed" &&
    state.dueSince !== null &&
    state.consequenceOf === null &&
    !isSuspended(d.state, d.model, monitor) &&
    !isBlocked(d, monitor)
  );
}

/** A blocked target is not touched until a person clears it. */
function isBlocked(d: Draft, monitor: Monitor): boolean {
  const { target } = monitor.recovery;
  return target.kind === "resource" && d.resource(target.id).blocked !== null;
}

function holdReason(d: Draft, monitors: readonly Monitor[]): string | null {
  const work = d.state.packageWork;
  if (work === null || d.at - work.since >= PACKAGE_HOLD_MAX) return null;
  const isTouched = monitors.every((one) =>
    targetResources(d, one.recovery.target).some((id) => d.modelResource(id).isPackaged),
  );
  return isTouched ? "package-work" : null;
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

/** The strongest final action among the monitors that reached theirs; true when it was taken. */
function takeFinals(d: Draft, incident: Incident, monitors: readonly Monitor[]): boolean {
  const reached = monitors.filter((one) => nextStep(one, d.monitor(one.name).ladder) === "final");
  let isTaken = false;
  const ordered = reached.toSorted((one, other) => strength(d, other) - strength(d, one));
  for (const monitor of ordered) {
    if (d.state.order !== null) return true;
    if (takeFinal(d, incident, monitor)) isTaken = true;
  }
  return isTaken && !monitors.some((one) => isDue(d, one.name));
}

const STRENGTHS: Readonly<Record<string, number>> = {
  none: 0,
  "stop-resource": 1,
  "stop-group": 2,
  "stop-agent": 3,
  reboot: 4,
  poweroff: 5,
  reset: 6,
  panic: 7,
};

function strength(d: Draft, monitor: Monitor): number {
  return STRENGTHS[effectiveAction(d, monitor)] ?? 0;
}

function takeFinal(d: Draft, incident: Incident, monitor: Monitor): boolean {
  const action = effectiveAction(d, monitor);
  const { reason } = d.monitor(monitor.name);
  if (isServerAction(action)) {
    const cause = { name: monitor.name, monitor, reason };
    if (takeServerAction(d, incident, cause, action) !== "taken") return false;
  }
  const { ladder } = d.monitor(monitor.name);
  d.patchMonitor(monitor.name, { ladder: { ...ladder, isExhausted: true }, dueSince: null });
  if (isServerAction(action)) return true;
  if (action === "none") {
    // Where nothing was to be recovered, nothing is exhausted: the failure itself was told.
    if (monitor.recovery.target.kind === "none") return true;
    const target = targetName(monitor.recovery.target);
    d.tell("recovery-exhausted", { monitor: monitor.name, target }, incident.id);
    return true;
  }
  takeStop(d, incident, action, monitor.recovery.target, reason);
  return true;
}

/** The final actions that stop something and leave the server alone. */
export function takeStop(
  d: Draft,
  incident: Incident,
  action: "stop-resource" | "stop-group" | "stop-agent",
  target: Target,
  reason: string,
): void {
  const isSimulated = d.model.mode === "observe";
  const name = targetName(target);
  addStep(d, incident.id, action, name, isSimulated);
  const told = { step: action, target: name, attempt: 1, allowed: 1 };
  if (isSimulated) {
    d.tell("would-have", { ...told, because: "observe mode" }, incident.id);
    return;
  }
  d.tell("step-begun", { ...told, reason }, incident.id);
  if (action === "stop-agent") {
    d.act({ type: "stopAgent", reason });
    return;
  }
  if (action === "stop-resource" && target.kind === "resource") {
    d.patchPlan(planStop(d, target.id, reason).id, { step: action, incident: incident.id });
    return;
  }
  const groups = [...new Set(targetResources(d, target).map((id) => d.modelResource(id).group))];
  const whole = target.kind === "resource" ? [d.modelResource(target.id).group] : groups;
  for (const group of whole)
    d.patchGroup(group, { goal: "inactive", isByPerson: false, since: d.at });
  const plan = planDeactivate(d, whole, reason, false);
  d.patchPlan(plan.id, { step: action, incident: incident.id });
}

function dueOf(d: Draft, incident: Incident, monitor: Monitor): Due | null {
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

function groupTarget(d: Draft, target: Target): Target {
  return target.kind === "resource"
    ? { kind: "group", group: d.modelResource(target.id).group }
    : target;
}

function widthOf(target: Target): number {
  if (target.kind === "all-groups") return 3;
  return target.kind === "group" ? 2 : 1;
}

function groupsOf(d: Draft, target: Target): string[] {
  return [...new Set(targetResources(d, target).map((id) => d.modelResource(id).group))];
}

/** One action per group at a time; an incident of the server has one of its own. */
function isFree(d: Draft, incident: Incident, due: Due): boolean {
  const groups = groupsOf(d, due.target);
  return !d.state.plans.some(
    (plan) => plan.incident === incident.id || plan.groups.some((name) => groups.includes(name)),
  );
}

function takeStep(d: Draft, incident: Incident, due: Due): void {
  const { monitor, step, target } = due;
  const { recovery, name } = monitor;
  const { ladder, reason } = d.monitor(name);
  const allowed = {
    script: recovery.scriptCount,
    reactivation: recovery.reactivationThreshold,
    "group-restart": recovery.groupRestartThreshold,
  }[step];
  const tries = {
    script: ladder.scripts,
    reactivation: ladder.reactivations,
    "group-restart": ladder.groupRestarts,
  };
  const attempt = tries[step] + 1;
  const covered = step === "script" ? [name] : coveredBy(d, incident, target);
  for (const one of covered) countTry(d, one, step, one === name);
  const isSimulated = d.model.mode === "observe";
  addStep(d, incident.id, step, targetName(target), isSimulated);
  const told = { step, target: targetName(target), attempt, allowed };
  if (isSimulated) {
    d.tell("would-have", { ...told, because: "observe mode" }, incident.id);
    return;
  }
  d.tell("step-begun", { ...told, reason: `${name}: ${reason}` }, incident.id);
  const restart = {
    step,
    attempt,
    incident: incident.id,
    monitors: covered,
    reason: `${name}: ${reason}`,
  };
  if (step === "script") beginScript(d, monitor, restart);
  else planRestart(d, target, targetName(target), restart);
}

/** Failed members whose target the step restarts: it counts as a try for each of them. */
function coveredBy(d: Draft, incident: Incident, target: Target): string[] {
  const reached = new Set<ResourceId>(targetResources(d, target));
  return incident.members.filter((member) => {
    const monitor = d.model.monitors.get(member);
    if (!monitor || d.monitor(member).status.is !== "failed") return false;
    const own = targetResources(d, monitor.recovery.target);
    return own.length > 0 && own.every((id) => reached.has(id));
  });
}

/** Counts a try where the monitor stands: on its own step, also when a wider one was taken. */
function countTry(d: Draft, name: string, step: StepKind, isOwn: boolean): void {
  const { ladder } = d.monitor(name);
  const at = isOwn ? step : nextStep(d.modelMonitor(name), ladder);
  const isCounted = (kind: StepKind) => (at === kind ? 1 : 0);
  d.patchMonitor(name, {
    ladder: {
      ...ladder,
      scripts: ladder.scripts + isCounted("script"),
      reactivations: Math.min(ladder.reactivations + isCounted("reactivation"), TRIES_MAX),
      groupRestarts: ladder.groupRestarts + isCounted("group-restart"),
    },
    status: { is: "failed", failures: 0 },
    dueSince: null,
  });
}

/** Restarts go on while a server-level action is held; the count of them does not grow for ever. */
const TRIES_MAX = 1_000_000;

function beginScript(
  d: Draft,
  monitor: Monitor,
  step: { attempt: number; incident: string; monitors: readonly string[]; reason: string },
): void {
  const op = d.newId("o");
  const plan: Plan = {
    ...step,
    id: d.newId("p"),
    step: "script",
    kind: "script",
    target: targetName(monitor.recovery.target),
    groups: groupsOf(d, monitor.recovery.target),
    toStop: [],
    toStart: [],
    scriptOp: op,
    startedAt: d.at,
    thenStopAgent: false,
    failure: null,
  };
  d.patch({ plans: [...d.state.plans, plan] });
  d.act({
    type: "runScript",
    op,
    monitor: monitor.name,
    attempt: step.attempt,
    reason: step.reason,
    timeoutMs: monitor.recovery.scriptTimeoutMs,
  });
}

/** A recovery script ended: the monitor's own probe says whether it helped. */
export function endScript(d: Draft, plan: Plan, isDone: boolean, reason: string): Plan {
  d.dropPlan(plan.id);
  const ended = { ...plan, failure: isDone ? null : reason };
  const result = isDone ? "done" : reason;
  const took = d.at - plan.startedAt;
  d.tell("step-finished", { step: "script", target: plan.target, result, took }, plan.incident);
  finishStep(d, plan, result);
  return ended;
}

/** After a step: where it failed, or where nothing can be probed, the next step is due at once. */
export function afterStep(d: Draft, plan: Plan): void {
  for (const name of plan.monitors) {
    const monitor = d.model.monitors.get(name);
    if (!monitor) continue;
    const { status, dueSince, ladder } = d.monitor(name);
    if (status.is !== "failed" || dueSince !== null || ladder.isExhausted) continue;
    const isDead = monitor.watches !== null && d.resource(monitor.watches).phase.is === "failed";
    if (plan.failure !== null || isDead) makeDue(d, monitor);
  }
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
