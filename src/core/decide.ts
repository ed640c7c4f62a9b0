import { never } from "../base/assert.ts";
import type { Action } from "./action.ts";
import { agentStarted, bootExplained } from "./boot.ts";
import { takeCommand } from "./command.ts";
import { configChanged } from "./config-change.ts";
import { UPTIME_SAVE_INTERVAL } from "./deadline.ts";
import { Draft } from "./draft.ts";
import { takeDrill } from "./drill.ts";
import { cure, remindOfIncidents } from "./incident.ts";
import { missGuard, remindOfCover, takeGuard, tellStopped } from "./guarding.ts";
import { fitState } from "./initial.ts";
import type { ActionFinished, Input } from "./input.ts";
import { release, takeProbe } from "./judge.ts";
import { noteDead, restartedOutside } from "./life.ts";
import { endWaiting } from "./required.ts";
import type { Model, ResourceId } from "./model.ts";
import { endOperation, endPatience, findOperation, startFailed } from "./operation-end.ts";
import { remindOfOutsideStops, stoppedOutside } from "./outside-stop.ts";
import { advancePlan } from "./plan.ts";
import { startProbing, syncProbing } from "./probing.ts";
import { confirmOrder } from "./final-action.ts";
import { tellNotProven } from "./proven.ts";
import { isServerAction, passUptime } from "./reboot-limit.ts";
import { endPauses, takeWindow } from "./pause.ts";
import { endPackageWork, packageWork } from "./package-work.ts";
import { pursue } from "./recovery.ts";
import { afterStep, endScript } from "./step.ts";
import { shiftTimes } from "./gap.ts";
import { leaving, shutdownBegan, shutdownEnded } from "./shutdown.ts";
import type { State } from "./state.ts";
import { remindOfSuspensions } from "./suspension.ts";
import { takeAsked, takeTrouble } from "./trouble.ts";
import { ended } from "./take-up.ts";

/** What the policy answers: the state from now on, and what is to be done, in this order. */
export interface Decision {
  readonly state: State;
  readonly actions: readonly Action[];
}

/**
 * THE POLICY. Pure: no clock, no I/O, no randomness; the same inputs give the same actions. The
 * same function serves the agent, `simulate`, observe mode and the tests (architecture.md 2).
 */
export function decide(model: Model, state: State, input: Input): Decision {
  const d = new Draft(model, state, input);
  // What happens to one resource concerns its group; everything else may concern all of them.
  const isLocal =
    input.type === "probeFinished" ||
    input.type === "resourceEnded" ||
    input.type === "actionFinished";
  if (!isLocal) d.isAllTouched = true;
  take(d, input);
  // A healthy probe changes nothing, and then nothing needs to be looked at.
  if (d.state === state && d.actions.length === 0 && input.type !== "tick")
    return { state, actions: [] };
  d.patch({ at: d.at, wall: d.wall });
  settle(d);
  return finish(d, state, input);
}

function take(d: Draft, input: Input): void {
  switch (input.type) {
    case "agentStarted":
      return agentStarted(d, input);
    case "probeFinished":
      return takeProbe(d, input);
    case "resourceEnded":
      return resourceEnded(d, input.resource, input.how);
    case "actionFinished":
      return actionFinished(d, input);
    case "command":
      return takeCommand(d, input);
    case "tick":
      return tick(d);
    case "gap":
      return gap(d, input.lostMs);
    case "configChanged":
      d.patch(fitState(d.model, d.state));
      return configChanged(d, input);
    case "packageWork":
      return packageWork(d, input.isHeld);
    case "stoppedOutside":
      return stoppedOutside(d, input.resource, input.isStopped);
    case "restartedOutside":
      return restartedOutside(d, input.resource, input.count);
    case "window":
      return takeWindow(d, input);
    case "guardChanged":
      return takeGuard(d, input.guard);
    case "leaving":
      return leaving(d);
    case "shutdownBegan":
      return shutdownBegan(d);
    case "shutdownEnded":
      return shutdownEnded(d);
    case "drill":
      return takeDrill(d, input.news);
    case "bootExplained":
      return bootExplained(d, input.event);
    case "evidenceKept":
      return d.tell("evidence-kept", input.fields, input.incident);
    case "saveFinished":
      return saveFinished(d, input.fault, input.isSlow);
    default:
      return never(input);
  }
}

/** Lets everything go on that can: plans first, then the steps that are due, until nothing moves. */
function settle(d: Draft): void {
  cure(d);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const before = d.state;
    advancePlans(d);
    takeAsked(d);
    pursue(d);
    if (d.state === before) break;
  }
  tellStopped(d);
}

/** Each round begins or ends a plan; a group can do so a few times in one decision only. */
const ROUNDS_MAX = 100;

