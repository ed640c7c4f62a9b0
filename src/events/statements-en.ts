import type { StatementFields, StatementId } from "../api/statements.ts";
import { BOOT_STATEMENTS } from "./en-boot.ts";
import { because, count, heldBy, quote, scope, sentence, span, target } from "./words-en.ts";

/** One text for each statement of `explain`. */
export type StatementTexts = {
  readonly [Id in StatementId]: (fields: StatementFields[Id]) => string;
};

const NOT_PROBED: ReadonlyMap<string, string> = new Map([
  ["disabled", "it is disabled in the configuration"],
  ["suspended", "it is suspended"],
  ["shutdown", "the server is shutting down"],
]);

function why(reason: string): string {
  return reason.trim() === "" ? "" : `: ${because(reason)}`;
}

/** A failed thing has a reason worth reading; a healthy one only a state. */
export const ENGLISH_STATEMENTS: StatementTexts = {
  "monitor-is": (f) =>
    `Monitor ${quote(f.monitor)} has been ${f.status} for ${span(f.lasts)}${why(f.reason)}.`,
  "monitor-last-probe": (f) =>
    `Its last probe was ${f.outcome} ${span(f.ago)} ago and took ${span(f.took)}${why(f.reason)}.`,
  "monitor-not-probed": (f) =>
    f.because === "inactive"
      ? `It is not probed, because ${target(f.place)} is not active.`
      : `It is not probed, because ${NOT_PROBED.get(f.because) ?? because(f.because)}.`,
  "monitor-next-probe": (f) => `It is probed again in ${span(f.wait)}.`,
  "monitor-suspect": (f) =>
    `${count(f.failures, "failure")} in a row, ${f.allowed} are forgiven; one more than that is failed.`,
  "monitor-rehearsed": (f) =>
    `It fails on purpose: somebody rehearses. End it with \`solosafe rehearse ${f.monitor} --end\`.`,
  "monitor-stuck": () => "Its probe hangs in the kernel; no other is made before it ends.",
  "monitor-not-own-fault": () =>
    "The fault lies outside of this server; it is shown and told, and nothing is done for it.",
  "monitor-consequence": (f) =>
    `It fails because monitor ${quote(f.of)}, which it requires, fails; nothing is done for it.`,
  "monitor-awaits": (f) =>
    `Before anything is done, the monitors it requires are probed: ${f.monitors.map(quote).join(", ")}.`,
  "monitor-flapping": (f) => `It is flapping: ${count(f.changes, "change")} lately.`,
  "monitor-chronic": (f) => `It is chronic: cured ${count(f.cures, "time")} in 24 hours.`,
  "monitor-cured-in": (f) =>
    `It works again; when it stays ok for another ${span(f.wait)} it is cured and its counts are zero.`,
  "ladder-rung": (f) =>
    `Step ${quote(f.step)} of ${target(f.target)}: ${f.taken} of ${f.allowed} taken.`,
  "ladder-next": (f) => `If it fails, the next step is ${quote(f.step)} of ${target(f.target)}.`,
  "ladder-exhausted": (f) =>
    `All steps were taken. Repair it, then \`solosafe clear ${f.monitor}\`.`,
  "resource-is": (f) =>
    `Resource ${quote(f.resource)} has been ${f.phase} for ${span(f.lasts)}${why(f.reason)}.`,
  "resource-tree": (f) =>
    `Its processes: ${f.pids.length === 0 ? "none" : f.pids.join(", ")} (tracked by ${f.tracking}).`,
  "resource-awaits": (f) =>
    `It is starting and waits for ${f.monitors.map(quote).join(", ")} to be ok, at most ${span(f.wait)}.`,
  "resource-after": (f) => `It waits for ${f.waitsFor.map(quote).join(", ")}.`,
  "resource-blocked": (f) =>
    `It is blocked${why(f.reason)}. Repair it, then \`solosafe clear ${f.resource}\`.`,
  "resource-stopped-by-person": (f) =>
    `A person stopped it; it stays stopped until \`solosafe start ${f.resource}\`.`,
  "resource-stopped-outside": (f) =>
    `Somebody else stopped it ${span(f.lasts)} ago; start it with \`solosafe start ${f.resource}\`.`,
  "group-is": (f) =>
    `Group ${quote(f.group)} has been ${f.phase} for ${span(f.lasts)} and is meant to be ${f.goal}.`,
  "group-by-person": (f) =>
    f.goal === "inactive"
      ? `A person stopped it; it stays stopped until \`solosafe start ${f.group}\`.`
      : "A person started it.",
  "group-waits": (f) =>
    `It waits for ${f.for.map(quote).join(", ")}, for another ${span(f.wait)} at most.`,
  "plan-runs": (f) =>
    `Now: ${f.kind} of ${target(f.target)} for ${span(f.lasts)}${why(f.reason)}.${f.left.length === 0 ? "" : ` Left to do: ${f.left.map(quote).join(", ")}.`}`,
  "incident-open": (f) =>
    `Incident ${f.incident} of ${scope(f.scope)} has been open for ${span(f.lasts)} with ${count(f.steps, "step")}: ${because(f.cause)}.`,
  "incident-held": (f) => `Recovery waits: ${heldBy(f.because)}.`,
  suspended: (f) =>
    `${sentence(scope(f.scope))} is suspended by ${quote(f.by)}${f.left === null ? " until somebody resumes it" : ` for another ${span(f.left)}`}.`,
  "window-open": (f) =>
    `The planned window ${quote(f.window)} suspends it for another ${span(f.left)}.`,
  "server-is": (f) =>
    `Mode ${quote(f.mode)}: ${count(f.groups, "group")}, ${count(f.monitors, "monitor")}, ${f.failed} failed, ${count(f.incidents, "open incident")}.`,
  "server-record": (f) =>
    `${f.counted} of ${f.limit} server-level actions are counted in the record.`,
  ...BOOT_STATEMENTS,
  "guard-feeds": (f) =>
    `The guard feeds the ${f.kind} watchdog ${quote(f.device)}, which resets the server ${span(f.timeout)} after the last feed.`,
  "guard-uncovered": (f) =>
    `No watchdog is armed: ${because(f.fault)}. A frozen kernel or guard is not covered; the last resort is \`sysrq\`.`,
  "guard-unarmed": () => "The guard is there and has armed nothing.",
  "guard-gone": (f) => `The guard has not been heard of for ${span(f.since)}.`,
  "guard-fault": (f) => `The guard is not as sure as it could be: ${because(f.fault)}.`,
  "server-actions-simulated": () =>
    "Server-level actions (reboot, poweroff, reset, panic) are simulated: they are decided and written down, never done.",
};
