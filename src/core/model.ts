import type { Millis } from "../base/duration.ts";

/** `group/name`, unique on the server. */
export type ResourceId = `${string}/${string}`;

/** What a person, or a planned window, suspends. */
export type SuspendScope = `monitor:${string}` | `group:${string}` | "all";

/** Final actions in order of strength, weakest first (recovery.md 2, "Who wins"). */
export const FINAL_ACTIONS = [
  "none",
  "stop-resource",
  "stop-group",
  "stop-agent",
  "reboot",
  "poweroff",
  "reset",
  "panic",
] as const;
export type FinalAction = (typeof FINAL_ACTIONS)[number];

/** Final actions that end this boot: they go through the limit, the record and the guard. */
export type ServerAction = "reboot" | "poweroff" | "reset" | "panic";

export type Target =
  | { readonly kind: "resource"; readonly id: ResourceId }
  | { readonly kind: "group"; readonly group: string }
  | { readonly kind: "all-groups" }
  | { readonly kind: "server" }
  | { readonly kind: "none" };

/** What is done when a resource cannot be started or stopped: so many more tries, then an action. */
export interface FailurePlan {
  readonly retries: number;
  readonly action: FinalAction;
}

export interface Resource {
  readonly id: ResourceId;
  readonly group: string;
  readonly name: string;
  readonly type: string;
  /** `one-shot` runs and ends; `resident` stays, and its life is watched. */
  readonly kind: "one-shot" | "resident";
  /** Resources of the same group that must be active first. */
  readonly after: readonly ResourceId[];
  readonly startTimeoutMs: Millis;
  readonly stopTimeoutMs: Millis;
  readonly startFailure: FailurePlan;
  readonly startStall: FailurePlan;
  readonly stopFailure: FailurePlan;
  /** With a ready check `startResource` ends when the check succeeded, else when it was launched. */
  readonly hasReadyCheck: boolean;
  readonly outsideStop: "respect" | "restore";
  /** Whether a package manager at work may be changing its files. */
  readonly isPackaged: boolean;
}

export interface Group {
  readonly name: string;
  readonly title: string;
  readonly start: "auto" | "manual";
  /** Groups that must be active before this one starts, and inactive groups before they stop. */
  readonly after: readonly string[];
  /** How long this group waits for the groups it comes after; then it starts (or they stop) anyway. */
  readonly waitLimitMs: Millis;
  readonly resources: readonly ResourceId[];
}

export interface Recovery {
  readonly target: Target;
  /** How often the recovery script is run before the first reactivation; 0 = there is none. */
  readonly scriptCount: number;
  readonly scriptTimeoutMs: Millis;
  readonly reactivationThreshold: number;
  readonly groupRestartThreshold: number;
  readonly finalAction: FinalAction;
  /** Instead of it while a probe hangs in the kernel, without waiting for `escalate-after`; null = no difference. */
  readonly stuckAction: FinalAction | null;
  /** Keep rebooting up to the limit although a reboot did not help (disk and stall monitors). */
  readonly repeatReboot: boolean;
}

export interface Monitor {
  readonly name: string;
  readonly type: string;
  readonly isEnabled: boolean;
  readonly intervalMs: Millis;
  readonly timeoutMs: Millis;
  readonly startDelayMs: Millis;
  readonly retries: number;
  readonly timing: "always" | "active";
  /** Percent of the timeout; 0 = every probe, 100 = never. */
  readonly delayWarningPercent: number;
  readonly retryOnTimeout: boolean;
  readonly recoverOnTimeout: boolean;
  /** Monitors probed before recovery begins; when one of them fails this one is a consequence. */
  readonly requires: readonly string[];
  /** Set for `process` monitors of our own resources: the end of the resource is a failed probe. */
  readonly watches: ResourceId | null;
  readonly recovery: Recovery;
  readonly failureTimeoutMs: Millis;
  readonly flappingLimit: number;
  readonly chronicLimit: number;
  readonly chronic: "alert" | "escalate";
  /** Stalls and hung disks do not wait for `escalate-after` (recovery.md 2, "Pace"). */
  readonly isUrgent: boolean;
}

export interface RebootPolicy {
  readonly limit: number;
  readonly leastUptimeMs: Millis;
  readonly escalateAfterMs: Millis;
  readonly gracefulTimeoutMs: Millis;
}

/** A planned window: while it is open these are suspended. When it opens is the shell's business. */
export interface PlannedWindow {
  readonly name: string;
  readonly scopes: readonly SuspendScope[];
}

