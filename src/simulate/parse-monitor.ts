import { MINUTE, SECOND } from "../base/duration.ts";
import type { ModelSpec, Monitor, Recovery, Target } from "../core/model.ts";
import { count, duration, finalAction, type Options, options, split } from "./parse-options.ts";

/** Adds or changes the monitor of a model line. Throws a plain Error that says what is wrong. */
export function withMonitor(spec: ModelSpec, text: string): ModelSpec {
  const [head = "", rest = ""] = split(text);
  const match = /^(\S+)(?: (on|watches) (\S+))?$/.exec(head);
  if (!match) throw new Error(`cannot read the monitor "${head}"`);
  const [, name = "", relation, place] = match;
  const old = spec.monitors.find((row) => row.name === name);
  if (!old && place === undefined) throw new Error(`monitor ${name} needs "on …" or "watches …"`);
  const base =
    old ??
    newMonitor(name, readTarget(spec, place ?? ""), relation === "watches" ? place : undefined);
  const moved =
    old && place
      ? { ...old, recovery: { ...old.recovery, target: readTarget(spec, place) } }
      : base;
  const monitor = changeMonitor(moved, options(rest));
  return { ...spec, monitors: [...spec.monitors.filter((row) => row.name !== name), monitor] };
}

function readTarget(spec: ModelSpec, place: string): Target {
  if (place === "server" || place === "all-groups") return { kind: place };
  if (place === "nothing") return { kind: "none" };
  const resource = spec.resources.find((row) => row.id === place);
  if (resource) return { kind: "resource", id: resource.id };
  if (spec.groups.some((row) => row.name === place)) return { kind: "group", group: place };
  throw new Error(`no group or resource ${place}`);
}

function newMonitor(name: string, target: Target, watches: string | undefined): Monitor {
  const hasSteps = target.kind !== "server" && target.kind !== "none";
  const recovery: Recovery = {
    target,
    scriptCount: 0,
    scriptTimeoutMs: 30 * SECOND,
    reactivationThreshold: hasSteps ? 3 : 0,
    groupRestartThreshold: hasSteps ? 1 : 0,
    finalAction: "none",
    stuckAction: null,
    repeatReboot: false,
  };
  return {
    name,
    type: watches ? "process" : "http",
    isEnabled: true,
    intervalMs: 30 * SECOND,
    timeoutMs: 10 * SECOND,
    startDelayMs: 0,
    retries: watches ? 0 : 2,
    timing: hasSteps && target.kind !== "all-groups" ? "active" : "always",
    delayWarningPercent: 80,
    retryOnTimeout: true,
    recoverOnTimeout: true,
    requires: [],
    watches: watches && target.kind === "resource" ? target.id : null,
    recovery,
    failureTimeoutMs: 10 * MINUTE,
    flappingLimit: 6,
    chronicLimit: 10,
    chronic: "alert",
    isUrgent: false,
  };
}

type Change = (monitor: Monitor, value: string) => Monitor;

const MONITOR_OPTIONS: Readonly<Record<string, Change>> = {
  type: (monitor, value) => ({ ...monitor, type: value }),
  interval: (monitor, value) => ({ ...monitor, intervalMs: duration(value) }),
  timeout: (monitor, value) => ({ ...monitor, timeoutMs: duration(value) }),
  "start-delay": (monitor, value) => ({ ...monitor, startDelayMs: duration(value) }),
  retries: (monitor, value) => ({ ...monitor, retries: count(value) }),
  always: (monitor) => ({ ...monitor, timing: "always" }),
  disabled: (monitor) => ({ ...monitor, isEnabled: false }),
  enabled: (monitor) => ({ ...monitor, isEnabled: true }),
  "delay-warning": (monitor, value) => ({ ...monitor, delayWarningPercent: count(value) }),
  "no-retry-on-timeout": (monitor) => ({ ...monitor, retryOnTimeout: false }),
  "no-recover-on-timeout": (monitor) => ({ ...monitor, recoverOnTimeout: false }),
  requires: (monitor, value) => ({ ...monitor, requires: value.split(/\s+and\s+/) }),
  "failure-timeout": (monitor, value) => ({ ...monitor, failureTimeoutMs: duration(value) }),
  flapping: (monitor, value) => ({ ...monitor, flappingLimit: count(value) }),
  chronic: (monitor, value) => ({ ...monitor, chronicLimit: count(value) }),
  "chronic-escalates": (monitor) => ({ ...monitor, chronic: "escalate" }),
  urgent: (monitor) => ({ ...monitor, isUrgent: true }),
  script: (monitor, value) => withRecovery(monitor, { scriptCount: count(value) }),
  "script-timeout": (monitor, value) => withRecovery(monitor, { scriptTimeoutMs: duration(value) }),
  reactivate: (monitor, value) => withRecovery(monitor, { reactivationThreshold: count(value) }),
  restart: (monitor, value) => withRecovery(monitor, { groupRestartThreshold: count(value) }),
  final: (monitor, value) => withRecovery(monitor, { finalAction: finalAction(value) }),
  stuck: (monitor, value) => withRecovery(monitor, { stuckAction: finalAction(value) }),
  "repeat-reboot": (monitor) => withRecovery(monitor, { repeatReboot: true }),
};

function changeMonitor(monitor: Monitor, changes: Options): Monitor {
  let next = monitor;
  for (const [key, value] of changes) {
    const change = MONITOR_OPTIONS[key];
    if (!change) throw new Error(`unknown monitor option ${key}`);
    next = change(next, value);
  }
  return next;
}

function withRecovery(monitor: Monitor, change: Partial<Recovery>): Monitor {
  return { ...monitor, recovery: { ...monitor.recovery, ...change } };
}
