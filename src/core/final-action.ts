import { DAY, SECOND } from "../base/duration.ts";
import type { Draft } from "./draft.ts";
import { addStep } from "./incident.ts";
import type { FinalAction, Monitor, ResourceId, ServerAction } from "./model.ts";
import { planDeactivate } from "./plans.ts";
import { isServerAction, SHORT_BOOT, slowedUntil } from "./reboot-limit.ts";
import type { BootRecord, GivenOrder, Incident, RecordEntry } from "./state.ts";

/** What came of asking for a final action. */
export type FinalResult =
  /** It was done, ordered, simulated, or is none: nothing more for this cause until it is cured. */
  | "taken"
  /** Not yet or not at all, but restarts of the target go on. */
  | "restart-instead";

/** Who asks: a monitor, or a resource that could not be started or stopped. */
export interface Cause {
  readonly name: string;
  readonly monitor: Monitor | null;
  readonly reason: string;
}

/** A dummy failure goes down the whole ladder, but ends nothing: its final action is only told. */
export function isRehearsal(d: Draft, cause: Cause): boolean {
  return cause.monitor !== null && d.monitor(cause.monitor.name).isRehearsed;
}

/** Stalls and hung disks: they do not wait for `escalate-after`, and the limit only slows them. */
export function isUrgent(d: Draft, monitor: Monitor): boolean {
  return monitor.isUrgent || d.monitor(monitor.name).isStuck;
}

/**
 * The final action that is in force: another one while the probe is stuck; one that did not help
 * is none until the monitor is cured.
 */
export function effectiveAction(d: Draft, monitor: Monitor): FinalAction {
  const { stuckAction } = monitor.recovery;
  const isStuck = d.monitor(monitor.name).isStuck && stuckAction !== null;
  const finalAction = isStuck ? stuckAction : monitor.recovery.finalAction;
  const isGivenUp = d.state.record.didNotHelp.includes(monitor.name);
  return isGivenUp && isServerAction(finalAction) ? "none" : finalAction;
}

/**
 * A dead disk takes no intent, and that must not keep the server from what is configured for just
 * that (recovery.md 3: "a disk that dies during the boot needs no write to be counted"). The boot is
 * marked as open, so the next one counts it when it was short. A longer one would not be counted: it
 * is ended for the disk only, or a full disk would mean a reboot for ever.
 */
function isCountedUnsaved(d: Draft, monitor: Monitor | null): boolean {
  const isMarked = d.state.guard?.facts.isCharged === true;
  return isMarked && (monitor?.type === "disk" || d.at < SHORT_BOOT);
}

/** Takes the action through pace, limit and record (recovery.md 2 "Pace" and 3). */
export function takeServerAction(
  d: Draft,
  incident: Incident,
  cause: Cause,
  action: ServerAction,
): FinalResult {
  // Nothing waits for it: the restarts meanwhile would be real.
  if (isRehearsal(d, cause)) {
    tellSimulated(d, incident, cause, action);
    return "taken";
  }
  const isInHaste = cause.monitor !== null && isUrgent(d, cause.monitor);
  const { escalateAfterMs, leastUptimeMs } = d.model.reboots;
  if (!isInHaste && d.at - incident.openedAt < escalateAfterMs) return "restart-instead";
  if (d.at < leastUptimeMs) return "restart-instead";
  const isReal = d.model.mode === "enforce" && d.state.hasGuard;
  const record = isReal ? d.state.record : d.state.observedRecord;
  const isUnsaved = d.state.isSaveFaulty && !isCountedUnsaved(d, cause.monitor);
  const isRecordLost = d.state.recordFault !== null || isUnsaved;
  if (isReal && isRecordLost && !(isInHaste && d.at >= slowedUntil(0))) {
    return blocked(d, incident, cause, action, "record", record);
  }
  const excess = record.counted.length - d.model.reboots.limit;
  const isSlowed = isInHaste && d.at >= slowedUntil(excess);
  if (excess >= 0 && !isSlowed) return blocked(d, incident, cause, action, "limit", record);
  if (isReal) order(d, incident, cause, action);
  else simulate(d, incident, cause, action);
  return "taken";
}