/** A whole configuration as the policy sees it; built by `createModel`, never changed. */
export interface ModelSpec {
  readonly mode: "enforce" | "observe";
  readonly reboots: RebootPolicy;
  readonly groups: readonly Group[];
  readonly resources: readonly Resource[];
  readonly monitors: readonly Monitor[];
  readonly windows: readonly PlannedWindow[];
}

export interface Model {
  readonly mode: "enforce" | "observe";
  readonly reboots: RebootPolicy;
  readonly groups: ReadonlyMap<string, Group>;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly monitors: ReadonlyMap<string, Monitor>;
  readonly windows: ReadonlyMap<string, PlannedWindow>;
  /** Resources that come after a resource, nearest first. */
  readonly dependants: ReadonlyMap<string, readonly ResourceId[]>;
  /** Everything a resource comes after, directly or not, without itself. */
  readonly required: ReadonlyMap<string, readonly ResourceId[]>;
  /** Monitors a starting resource waits for: timing `active`, not of its process, on this resource. */
  readonly readyMonitors: ReadonlyMap<string, readonly string[]>;
  /** Monitors with timing `active`, by the resource or group (`group:name`) they go with. */
  readonly activeMonitors: ReadonlyMap<string, readonly string[]>;
  /** `process` monitors that watch the life of a resource. */
  readonly lifeMonitors: ReadonlyMap<string, readonly string[]>;
  /** Monitors that require a monitor. */
  readonly requiredBy: ReadonlyMap<string, readonly string[]>;
  /** Groups that come after a group. */
  readonly groupsAfter: ReadonlyMap<string, readonly string[]>;
}

/** Builds the look-up tables. The configuration has already been checked: names resolve, no cycles. */
export function createModel(spec: ModelSpec): Model {
  const dependants = new Map<string, ResourceId[]>();
  const readyMonitors = new Map<string, string[]>();
  const activeMonitors = new Map<string, string[]>();
  const lifeMonitors = new Map<string, string[]>();
  const requiredBy = new Map<string, string[]>();
  const groupsAfter = new Map<string, string[]>();
  for (const resource of spec.resources) {
    for (const id of resource.after) append(dependants, id, resource.id);
  }
  for (const group of spec.groups) {
    for (const name of group.after) append(groupsAfter, name, group.name);
  }
  for (const monitor of spec.monitors) {
    for (const name of monitor.requires) append(requiredBy, name, monitor.name);
    if (monitor.isEnabled && monitor.watches) append(lifeMonitors, monitor.watches, monitor.name);
    const place = activePlace(monitor);
    if (!monitor.isEnabled || place === null) continue;
    append(activeMonitors, place, monitor.name);
    if (monitor.watches === null && monitor.recovery.target.kind === "resource") {
      append(readyMonitors, place, monitor.name);
    }
  }
  const byId = new Map(spec.resources.map((resource) => [resource.id, resource]));
  return {
    mode: spec.mode,
    reboots: spec.reboots,
    groups: new Map(spec.groups.map((group) => [group.name, group])),
    resources: byId,
    monitors: new Map(spec.monitors.map((monitor) => [monitor.name, monitor])),
    windows: new Map(spec.windows.map((window) => [window.name, window])),
    dependants,
    required: new Map(spec.resources.map(({ id }) => [id, reachBefore(byId, id)])),
    readyMonitors,
    activeMonitors,
    lifeMonitors,
    requiredBy,
    groupsAfter,
  };
}

function reachBefore(byId: ReadonlyMap<string, Resource>, id: ResourceId): ResourceId[] {
  const found = new Set<ResourceId>(byId.get(id)?.after);
  // A Set yields what is added while it is walked, so this ends when nothing new is reached.
  for (const one of found) for (const other of byId.get(one)?.after ?? []) found.add(other);
  return [...found];
}

/** The resource id or `group:name` whose being active a monitor waits for; null when it always probes. */
export function activePlace(monitor: Monitor): string | null {
  if (monitor.timing !== "active") return null;
  if (monitor.watches !== null) return monitor.watches;
  const { target } = monitor.recovery;
  if (target.kind === "resource") return target.id;
  return target.kind === "group" ? `group:${target.group}` : null;
}

/** The group an incident of this monitor belongs to; null for the server's own. */
export function groupOf(model: Pick<Model, "resources">, monitor: Monitor): string | null {
  const { target } = monitor.recovery;
  if (target.kind === "group") return target.group;
  if (target.kind === "resource") return model.resources.get(target.id)?.group ?? null;
  return null;
}

/** A word for a target in events and traces. */
export function targetName(target: Target): string {
  if (target.kind === "resource") return target.id;
  return target.kind === "group" ? target.group : target.kind;
}

function append<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
