import { MINUTE, SECOND } from "../base/duration.ts";
import type {
  FailurePlan,
  Group,
  ModelSpec,
  RebootPolicy,
  Resource,
  ResourceId,
  SuspendScope,
} from "../core/model.ts";
import { withMonitor } from "./parse-monitor.ts";
import { count, duration, failurePlan, type Options, options, split } from "./parse-options.ts";

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
  windows: [],
};

/**
 * Adds one model line to a configuration: `group shop after base: web, app after web`,
 * `resource shop/app: stop-timeout 30s`, `monitor page on shop/app: retries 2, final reboot`,
 * `reboots: limit 3`, `window nightly: shop, page`,
 * `mode observe`. A line about something that exists changes it. Throws a plain
 * Error that says what could not be read; null when the line is not a model line.
 */
export function applyModelLine(spec: ModelSpec, line: string): ModelSpec | null {
  const [, word = "", rest = ""] = /^(\S+?):?\s+(.*)$/.exec(line) ?? [];
  if (word === "group") return withGroup(spec, rest);
  if (word === "resource") return withResource(spec, rest);
  if (word === "monitor") return withMonitor(spec, rest);
  if (word === "window") return withWindow(spec, rest);
  if (word === "reboots") return { ...spec, reboots: readReboots(spec.reboots, options(rest)) };
  if (word === "mode") {
    if (rest !== "observe" && rest !== "enforce") throw new Error(`unknown mode ${rest}`);
    return { ...spec, mode: rest };
  }
  return word === "no" ? without(spec, rest) : null;
}

/** What a person or a window suspends, by its plain name. */
export function readScope(name: string, spec: ModelSpec): SuspendScope {
  if (name === "everything") return "all";
  return spec.groups.some((row) => row.name === name) ? `group:${name}` : `monitor:${name}`;
}

function withWindow(spec: ModelSpec, text: string): ModelSpec {
  const [name = "", rest = ""] = split(text);
  const names = options(rest).map(([word]) => word);
  const window = { name, scopes: names.map((word) => readScope(word, spec)) };
  return { ...spec, windows: [...spec.windows.filter((row) => row.name !== name), window] };
}

function without(spec: ModelSpec, rest: string): ModelSpec | null {
  const [kind, name = ""] = rest.split(/\s+/);
  if (kind === "monitor")
    return { ...spec, monitors: spec.monitors.filter((row) => row.name !== name) };
  if (kind === "window")
    return { ...spec, windows: spec.windows.filter((row) => row.name !== name) };
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
