import { formatDuration } from "../base/duration.ts";
import type { FinalAction, Monitor, Target } from "../core/model.ts";
import { isLocalAddress } from "./complete-monitor.ts";
import { isRaw } from "./named-map.ts";
import type { ReadGroups } from "./read-groups.ts";
import type { MonitorDraft } from "./read-monitors.ts";
import type { Report } from "./report.ts";

const SERVER_ACTIONS: ReadonlySet<FinalAction> = new Set(["reboot", "poweroff", "reset", "panic"]);
const THRESHOLDS = ["reactivation-threshold", "group-restart-threshold"] as const;

/** What the checks of plans know of the rest of the configuration. */
export interface PlanSurroundings {
  readonly rebootLimit: number;
  readonly ownAddresses: readonly string[];
}

/** Plans that contradict themselves, can never act, or would go on for ever. */
export function checkPlan(
  report: Report,
  draft: MonitorDraft,
  monitor: Monitor,
  surroundings: PlanSurroundings,
): void {
  if (draft.isImplicit) return;
  const { target } = monitor.recovery;
  checkThresholds(report, draft, target);
  checkFinalAction(report, draft, target);
  checkNeverActs(report, draft, monitor, surroundings);
  checkLoops(report, draft, surroundings);
  checkLatency(report, draft, monitor);
  checkCure(report, draft, monitor);
  const path = [...draft.path, "recovery", "failover-threshold"];
  if (draft.common.recovery["failover-threshold"] > 0) {
    const what = "there is no server to fail over to, this is ignored";
    report.warn(path, { code: "config/never-acts", what });
  }
  const isBound = monitor.watches !== null || target.kind === "resource" || target.kind === "group";
  if (monitor.timing === "active" && !isBound) {
    const what = `target \`${target.kind}\` is never inactive, so this is the same as \`always\``;
    report.warn([...draft.path, "timing"], { code: "config/never-acts", what });
  }
}

/** What is too slow for `timeout` never gets as far as being too slow for `max-latency`. */
function checkLatency(report: Report, draft: MonitorDraft, { timeoutMs }: Monitor): void {
  const latency = draft.own.params["max-latency"];
  if (typeof latency !== "number" || latency < timeoutMs) return;
  const what = `it is not shorter than the timeout (${formatDuration(timeoutMs)}), so it never acts`;
  report.warn([...draft.path, "max-latency"], { code: "config/never-acts", what });
}

/** Counts are forgotten before a second probe could say whether it stays well. */
function checkCure(report: Report, draft: MonitorDraft, monitor: Monitor): void {
  const { intervalMs, failureTimeoutMs, recovery } = monitor;
  if (recovery.target.kind === "none" || intervalMs <= failureTimeoutMs) return;
  const lasts = `\`failure-timeout\` (${formatDuration(failureTimeoutMs)})`;
  const what = `${lasts} is over before the next probe (${formatDuration(intervalMs)}), so one ok is a cure`;
  const hint = "Write a `failure-timeout` longer than the interval.";
  const key = draft.common.interval === undefined ? "failure-timeout" : "interval";
  report.warn([...draft.path, key], { code: "config/would-loop", what, hint });
}

function checkThresholds(report: Report, draft: MonitorDraft, target: Target): void {
  if (target.kind !== "server" && target.kind !== "none") return;
  for (const key of THRESHOLDS) {
    const given = draft.common.recovery[key] ?? 0;
    if (given === 0) continue;
    const path = [...draft.path, "recovery", key];
    if (target.kind === "server") {
      const what =
        "the server cannot be reactivated, only a script and the final action are possible";
      report.error(path, { code: "config/wrong-plan", what, hint: "Remove it, or write 0." });
    } else {
      const what = "without a target there is nothing to restart, so this never acts";
      const hint = "Write `target: group/resource`.";
      report.warn(path, { code: "config/never-acts", what, hint });
    }
  }
}

function checkFinalAction(report: Report, draft: MonitorDraft, target: Target): void {
  const action = draft.common.recovery["final-action"];
  if (action === undefined || action === "none") return;
  const path = [...draft.path, "recovery", "final-action"];
  if (target.kind === "none") {
    const what = `\`${action}\` without a target`;
    const hint = SERVER_ACTIONS.has(action)
      ? "Write `target: server` if the server itself is meant."
      : "Write `target:` with a resource or a group.";
    report.error(path, { code: "config/wrong-plan", what, hint });
  } else if (action === "stop-resource" && target.kind !== "resource") {
    const what = `the target \`${target.kind}\` is not a resource, so this stops nothing`;
    report.error(path, { code: "config/wrong-plan", what, hint: "Write `stop-group`." });
  } else if (action === "stop-group" && target.kind === "server") {
    const what = "the target `server` is not in a group, so this stops nothing";
    report.error(path, { code: "config/wrong-plan", what, hint: "Write `stop-agent`." });
  }
}

function checkNeverActs(
  report: Report,
  draft: MonitorDraft,
  { isEnabled, recovery }: Monitor,
  { rebootLimit }: PlanSurroundings,
): void {
  const { target, scriptCount, reactivationThreshold, groupRestartThreshold } = recovery;
  const written = THRESHOLDS.map((key) => draft.common.recovery[key] ?? 0);
  const steps = [scriptCount, reactivationThreshold, groupRestartThreshold, ...written];
  const hasStep = steps.some((count) => count > 0);
  const hasTarget = target.kind !== "none";
  if (isEnabled && hasTarget && !hasStep && recovery.finalAction === "none") {
    const what = "with this target nothing is ever done: no script, no restart, final action none";
    const hint = "Write a `final-action`, or `target: none` to be told only.";
    report.warn([...draft.path, ...draft.targetPath], { code: "config/never-acts", what, hint });
  }
  const given = draft.common.recovery["final-action"];
  if (rebootLimit === 0 && given !== undefined && SERVER_ACTIONS.has(given)) {
    const what = `\`${given}\` is never done, because the limit of \`reboots\` is 0`;
    report.warn([...draft.path, "recovery", "final-action"], { code: "config/never-acts", what });
  }
}

function checkLoops(report: Report, draft: MonitorDraft, { ownAddresses }: PlanSurroundings): void {
  const given = draft.common.recovery["final-action"];
  const { address } = draft.own.links;
  if (given === undefined || !SERVER_ACTIONS.has(given)) return;
  if (address === null || isLocalAddress(address, ownAddresses)) return;
  const what = `\`${given}\` of this server does not heal \`${address}\`, so it would be done again and again up to the limit`;
  const hint = "Write `final-action: none`, or probe an address of this server.";
  report.warn([...draft.path, "recovery", "final-action"], {
    code: "config/would-loop",
    what,
    hint,
  });
}

/** A stop that may take longer than a reboot waits for it is cut off by the reboot. */
export function checkStopTimeouts(
  report: Report,
  groups: ReadGroups,
  gracefulTimeoutMs: number,
  root: unknown,
): void {
  for (const { id, stopTimeoutMs } of groups.resources) {
    const path = groups.resourcePaths.get(id);
    // The default is longer than any reboot waits; only what somebody wrote is a contradiction.
    if (path === undefined || stopTimeoutMs <= gracefulTimeoutMs) continue;
    if (valueAt(root, [...path, "stop-timeout"]) === undefined) continue;
    const what = `it is longer than \`reboots.graceful-timeout\` (${formatDuration(gracefulTimeoutMs)}), so a reboot does not wait for it`;
    report.warn([...path, "stop-timeout"], { code: "config/cut-short", what });
  }
}

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => (isRaw(value) ? value[key] : undefined), root);
}
