import { formatDuration, type Millis } from "../base/duration.ts";
import type { StepKind, Verdict } from "../core/event.ts";
import type { ServerAction } from "../core/model.ts";

/** A span as people read it: `1m30s`. */
export const span: (length: Millis) => string = formatDuration;

/** A name of the configuration, marked as one. */
export function quote(name: string): string {
  return `\`${name}\``;
}

/** A count with its noun: `1 group`, `2 groups`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** A reason of somebody else at the end of a sentence: without its own full stop, never empty. */
export function because(reason: string): string {
  const text = reason.trim().replace(/\.$/, "");
  return text === "" ? "no reason was given" : text;
}

/** What a step works on: a resource, a group, all groups, the server. */
export function target(name: string): string {
  if (name.includes("/")) return `resource ${quote(name)}`;
  if (name === "all-groups") return "all groups";
  if (name === "server") return "the server";
  return name === "none" ? "nothing" : `group ${quote(name)}`;
}

/** What an incident or a suspension is about; a bare name is a group's. */
export function scope(name: string): string {
  if (name === "all") return "everything";
  if (name.startsWith("monitor:")) return `monitor ${quote(name.slice("monitor:".length))}`;
  return target(name.startsWith("group:") ? name.slice("group:".length) : name);
}

/** What a planned window suspends, as the beginning of a statement: names separated by commas. */
export function scopes(names: string): string {
  const all = names.split(", ").map(scope);
  const isOne = all.length === 1 && names !== "all-groups";
  return `${all.join(", ")} ${isOne ? "is" : "are"}`;
}

/** A member of an incident: a monitor, or a resource that could not be started. */
export function member(name: string): string {
  return name.includes("/") ? `resource ${quote(name)}` : `monitor ${quote(name)}`;
}

/** The first letter of a sentence. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const STEPS: Readonly<Record<StepKind, string>> = {
  script: "recovery script",
  reactivation: "reactivation",
  "group-restart": "restart",
  none: "final action `none`",
  "stop-resource": "final action `stop-resource`",
  "stop-group": "final action `stop-group`",
  "stop-agent": "final action `stop-agent`",
  reboot: "final action `reboot`",
  poweroff: "final action `poweroff`",
  reset: "final action `reset`",
  panic: "final action `panic`",
};

/** A rung of the ladder. */
export function step(kind: StepKind): string {
  return STEPS[kind] ?? quote(kind);
}

const VERDICTS: Readonly<Record<Verdict, string>> = {
  cured: "cured by what was done",
  "cured-by-itself": "it went away by itself",
  "ended-by-person": "a person ended it",
  withdrawn: "its monitors were removed or changed by a new configuration",
};

/** How an incident ended. */
export function verdict(kind: Verdict): string {
  return VERDICTS[kind] ?? kind;
}

const BOOTS: ReadonlyMap<string, string> = new Map([
  ["first-boot", "this is the first boot with this record"],
  ["other-server", "the record is of another server and was set aside"],
  ["same-boot", "still the same boot"],
  ["ordered", "the boot before was ended by an ordered action"],
  ["clean", "the boot before ended cleanly"],
  ["watchdog-reset", "the boot before was ended by the watchdog"],
  ["panic", "the boot before ended in a kernel panic"],
  ["unexplained", "the boot before was short and ended without a reason"],
  ["power-loss", "the boot before ended without a clean shutdown: probably power loss"],
]);

/** What the policy says of the end of the boot before. */
export function bootVerdict(kind: string): string {
  return BOOTS.get(kind) ?? kind;
}

/** Why a server-level action is held back. */
export function heldBack(kind: string, counted: number, limit: number): string {
  if (kind === "limit") return `the reboot limit is used up (${counted} of ${limit})`;
  return kind === "record" ? "the record of boots cannot be read and written" : because(kind);
}

/** Why recovery waits. */
export function heldBy(kind: string): string {
  return kind === "package-work" ? "a package manager is at work" : because(kind);
}

const VERBS: Readonly<Record<ServerAction, string>> = {
  reboot: "reboot",
  poweroff: "power off",
  reset: "reset",
  panic: "panic",
};

/** A server-level action as a verb: "power off" the server. */
export function verb(action: ServerAction): string {
  return VERBS[action] ?? action;
}

/** Restarts beyond the threshold go on only while a server-level action has to wait. */
export function tries(step: { readonly attempt: number; readonly allowed: number }): string {
  const { attempt, allowed } = step;
  return attempt > allowed ? "again, while the final action waits" : `${attempt} of ${allowed}`;
}