function advancePlans(d: Draft): void {
  for (const plan of d.state.plans) {
    if (!d.isTouched(plan)) continue;
    const finished = advancePlan(d, plan.id);
    if (finished === null) continue;
    syncProbing(
      d,
      finished.groups.flatMap((name) => d.model.activeMonitors.get(`group:${name}`) ?? []),
    );
    if (finished.step !== null) afterStep(d, finished);
    noteDead(d, finished.groups);
  }
}

/** What changed is saved before anything else is done; durably where it must outlive a reboot. */
function finish(d: Draft, before: State, input: Input): Decision {
  const isAnswer = input.type === "saveFinished" && !d.mustSync;
  if (d.state === before || isAnswer) return { state: d.state, actions: d.actions };
  const durability = d.mustSync ? "sync" : "write";
  const save: Action =
    d.saveOp === null
      ? { type: "saveState", durability }
      : { type: "saveState", durability, op: d.saveOp };
  return { state: d.state, actions: [save, ...d.actions] };
}

function resourceEnded(d: Draft, id: ResourceId, how: string): void {
  const resource = d.state.resources.find(id);
  if (resource?.phase.is === "active") {
    ended(d, id, how);
    syncProbing(d, d.model.activeMonitors.get(id) ?? []);
    return;
  }
  if (resource?.phase.is !== "starting" || !resource.phase.isLaunched) return;
  const plan = d.state.plans.find((one) => one.toStart.includes(id));
  if (!plan) return;
  d.tell("resource-ended", { resource: id, how }, plan.incident);
  const trouble = startFailed(d, plan, id, `it ended before it was ready: ${how}`, false);
  if (trouble !== null) takeTrouble(d, trouble);
}

function actionFinished(d: Draft, input: ActionFinished): void {
  const script = d.state.plans.find((plan) => plan.scriptOp === input.op);
  if (script) {
    afterStep(d, endScript(d, script, input.result === "done", input.reason));
    return;
  }
  const { order } = d.state;
  if (order !== null && order.saveOp === input.op) {
    confirmOrder(d, order, input.result === "done");
    return;
  }
  const found = findOperation(d, input.op);
  if (found === null) return;
  const trouble = endOperation(d, found.plan, found.id, input);
  if (trouble !== null) takeTrouble(d, trouble);
}

function tick(d: Draft): void {
  endPauses(d);
  remindOfSuspensions(d);
  endWaiting(d);
  release(d, d.model.monitors.keys());
  endStarts(d);
  remindOfOutsideStops(d);
  endPackageWork(d);
  missGuard(d);
  remindOfIncidents(d);
  if (d.at - d.state.uptimeSavedAt >= UPTIME_SAVE_INTERVAL) saveUptime(d);
}

/** Monitors that did not become ok in time after a launch are judged from now on. */
function endStarts(d: Draft): void {
  for (const plan of d.state.plans) for (const id of plan.toStart) endPatience(d, id);
}

function saveUptime(d: Draft): void {
  const isQuiet = !d.state.incidents.some((incident) =>
    incident.members.some((name) => {
      const monitor = d.model.monitors.get(name);
      const isFailed = d.state.monitors.find(name)?.status.is === "failed";
      return isFailed && monitor !== undefined && isServerAction(monitor.recovery.finalAction);
    }),
  );
  d.patch({
    record: passUptime(d.state.record, d.at, isQuiet),
    observedRecord: passUptime(d.state.observedRecord, d.at, isQuiet),
    uptimeSavedAt: d.at,
  });
  tellNotProven(d);
  remindOfCover(d);
  d.mustSync = true;
}

function gap(d: Draft, lostMs: number): void {
  d.patch(shiftTimes(d.state, lostMs));
  d.tell("gap-noticed", { lost: lostMs });
  for (const [name, { isProbing }] of d.state.monitors.entries()) {
    const monitor = d.modelMonitor(name);
    if (isProbing) startProbing(d, monitor, monitor.intervalMs, false);
  }
}

/**
 * A save that fails holds back nothing; it is told when it begins (recovery.md 6). One that is only
 * slow is told when it lasts: each busy boot has some.
 */
function saveFinished(d: Draft, fault: string | null, isSlow: boolean): void {
  const { isSaveFaulty, isSaveSlow } = d.state;
  if (fault === null) {
    if (isSaveFaulty) d.patch({ isSaveFaulty: false, isSaveSlow: false });
    return;
  }
  const isTold = isSaveFaulty && !isSaveSlow;
  if (isTold || (isSaveFaulty && isSlow)) return;
  d.patch({ isSaveFaulty: true, isSaveSlow: isSlow });
  if (!isSlow) d.tell("save-failed", { fault });
}
