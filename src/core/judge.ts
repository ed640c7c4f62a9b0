import { HOUR } from "../base/duration.ts";
import type { Draft } from "./draft.ts";
import { isHeldDown, isWanted } from "./group-order.ts";
import { openOrJoin } from "./incident.ts";
import type { Outcome, ProbeFinished } from "./input.ts";
import { activePlace, groupOf, type Monitor, type ResourceId } from "./model.ts";
import { noteDetected } from "./proven.ts";
import { monitorReady } from "./operation-end.ts";
import { answerWaiting, askRequired, isAtStart, isTrouble, makeDue } from "./required.ts";

/** Unknown outcomes in a row before they are told (recovery.md 1). */
const UNKNOWNS_TOLD = 3;
/** Flapping is judged over 10 intervals or an hour, whichever is longer. */
const FLAPPING_INTERVALS = 10;

const DUMMY = "rehearsal: this failure is a dummy";

/** What kind of failure it is; left out: a real one, at once, of our own. */
export interface Failing {
  readonly reason: string;
  readonly isTimeout?: boolean;
  /** Somebody else's fault. */
  readonly isAlertOnly?: boolean;
  readonly isStuck?: boolean;
  /** A person rehearses. */
  readonly isDummy?: boolean;
}

/** Takes the outcome of one probe: from probe to failure (recovery.md 1). */
export function takeProbe(d: Draft, probe: ProbeFinished): void {
  const monitor = d.model.monitors.get(probe.monitor);
  if (!monitor || !d.monitor(monitor.name).isProbing) return;
  const isDummy = d.monitor(monitor.name).isRehearsed && isJudged(d, monitor);
  const outcome = isDummy ? "failed" : noteDelay(d, monitor, probe);
  const reason = isDummy ? DUMMY : probe.reason;
  noteStuck(d, monitor, !isDummy && (probe.isStuck ?? false));
  if (outcome === "failed") {
    if (isJudged(d, monitor)) unwell(d, monitor, isDummy ? { reason, isDummy } : probe);
  } else if (outcome === "unknown") unsure(d, monitor, reason);
  else well(d, monitor, outcome, reason);
  answerWaiting(d, monitor.name);
  release(d, d.model.requiredBy.get(monitor.name) ?? []);
}

/**
 * Consequences whose cause is over. Most are probed and judged by that; what watches a life is not
 * probed while its resource is dead, so it is judged here.
 */
export function release(d: Draft, names: Iterable<string>): void {
  for (const name of names) {
    const { consequenceOf, reason } = d.monitor(name);
    const monitor = d.modelMonitor(name);
    if (consequenceOf === null || monitor.watches === null || isTrouble(d, consequenceOf)) continue;
    if (d.resource(monitor.watches).phase.is === "failed") unwell(d, monitor, { reason });
  }
}

/** While its probe hangs in the kernel another action is in force; the next outcome ends that. */
function noteStuck(d: Draft, monitor: Monitor, isStuck: boolean): void {
  const { isStuck: wasStuck, ladder } = d.monitor(monitor.name);
  if (isStuck === wasStuck) return;
  // What was the end without it may not be the end with it.
  const isAnew = isStuck && monitor.recovery.stuckAction !== null;
  d.patchMonitor(monitor.name, {
    isStuck,
    ladder: isAnew ? { ...ladder, isExhausted: false } : ladder,
  });
}

/** An answer slower than the delay warning makes an ok a warning; told when it begins. */
function noteDelay(d: Draft, monitor: Monitor, probe: ProbeFinished): Outcome {
  const { isSlow } = d.monitor(monitor.name);
  const limit = (monitor.timeoutMs * monitor.delayWarningPercent) / 100;
  const isLate =
    monitor.delayWarningPercent < 100 &&
    (probe.outcome === "ok" || probe.outcome === "warning") &&
    probe.durationMs >= limit;
  if (isLate !== isSlow) d.patchMonitor(monitor.name, { isSlow: isLate });
  if (!isLate) return probe.outcome;
  if (!isSlow) {
    const took = Math.round(probe.durationMs);
    d.tell("monitor-slow", { monitor: monitor.name, took, timeout: monitor.timeoutMs });
  }
  return "warning";
}

