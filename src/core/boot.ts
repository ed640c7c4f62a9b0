import { HOUR } from "../base/duration.ts";
import type { BootEndEvent } from "./boot-cause.ts";
import type { Draft } from "./draft.ts";
import type { EventFields } from "./event.ts";
import { withdraw } from "./final-action.ts";
import { judgeAnew, STEPS_MAX, withdrawMissing } from "./incident.ts";
import { newMonitor } from "./initial.ts";
import type { AgentStarted, Observed } from "./input.ts";
import type { ResourceId } from "./model.ts";
import { endPauses, fitWindows } from "./pause.ts";
import { isLeftDown, planActivate } from "./plans.ts";
import { paceOf, startProbing, syncProbing } from "./probing.ts";
import { noteStepDone } from "./proven.ts";
import {
  type BootVerdict,
  emptyRecord,
  isServerAction,
  judgeBoot,
  openBoot,
} from "./reboot-limit.ts";
import type { GivenOrder, Plan, RecordEntry, ResourceState } from "./state.ts";
import { FOREIGN, goesOn, takeUp } from "./take-up.ts";

/** A new agent continues, or a new boot begins (recovery.md 3 and 6). */
export function agentStarted(d: Draft, input: AgentStarted): void {
  const { boot } = input;
  const verdict = judgeBoot(d.state.record, boot);
  const isNewBoot = verdict !== "same-boot";
  // The state was lost while the record was not: nothing is known of this boot but what is there.
  const isUnknown = d.state.bootId === "";
  const record = openBoot(d.state.record, boot, verdict, d.wall);
  const { intent, mark } = d.state.record;
  const unwatched = Math.round(Math.max(0, d.at - d.state.at));
  tellFaults(d, input);
  d.patch({
    // A boot that lasts already when its first agent comes is not a short one.
    record: { ...record, mark: "open", uptimeNow: isNewBoot ? d.at : record.uptimeNow },
    // The saved state may be older than what an earlier agent of this boot began: its numbers must
    // not be given again, or an answer to an old operation would be taken for one to a new.
    nextId: Math.max(d.state.nextId, Math.ceil(d.at)),
    observedRecord: observedRecord(d, input),
    recordFault: boot.recordFault,
    bootId: boot.bootId,
    hasGuard: input.hasGuard,
    shutdownSince: null,
    uptimeSavedAt: d.at,
    isAfterUncleanBoot: isNewBoot ? isUnclean(verdict) : d.state.isAfterUncleanBoot,
  });
  d.mustSync = true;
  withdrawMissing(d, new Set());
  const { groups, monitors } = d.model;
  const counts = { groups: groups.size, monitors: monitors.size };
  d.tell("agent-started", { bootId: boot.bootId, ...counts, mode: d.model.mode });
  const { counted } = d.state.record;
  const { limit } = d.model.reboots;
  if (isNewBoot) d.tell("boot-recorded", { verdict, counted: counted.length, limit });
  if (isNewBoot || isUnknown) beginBoot(d, input);
  else continueBoot(d, input, { unwatched, isExact: mark === "closed" });
  if (verdict === "ordered" && intent !== null) notePerformed(d, intent);
  probeAgain(d);
  // What ended while no agent was there; and the configuration may be another by now.
  fitWindows(d);
  endPauses(d);
}

/** Told for people; what the policy counts it has decided at the agent's start. */
export function bootExplained(d: Draft, event: BootEndEvent): void {
  switch (event.id) {
    case "rebooted-by-solosafe":
      return d.tell(event.id, event.fields);
    case "rebooted-by-person":
      return d.tell(event.id, event.fields);
    case "rebooted-unasked":
      return d.tell(event.id, event.fields);
  }
}

/** The boot that was ordered has come. Where the last save was lost with the boot, its step is too. */
function notePerformed(d: Draft, intent: RecordEntry): void {
  const { kind, monitor, wall } = intent;
  if (monitor === null || !isServerAction(kind)) return;
  noteStepDone(d, monitor, kind);
  const incident = d.incidentOf(monitor);
  if (!incident || incident.steps.some((one) => one.step === kind && one.wall >= wall)) return;
  const at = d.at - Math.max(0, d.wall - wall);
  const done = { step: kind, target: "server", at, wall, result: WENT_DOWN, tookMs: null };
  const steps = [...incident.steps, { ...done, isSimulated: false }].slice(-STEPS_MAX);
  d.patchIncident(incident.id, { steps });
}

/** How a step ended that the end of the boot cut short, or that was the end of the boot. */
const WENT_DOWN = "the server went down";

function isUnclean(verdict: BootVerdict): boolean {
  return (
    verdict === "watchdog-reset" ||
    verdict === "panic" ||
    verdict === "unexplained" ||
    verdict === "power-loss"
  );
}

function observedRecord(d: Draft, { boot }: AgentStarted) {
  const { observedRecord: record } = d.state;
  return record.machineId === boot.machineId ? record : emptyRecord(boot.machineId, boot.bootId);
}

function tellFaults(d: Draft, { boot }: AgentStarted): void {
  if (boot.stateFault !== null) d.tell("state-lost", { fault: boot.stateFault });
  if (boot.recordFault !== null) d.tell("record-fault", { fault: boot.recordFault });
  if (boot.configFault !== null) d.tell("config-fault", { fault: boot.configFault });
}

