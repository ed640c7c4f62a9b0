import type { Draft } from "./draft.ts";
import type { StepKind } from "./event.ts";
import { addStep } from "./incident.ts";
import { type Due, groupsOf, nextStep } from "./ladder.ts";
import { type Monitor, type ResourceId, type Target, targetName } from "./model.ts";
import { finishStep } from "./plan.ts";
import { noteStepDone } from "./proven.ts";
import { planRestart, targetResources } from "./plans.ts";
import { makeDue } from "./required.ts";
import type { Incident, Plan } from "./state.ts";

/** Takes a step of the ladder: in observe mode it is only counted and told. */
export function takeStep(d: Draft, incident: Incident, due: Due): void {
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
  const covered =
    step === "script" ? [name] : [...new Set([name, ...coveredBy(d, incident, target)])];
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
    if (plan.failure === null && plan.step !== null) noteStepDone(d, name, plan.step);
    const { status, dueSince, ladder } = d.monitor(name);
    if (status.is !== "failed" || dueSince !== null || ladder.isExhausted) continue;
    const isDead = monitor.watches !== null && d.resource(monitor.watches).phase.is === "failed";
    if (plan.failure !== null || isDead) makeDue(d, monitor);
  }
}