function well(d: Draft, monitor: Monitor, outcome: "ok" | "warning", reason: string): void {
  const state = d.monitor(monitor.name);
  const { status } = state;
  if (status.is === "unknown") d.tell("monitor-known", { monitor: monitor.name });
  if (status.is === "failed") recovered(d, monitor);
  if (outcome === "warning" && status.is !== "warning" && !state.isSlow) {
    d.tell("monitor-warning", { monitor: monitor.name, reason });
  }
  const recoveredAt = isInTrouble(d, monitor.name) ? (state.recoveredAt ?? d.at) : null;
  const isNews =
    status.is !== outcome ||
    state.unknowns > 0 ||
    recoveredAt !== state.recoveredAt ||
    state.consequenceOf !== null ||
    state.awaiting !== null;
  if (isNews) {
    d.patchMonitor(monitor.name, {
      status: { is: outcome },
      since: status.is === outcome ? state.since : d.at,
      reason,
      unknowns: 0,
      isAlertOnly: false,
      recoveredAt,
      dueSince: null,
      awaiting: null,
      consequenceOf: null,
    });
  }
  ready(d, monitor);
}

function isInTrouble(d: Draft, name: string): boolean {
  return (
    d.incidentOf(name) !== undefined ||
    d.state.record.judging.some(({ monitor }) => monitor === name)
  );
}

function ready(d: Draft, monitor: Monitor): void {
  const place = activePlace(monitor);
  if (place?.includes("/")) monitorReady(d, place as ResourceId, monitor.name);
}

function recovered(d: Draft, monitor: Monitor): void {
  const { since } = d.monitor(monitor.name);
  const incident = d.incidentOf(monitor.name)?.id ?? null;
  d.tell("monitor-recovered", { monitor: monitor.name, after: d.at - since }, incident);
  noteChange(d, monitor);
}

/** Failed ↔ recovered over and over is told once; recovery goes on from the counters it has. */
function noteChange(d: Draft, monitor: Monitor): void {
  const window = Math.max(FLAPPING_INTERVALS * monitor.intervalMs, HOUR);
  const { changes, isFlapping } = d.monitor(monitor.name);
  const recent = [...changes.filter((at) => d.at - at < window), d.at].slice(
    -(monitor.flappingLimit + 1),
  );
  const isNow = recent.length > monitor.flappingLimit;
  if (isNow && !isFlapping) {
    d.tell("monitor-flapping", { monitor: monitor.name, changes: recent.length });
  }
  d.patchMonitor(monitor.name, { changes: recent, isFlapping: isFlapping || isNow });
}

function unsure(d: Draft, monitor: Monitor, reason: string): void {
  const state = d.monitor(monitor.name);
  const unknowns = Math.min(state.unknowns + 1, UNKNOWNS_TOLD);
  // What cannot be asked cannot say that a resource is ready, and must not hold back its group.
  if (unknowns === UNKNOWNS_TOLD) ready(d, monitor);
  if (unknowns === state.unknowns) return;
  const isTold = unknowns === UNKNOWNS_TOLD;
  if (isTold) d.tell("monitor-unknown", { monitor: monitor.name, reason });
  // Neither failed nor ok: what has failed stays failed, and what was well is not known any more.
  const isShown = isTold && state.status.is !== "failed";
  d.patchMonitor(monitor.name, {
    unknowns,
    ...(isShown ? { status: { is: "unknown" }, since: d.at, reason } : {}),
  });
}

/** A failure that counts: forgiven, or one more than the retries forgive. */
export function unwell(d: Draft, monitor: Monitor, failing: Failing): void {
  const { status, consequenceOf } = d.monitor(monitor.name);
  if (consequenceOf !== null && isTrouble(d, consequenceOf)) return;
  if (consequenceOf !== null) d.patchMonitor(monitor.name, { consequenceOf: null });
  const { reason, isTimeout = false, isStuck = false, isAlertOnly = false } = failing;
  const isAtOnce = monitor.watches !== null || isStuck || (isTimeout && !monitor.retryOnTimeout);
  const isAgain = status.is === "failed" && consequenceOf === null;
  // What was somebody else's fault does not count when it is ours from now on.
  const wasAlertOnly = d.monitor(monitor.name).isAlertOnly;
  const isOursNow = wasAlertOnly && !isAlertOnly;
  const before = (status.is === "suspect" || isAgain) && !isOursNow ? countOf(d, monitor) : 0;
  const failures = before + 1;
  d.patchMonitor(monitor.name, { unknowns: 0, recoveredAt: null, reason, isAlertOnly });
  if (isAtOnce || failures > monitor.retries) {
    failed(d, monitor, failing, { failures, isAgain, wasAlertOnly: isAgain && wasAlertOnly });
    return;
  }
  const { since, status: now } = d.monitor(monitor.name);
  const isNew = !isAgain && now.is !== "suspect";
  d.patchMonitor(monitor.name, {
    status: { is: isAgain ? "failed" : "suspect", failures },
    since: isNew ? d.at : since,
  });
  const allowed = monitor.retries + 1;
  if (!isAgain) d.tell("monitor-suspect", { monitor: monitor.name, failures, allowed, reason });
}