/** Plans of another boot are void, times of its clock too; what a person said stays. */
function beginBoot(d: Draft, input: AgentStarted): void {
  const now = { at: d.at, wall: d.wall };
  d.patch({ plans: [], order: null, packageWork: null, guard: null });
  for (const name of d.model.monitors.keys()) {
    const { isRehearsed, proven } = d.monitor(name);
    d.patchMonitor(name, { ...newMonitor(now), isRehearsed, proven });
  }
  for (const id of d.model.resources.keys() as Iterable<ResourceId>) {
    const observed = input.observed.get(id)?.is ?? "empty";
    const isRunning = observed === "running";
    d.patchResource(id, {
      phase: phaseAtBoot(observed),
      since: d.at,
      startAttempt: 0,
      stopAttempt: 0,
      stoppedOutsideSince: null,
      outsideRemindAt: null,
      // What could not be stopped did not outlive the boot: its tree is empty now.
      blocked: null,
      starts: 0,
    });
    if (isRunning) d.tell("resource-adopted", { resource: id });
  }
  carryOver(d);
  startGroups(d, [...d.model.groups.keys()], "the server has started");
}

/**
 * The state may only look like that of another boot, because nothing could be saved in this one:
 * what runs is taken as it is, what is under way is ended before it is started.
 */
function phaseAtBoot(observed: Observed["is"]): ResourceState["phase"] {
  if (observed === "running") return { is: "active" };
  if (observed === "busy") return { is: "failed", reason: FOREIGN };
  return { is: "inactive" };
}

/** Incidents, suspensions and reminders live on: their times are moved to the clock of this boot. */
function carryOver(d: Draft): void {
  const incidents = d.state.incidents.map((one) => ({
    ...one,
    openedAt: d.at - Math.max(0, d.wall - one.openedWall),
    lastRestartAt: null,
    restarts: 0,
    remindAt: d.at + HOUR,
    asked: [],
    heldBy: null,
    blockedRemindAt: null,
    members: one.members.filter((name) => !name.includes("/")),
    steps: one.steps.map((step) => ({ ...step, result: step.result ?? WENT_DOWN })),
  }));
  const suspensions = new Map(
    [...d.state.suspensions].map(([scope, one]) => [
      scope,
      {
        ...one,
        since: d.at - Math.max(0, d.wall - one.sinceWall),
        remindAt: d.at + HOUR,
      },
    ]),
  );
  d.patch({ incidents: incidents.filter((one) => one.members.length > 0), suspensions });
  for (const [scope, { since }] of suspensions) {
    d.tell("suspension-reminder", { scope, since: d.at - since });
  }
}

/** Starts the groups that start by themselves, but for those that a person stopped. */
export function startGroups(d: Draft, names: readonly string[], reason: string): void {
  const started = names.filter((name) => {
    const { goal, isByPerson } = d.group(name);
    // What a person stopped stays stopped, and what a person started by hand is started again.
    return isByPerson ? goal === "active" : d.modelGroup(name).start === "auto";
  });
  for (const name of names) d.patchGroup(name, { isNew: false });
  for (const name of started) d.patchGroup(name, { goal: "active", since: d.at });
  // Observe mode starts nothing; what runs already is watched.
  if (d.model.mode === "enforce") planActivate(d, started, reason);
}

/** Same boot: each resource is looked at, and half-done plans go on from what is really there. */
function continueBoot(
  d: Draft,
  input: AgentStarted,
  away: Pick<EventFields["agent-restarted"], "unwatched" | "isExact">,
): void {
  // A stop of everything was for the agent that is gone; this one was started to keep things up.
  const void_ = d.state.plans.filter((plan) => plan.thenStopAgent);
  for (const plan of void_) d.dropPlan(plan.id);
  const ids = [...d.model.resources.keys()] as ResourceId[];
  const resources = ids.filter((id) => goesOn(d, id, input.observed.get(id))).length;
  d.tell("agent-restarted", { plans: d.state.plans.length, resources, ...away });
  for (const plan of d.state.plans) if (plan.scriptOp !== null) takeUpScript(d, plan, input);
  judgeAnew(d);
  for (const id of ids) takeUp(d, id, input.observed.get(id) ?? { is: "empty" });
  const down = [...d.model.groups.keys()].filter(
    (name) => void_.some((plan) => plan.groups.includes(name)) || isLeftDown(d, name),
  );
  if (d.model.mode === "enforce")
    planActivate(
      d,
      down.filter((name) => d.group(name).goal === "active"),
      "the agent has started",
    );
  // The file was changed while no agent was there.
  const added = [...d.model.groups.keys()].filter((name) => d.group(name).isNew);
  startGroups(d, added, "it is new in the configuration");
  if (d.state.order !== null) takeUpOrder(d, d.state.order);
}

/** The guard performs an id once, so it is told again; an order whose intent was not saved is void. */
function takeUpOrder(d: Draft, given: GivenOrder): void {
  const { id, kind, reason, deadlineAt } = given;
  if (given.saveOp !== null) return withdraw(d, given);
  d.act({ type: "order", order: { id, kind, reason, deadlineAt } });
  d.patch({ order: { ...given, areGroupsStopped: false } });
}

function takeUpScript(d: Draft, plan: Plan, input: AgentStarted): void {
  const op = plan.scriptOp ?? "";
  const isRunning = [...input.observed.values()].some((one) => one.is === "busy" && one.op === op);
  const monitor = d.model.monitors.get(plan.monitors[0] ?? "");
  const timeoutMs = monitor?.recovery.scriptTimeoutMs ?? 0;
  if (isRunning || monitor) d.act({ type: "awaitOperation", op, timeoutMs });
  else d.dropPlan(plan.id);
}

/** The shell knows of no probes yet: those that are on are started again, without their delay. */
function probeAgain(d: Draft): void {
  const names = [...d.model.monitors.keys()];
  const wasOn = names.filter((name) => d.monitor(name).isProbing);
  syncProbing(d, names);
  for (const name of wasOn) {
    const monitor = d.modelMonitor(name);
    if (d.monitor(name).isProbing) startProbing(d, monitor, 0, paceOf(d, monitor) === "eager");
  }
}
