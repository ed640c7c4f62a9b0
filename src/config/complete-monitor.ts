import type { FinalAction, Monitor, Recovery, ResourceId, Target } from "../core/model.ts";
import type { MonitorDefaults, ServerFacts } from "../monitors/define.ts";
import type { ConfigSurroundings } from "./loaded-config.ts";
import type { ReadGroups } from "./read-groups.ts";
import type { MonitorDraft } from "./read-monitors.ts";

const REACTIVATIONS = 3;
const GROUP_RESTARTS = 1;

/** What a target's text means; null when there is no such thing. */
export function parseTarget(text: string, groups: ReadGroups): Target | null {
  if (text === "none" || text === "server" || text === "all-groups") return { kind: text };
  if (groups.groupPaths.has(text)) return { kind: "group", group: text };
  const [group = "", name = "", more] = text.split("/");
  if (more !== undefined || !groups.resourcePaths.has(text)) return null;
  return { kind: "resource", id: `${group}/${name}` };
}

/** The text of the target in force: as configured, or what follows from what is watched. */
export function targetText(draft: MonitorDraft, facts: ServerFacts): string {
  const given = draft.common.target ?? draft.common.recovery.target;
  return given ?? draft.own.links.resource ?? draft.own.defaultsFor(facts).target ?? "none";
}

/** Whether what is probed is this server: nobody is talked to, or an address of its own. */
export function isLocalAddress(address: string, own: readonly string[]): boolean {
  const plain = address.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  if (plain === "localhost" || plain === "::1" || plain === "::" || plain === "0.0.0.0")
    return true;
  if (/^127(?:\.\d{1,3}){3}$/.test(plain) || plain.startsWith("::ffff:127.")) return true;
  return own.some((one) => one.toLowerCase() === plain);
}

/** Fills in every default (recovery.md 7). The references have been checked. */
export function completeMonitor(
  draft: MonitorDraft,
  target: Target,
  surroundings: ConfigSurroundings,
): Monitor {
  const { common, type, own } = draft;
  const defaults = own.defaultsFor(surroundings);
  const watched = own.links.resource;
  const [group = "", name = ""] = watched?.split("/") ?? [];
  const watches: ResourceId | null = watched === null ? null : `${group}/${name}`;
  const isBound = watches !== null || target.kind === "resource" || target.kind === "group";
  return {
    name: draft.name,
    type: type.name,
    isEnabled: common.enabled,
    intervalMs: common.interval ?? defaults.intervalMs,
    timeoutMs: common.timeout ?? defaults.timeoutMs,
    startDelayMs: common["start-delay"],
    retries: common.retries ?? defaults.retries,
    timing: common.timing ?? (isBound ? "active" : "always"),
    delayWarningPercent: common["delay-warning"],
    retryOnTimeout: common["retry-on-timeout"],
    recoverOnTimeout: common["recover-on-timeout"],
    requires: [...new Set(common.requires)],
    watches,
    recovery: completeRecovery(draft, target, defaults, surroundings.ownAddresses ?? []),
    failureTimeoutMs: common["failure-timeout"],
    flappingLimit: common["flapping-limit"],
    chronicLimit: common["chronic-limit"],
    chronic: common.chronic,
    isUrgent: false,
  };
}

function completeRecovery(
  draft: MonitorDraft,
  target: Target,
  defaults: MonitorDefaults,
  ownAddresses: readonly string[],
): Recovery {
  const given = draft.common.recovery;
  const canRestart = target.kind !== "none" && target.kind !== "server";
  const finalAction =
    given["final-action"] ?? defaultFinalAction(draft, target, defaults, ownAddresses);
  return {
    target,
    scriptCount: given.script?.count ?? 0,
    scriptTimeoutMs: given.script?.timeout ?? 0,
    reactivationThreshold: canRestart ? (given["reactivation-threshold"] ?? REACTIVATIONS) : 0,
    groupRestartThreshold: canRestart ? (given["group-restart-threshold"] ?? GROUP_RESTARTS) : 0,
    finalAction,
    // A final action of one's own says what is done, hung or not; the default written down does not.
    stuckAction: finalAction === defaults.finalAction ? (defaults.stuckAction ?? null) : null,
    repeatReboot: given["repeat-reboot"] ?? defaults.repeatReboot ?? false,
  };
}

function defaultFinalAction(
  { own }: MonitorDraft,
  target: Target,
  defaults: MonitorDefaults,
  ownAddresses: readonly string[],
): FinalAction {
  if (target.kind === "none") return "none";
  switch (defaults.finalAction) {
    case "none":
    case "reboot":
      return defaults.finalAction;
    case "reboot-if-local": {
      const { address } = own.links;
      const isLocal = address === null || isLocalAddress(address, ownAddresses);
      return target.kind === "resource" && isLocal ? "reboot" : "none";
    }
  }
}