function countOf(d: Draft, monitor: Monitor): number {
  const { status } = d.monitor(monitor.name);
  return status.is === "suspect" || status.is === "failed" ? status.failures : 0;
}

interface Count {
  readonly failures: number;
  /** It was failed already and failed again after a step. */
  readonly isAgain: boolean;
  /** It was failed already, by somebody else's fault. */
  readonly wasAlertOnly: boolean;
}

function failed(d: Draft, monitor: Monitor, failing: Failing, count: Count): void {
  const { name } = monitor;
  const { reason, isDummy = false, isAlertOnly = false } = failing;
  const { dueSince, ladder, since } = d.monitor(name);
  d.patchMonitor(name, {
    // The count stops where it decides, so that a permanent failure cannot make it grow for ever.
    status: { is: "failed", failures: monitor.retries + 1 },
    since: count.isAgain ? since : d.at,
  });
  const isTimeoutTold = (failing.isTimeout ?? false) && !monitor.recoverOnTimeout;
  const incident = d.incidentOf(name)?.id ?? null;
  if (!count.isAgain) {
    d.tell("monitor-failed", { monitor: name, failures: count.failures, reason }, incident);
    noteChange(d, monitor);
    if (!isDummy) noteDetected(d, name);
  } else if (dueSince === null && !ladder.isExhausted && !isTimeoutTold && !isAlertOnly) {
    d.tell("monitor-still-failed", { monitor: name, reason }, incident);
  }
  if (isAlertOnly) {
    failedElsewhere(d, monitor, reason, count);
    return;
  }
  if (!isDummy) judgeReboot(d, monitor);
  if (isTimeoutTold) {
    openOrJoin(d, groupOf(d.model, monitor), name, reason);
    if (!count.isAgain) d.tell("monitor-alert-only", { monitor: name, reason });
    return;
  }
  if (dueSince !== null || ladder.isExhausted || d.monitor(name).awaiting !== null) return;
  if (isAtStart(d, monitor) && askRequired(d, monitor)) return;
  makeDue(d, monitor);
}

/** Somebody else's fault: part of an incident, so that it is not forgotten, and no step is due. */
function failedElsewhere(d: Draft, monitor: Monitor, reason: string, count: Count): void {
  const { name } = monitor;
  openOrJoin(d, groupOf(d.model, monitor), name, reason);
  d.patchMonitor(name, { dueSince: null, awaiting: null });
  if (!count.wasAlertOnly) d.tell("monitor-not-own-fault", { monitor: name, reason });
}
/** A reboot that this monitor caused is judged by its next failure (recovery.md 3). */
function judgeReboot(d: Draft, monitor: Monitor): void {
  const { record } = d.state;
  const judged = record.judging.find((one) => one.monitor === monitor.name);
  if (!judged) return;
  const judging = record.judging.filter((one) => one !== judged);
  const isGivenUp = !monitor.recovery.repeatReboot;
  const didNotHelp = isGivenUp ? [...record.didNotHelp, monitor.name] : record.didNotHelp;
  d.patch({ record: { ...record, judging, didNotHelp } });
  d.mustSync = true;
  const { repeatReboot: willRepeat } = monitor.recovery;
  d.tell("reboot-did-not-help", { monitor: monitor.name, action: judged.action, willRepeat });
}

/**
 * Whether a failure of this monitor means something now. Not while its target is being started or
 * stopped by us, and not while nobody wants the target to be active.
 */
export function isJudged(d: Draft, monitor: Monitor): boolean {
  const { target } = monitor.recovery;
  if (target.kind === "none" || target.kind === "server") return true;
  if (target.kind === "all-groups") {
    const isAnyWanted = d.state.groups.rows().some((group) => group.goal === "active");
    return isAnyWanted && d.state.plans.length === 0;
  }
  const name = target.kind === "group" ? target.group : d.modelResource(target.id).group;
  if (d.group(name).goal !== "active") return false;
  if (d.state.plans.some((plan) => plan.groups.includes(name))) return false;
  if (target.kind === "group") {
    // A part of it is stopped on purpose: that the whole is not well is no failure.
    return !d.modelGroup(name).resources.some((id) => isHeldDown(d.state, id));
  }
  if (!isWanted(d.model, d.state, target.id)) return false;
  const { phase } = d.resource(target.id);
  return phase.is === "active" || phase.is === "failed";
}
