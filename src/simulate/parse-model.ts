import { MINUTE, type Millis, parseDuration, SECOND } from "../base/duration.ts";
import {
  FINAL_ACTIONS,
  type FailurePlan,
  type FinalAction,
  type Group,
  type ModelSpec,
  type Monitor,
  type RebootPolicy,
  type Recovery,
  type Resource,
  type ResourceId,
  type Target,
} from "../core/model.ts";

/** The configuration before any model line. */
export const EMPTY_SPEC: ModelSpec = {
  mode: "enforce",
  reboots: {
    limit: 3,
    leastUptimeMs: 10 * MINUTE,
    escalateAfterMs: 5 * MINUTE,
    gracefulTimeoutMs: 2 * MINUTE,
  },
  groups: [],
  resources: [],
  monitors: [],
};

/**
 * Adds one model line to a configuration: `group shop after base: web, app after web`,
 * `resource shop/app: stop-timeout 30s`, `monitor page on shop/app: retries 2, final reboot`,
 * `reboots: limit 3`, `mode observe`. A line about something that exists changes it. Throws a plain
 * Error that says what could not be read; null when the line is not a model line.
 */
export function applyModelLine(spec: ModelSpec, line: string): ModelSpec | null {
  const [, word = "", rest = ""] = /^(\S+?):?\s+(.*)$/.exec(line) ?? [];
  if (word === "group") return withGroup(spec, rest);
  if (word === "resource") return withResource(spec, rest);
  if (word === "monitor") return withMonitor(spec, rest);
  if (word === "reboots") return { ...spec, reboots: readReboots(spec.reboots, options(rest)) };
  if (word === "mode") {
    if (rest !== "observe" && rest !== "enforce") throw new Error(`unknown mode ${rest}`);
    return { ...spec, mode: rest };
  }
  return word === "no" ? without(spec, rest) : null;
}

function without(spec: ModelSpec, rest: string): ModelSpec | null {
  const [kind, name = ""] = rest.split(/\s+/);
  if (kind === "monitor")
    return { ...spec, monitors: spec.monitors.filter((row) => row.name !== name) };
  if (kind === "group") {
    return {
      ...spec,
      groups: spec.groups.filter((row) => row.name !== name),
      resources: spec.resources.filter((row) => row.group !== name),
    };
  }
  if (kind !== "resource") return null;
  return {
    ...spec,
    groups: spec.groups.map((group) => ({
      ...group,
      resources: group.resources.filter((id) => id !== name),
    })),
    resources: spec.resources.filter((row) => row.id !== name),
  };
}

function withGroup(spec: ModelSpec, text: string): ModelSpec {
  const [head = "", members = ""] = split(text);
  const match = /^(\S+)(?: after ([^()]+?))?(?: \((.*)\))?$/.exec(head);
  if (!match) throw new Error(`cannot read the group "${head}"`);
  const [, name = "", after = "", marks = ""] = match;
  const wait = /waits (\S+)/.exec(marks);
  const resources = members
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => readMember(name, part));
  const group: Group = {
    name,
    title: name,
    start: marks.includes("manual") ? "manual" : "auto",
    after: after === "" ? [] : after.split(/\s*(?:,| and )\s*/),
    waitLimitMs: wait?.[1] ? duration(wait[1]) : 30 * MINUTE,
    resources: resources.map((resource) => resource.id),
  };
  return {
    ...spec,
    groups: [...spec.groups.filter((row) => row.name !== name), group],
    resources: [...spec.resources.filter((row) => row.group !== name), ...resources],
  };
}

function readMember(group: string, text: string): Resource {
  const match = /^(\S+)(?: (one-shot))?(?: after (.+))?$/.exec(text);
  if (!match) throw new Error(`cannot read the resource "${text}" of group ${group}`);
  const [, name = "", oneShot, after = ""] = match;
  const none: FailurePlan = { retries: 0, action: "none" };
  const startFailure: FailurePlan = { retries: 1, action: "stop-group" };
  return {
    id: `${group}/${name}`,
    group,
    name,
    type: "exec",
    kind: oneShot ? "one-shot" : "resident",
    after:
      after === "" ? [] : after.split(/\s+and\s+/).map((part): ResourceId => `${group}/${part}`),
    startTimeoutMs: MINUTE,
    stopTimeoutMs: 30 * SECOND,
    startFailure,
    startStall: startFailure,
    stopFailure: none,
    hasReadyCheck: false,
    outsideStop: "respect",
    isPackaged: false,
  };
}

function withResource(spec: ModelSpec, text: string): ModelSpec {
  const [id = "", rest = ""] = split(text);
  if (!spec.resources.some((row) => row.id === id)) throw new Error(`no resource ${id}`);
  const change = options(rest);
  return {
    ...spec,
    resources: spec.resources.map((row) => (row.id === id ? changeResource(row, change) : row)),
  };
}

function changeResource(resource: Resource, change: Options): Resource {
  let next = resource;
  for (const [key, value] of change) {
    if (key === "start-timeout") next = { ...next, startTimeoutMs: duration(value) };
    else if (key === "stop-timeout") next = { ...next, stopTimeoutMs: duration(value) };
    else if (key === "start-failure") next = { ...next, startFailure: failurePlan(value) };
    else if (key === "start-stall") next = { ...next, startStall: failurePlan(value) };
    else if (key === "stop-failure") next = { ...next, stopFailure: failurePlan(value) };
    else if (key === "ready") next = { ...next, hasReadyCheck: true };
    else if (key === "outside-stop")
      next = { ...next, outsideStop: value === "restore" ? "restore" : "respect" };
    else if (key === "packaged") next = { ...next, isPackaged: true };
    else if (key === "type") next = { ...next, type: value };
    else throw new Error(`unknown resource option ${key}`);
  }
  return next;
}

function withMonitor(spec: ModelSpec, text: string): ModelSpec {
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

function readReboots(reboots: RebootPolicy, changes: Options): RebootPolicy {
  let next = reboots;
  for (const [key, value] of changes) {
    if (key === "limit") next = { ...next, limit: count(value) };
    else if (key === "least-uptime") next = { ...next, leastUptimeMs: duration(value) };
    else if (key === "escalate-after") next = { ...next, escalateAfterMs: duration(value) };
    else if (key === "graceful-timeout") next = { ...next, gracefulTimeoutMs: duration(value) };
    else throw new Error(`unknown option ${key} of reboots`);
  }
  return next;
}

type Options = readonly (readonly [string, string])[];

/** `retries 2, final reboot` as pairs. */
function options(text: string): Options {
  const parts = text.split(",").map((part) => part.trim());
  return parts.filter((part) => part !== "").map(pair);
}

function pair(text: string): readonly [string, string] {
  const space = text.indexOf(" ");
  return space < 0 ? [text, ""] : [text.slice(0, space), text.slice(space + 1).trim()];
}

function split(text: string): readonly string[] {
  const colon = text.indexOf(":");
  return colon < 0
    ? [text.trim(), ""]
    : [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}

/** Reads a duration of a scenario; throws when it is none. */
export function duration(text: string): Millis {
  const span = parseDuration(text);
  if (span === null) throw new Error(`"${text}" is not a duration like 30s or 5m`);
  return span;
}

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`"${text}" is not a number`);
  return Number(text);
}

function finalAction(text: string): FinalAction {
  const action = FINAL_ACTIONS.find((known) => known === text);
  if (!action) throw new Error(`unknown final action ${text}`);
  return action;
}

function failurePlan(text: string): FailurePlan {
  const [retries = "", action = "none"] = text.split(/\s+/);
  return { retries: count(retries), action: finalAction(action) };
}