/** Told at once and then daily while it lasts; restarts of resources and groups go on. */
function blocked(
  d: Draft,
  incident: Incident,
  cause: Cause,
  action: ServerAction,
  because: "limit" | "record",
  record: BootRecord,
): FinalResult {
  const { blockedRemindAt: remindAt } = d.incident(incident.id) ?? incident;
  const isTold = remindAt !== null && d.at < remindAt;
  d.patchIncident(incident.id, {
    heldBy: because,
    blockedRemindAt: isTold ? remindAt : d.at + DAY,
  });
  if (!isTold) {
    const { limit } = d.model.reboots;
    const count = record.counted.length;
    d.tell(
      "server-action-blocked",
      { action, monitor: cause.name, because, count, limit },
      incident.id,
    );
  }
  return "restart-instead";
}

function entryFor(d: Draft, cause: Cause, action: ServerAction): RecordEntry {
  return {
    kind: action,
    monitor: cause.monitor?.name ?? null,
    bootId: d.state.bootId,
    uptime: d.state.record.uptimeBefore + d.at,
    wall: d.wall,
  };
}

/** Observe mode, or no guard to order: counted apart, never in the real record. */
function simulate(d: Draft, incident: Incident, cause: Cause, action: ServerAction): void {
  const record = d.state.observedRecord;
  const counted = [...record.counted, entryFor(d, cause, action)];
  d.patch({ observedRecord: { ...record, counted } });
  tellSimulated(d, incident, cause, action);
}

function tellSimulated(d: Draft, incident: Incident, cause: Cause, action: ServerAction): void {
  addStep(d, incident.id, action, "server", true);
  const fields = { action, monitor: cause.name, reason: cause.reason };
  d.tell("server-action-simulated", fields, incident.id);
}

/** The intent is saved durably first; nothing else begins meanwhile. `confirmOrder` goes on. */
function order(d: Draft, incident: Incident, cause: Cause, action: ServerAction): void {
  const saveOp = d.newId("o");
  const id = d.newId("g");
  d.patch({
    record: { ...d.state.record, intent: entryFor(d, cause, action) },
    order: {
      id,
      kind: action,
      reason: cause.reason,
      deadlineAt: d.at,
      saveOp,
      cause: cause.name,
      incident: incident.id,
      areGroupsStopped: false,
    },
  });
  d.mustSync = true;
  d.saveOp = saveOp;
}

/**
 * The save of the intent ended. The guard is told before anything else happens: from then on it acts
 * at its deadline, whatever becomes of the agent. Where the intent could not be saved the next boot
 * could not count this one, so the action is withdrawn, but for a stall at its slow rate, and where
 * the next boot counts it all the same.
 */
export function confirmOrder(d: Draft, given: GivenOrder, isSaved: boolean): void {
  const monitor = d.model.monitors.get(given.cause);
  const isInHaste = monitor !== undefined && isUrgent(d, monitor);
  const isCounted = isSaved || isCountedUnsaved(d, monitor ?? null);
  if (!isCounted && !(isInHaste && d.at >= slowedUntil(0))) {
    // Until saving works again it is blocked, told once, while restarts go on.
    d.patch({ isSaveFaulty: true });
    withdraw(d, given);
    if (d.state.monitors.has(given.cause)) d.patchMonitor(given.cause, { dueSince: d.at });
    return;
  }
  const { id, kind, reason, cause, incident } = given;
  const isAtOnce = kind === "panic" || kind === "reset";
  const deadlineAt = d.at + (isAtOnce ? 2 * SECOND : d.model.reboots.gracefulTimeoutMs);
  d.patch({ order: { ...given, deadlineAt, saveOp: null } });
  addStep(d, incident, kind, "server", false);
  const count = d.state.record.counted.length + 1;
  const { limit } = d.model.reboots;
  d.tell("server-action-ordered", { action: kind, monitor: cause, reason, count, limit }, incident);
  d.act({ type: "order", order: { id, kind, reason, deadlineAt } });
  if (!isAtOnce) planDeactivate(d, [...d.model.groups.keys()], `${kind} was ordered`, false);
}

/** It was not done: the cause stays failed, and what it asked for may be asked for again. */
export function withdraw(d: Draft, given: GivenOrder): void {
  d.patch({ order: null, record: { ...d.state.record, intent: null } });
  const monitor = d.state.monitors.find(given.cause);
  if (monitor) {
    d.patchMonitor(given.cause, { ladder: { ...monitor.ladder, isExhausted: false } });
  } else if (d.state.resources.has(given.cause)) {
    const asked = { resource: given.cause as ResourceId, action: given.kind, reason: given.reason };
    d.patchIncident(given.incident, { asked: [asked] });
  }
}
