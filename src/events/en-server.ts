import { incidentOf } from "./evidence-place.ts";
import type { EventFields, EventId } from "../core/event.ts";
import {
  because,
  bootVerdict,
  count,
  heldBack,
  heldBy,
  member,
  quote,
  scope,
  scopes,
  sentence,
  span,
  step,
  target,
  tries,
  verb,
  verdict,
} from "./words-en.ts";

/** One text for each event: what happened, what was done, what you can do. */
export type Texts = { readonly [Id in EventId]: (fields: EventFields[Id]) => string };

/** English texts about the agent, people, incidents, steps and server-level actions. */
export const SERVER_TEXTS = {
  "agent-started": (f) =>
    `The agent watches ${count(f.groups, "group")} with ${count(f.monitors, "monitor")} in mode ${quote(f.mode)} (boot ${f.bootId.slice(0, 8)}).`,
  "agent-restarted": (f) =>
    `The agent is back; nobody watched for ${f.isExact ? "" : "at most "}${span(f.unwatched)}: ${count(f.resources, "resource")} ${f.resources === 1 ? "goes" : "go"} on as before, ${f.plans === 0 ? "nothing was left half-done" : `and it continues ${count(f.plans, "unfinished plan")}`}.`,
  "boot-recorded": (f) =>
    `This boot is recorded (${bootVerdict(f.verdict)}); ${f.counted} of ${f.limit} server-level actions are counted.`,
  "state-lost": (f) =>
    `The saved state could not be used: ${because(f.fault)}. It was kept aside and counts begin at zero. Look at the disk; repeat the suspensions and stops that must stay.`,
  "record-fault": (f) =>
    `The record of boots cannot be read and written: ${because(f.fault)}. No server-level action is taken in this boot, except for a stall. Repair the file system, then restart the agent.`,
  "config-fault": (f) =>
    `The configuration is not valid: ${because(f.fault)}. The last good one is in force. Correct what \`solosafe config check\` reports.`,
  "config-applied": (f) =>
    `${quote(f.by)} applied a new configuration with ${count(f.changes, "change")}${f.version === "" ? "" : ` (version ${quote(f.version)})`}.`,
  "save-failed": (f) =>
    `The state could not be saved: ${because(f.fault)}. Watching and healing go on from memory. Make room on the disk or repair it.`,
  "gap-noticed": (f) =>
    `The server did not run for ${span(f.lost)} (a paused VM, for example). All deadlines were moved by as much; nothing else was done.`,
  "shutdown-began": () => "The server is shutting down. Nothing is recovered any more.",
  "shutdown-ended": (f) =>
    `The server did not shut down: after ${span(f.lasted)} somebody left rescue mode, or cancelled the shutdown. Watching and healing go on.`,
  "guard-lost": (f) =>
    `The guard has not been heard of for ${span(f.since)}. Server-level actions are not done now, and the kernel's watchdog resets the server unless it was closed. Read \`systemctl status solosafe-guard.service\` and start it.`,
  "guard-back": (f) => `The guard is back after ${span(f.after)}.`,
  "guard-armed": (f) =>
    `The guard feeds the ${f.kind} watchdog ${quote(f.device)}, which resets the server ${span(f.timeout)} after the last feed.`,
  "guard-uncovered": (f) =>
    `No watchdog is armed: ${because(f.fault)}. A frozen kernel or guard is not covered; the last resort is \`sysrq\`.`,
  "guard-fault": (f) =>
    `The guard works, but not as surely as it could: ${because(f.fault)}. Mend that, then restart the guard.`,
  "agent-was-killed": (f) =>
    `The agent was silent while user space lived, so the guard killed it (${count(f.kills, "time")} in 10 minutes). Its stack is in the kernel's log.`,
  "agent-was-lost": (f) =>
    `The agent was lost: it ended 5 times in 10 minutes, ${count(f.kills, "time")} because the guard killed it. Read the agent's log and the kernel's log for why.`,
  "no-proofs": (f) =>
    `Nobody proves to the guard that user space lives: ${because(f.reason)}. A stall is not noticed. Read \`systemctl status solosafe-spawner.service\`.`,
  "proof-slow": (f) =>
    `The proof ${quote(f.proof)} that user space lives took ${span(f.took)}, more than half of the time after which it is a stall.`,

  "incident-opened": (f) =>
    `Incident of ${scope(f.scope)} opened: ${member(f.monitor)} failed (${because(f.reason)}).`,
  "incident-joined": (f) =>
    `${sentence(member(f.monitor))} joined the incident of ${scope(f.scope)}: ${because(f.reason)}.`,
  "incident-ended": (f) =>
    `Incident of ${scope(f.scope)} ended after ${span(f.lasted)} and ${count(f.steps, "step")}: ${verdict(f.verdict)}.`,
  "incident-open-still": (f) =>
    `Incident of ${scope(f.scope)} is still open after ${span(f.since)}: ${because(f.waitingFor)}. See what comes next with \`solosafe explain\`.`,

  "step-begun": (f) =>
    `${sentence(step(f.step))} of ${target(f.target)} begins (${tries(f)}): ${because(f.reason)}.`,
  "step-finished": (f) =>
    f.result === "done"
      ? `${sentence(step(f.step))} of ${target(f.target)} is done after ${span(f.took)}. The probes now tell whether it helped.`
      : `${sentence(step(f.step))} of ${target(f.target)} did not succeed (${span(f.took)}): ${because(f.result)}.`,
  "evidence-kept": (f) =>
    `Evidence of ${target(f.resource)} was kept: ${f.files} files in ${quote(f.folder)}. \`solosafe evidence ${incidentOf(f.folder)}\` shows them.`,
  "step-abandoned": (f) =>
    `${sentence(step(f.step))} of ${target(f.target)} was given up: ${because(f.because)}.`,
  "would-have": (f) =>
    `Would have begun ${step(f.step)} of ${target(f.target)} (${tries(f)}); nothing was done: ${because(f.because)}.`,
  "recovery-exhausted": (f) =>
    `Recovery of ${target(f.target)} is exhausted: all steps for monitor ${quote(f.monitor)} were taken and it still fails. Repair it, then \`solosafe clear ${f.monitor}\`.`,
  "recovery-held": (f) => `Recovery of ${scope(f.scope)} waits: ${heldBy(f.because)}.`,

  "server-action-ordered": (f) =>
    `The guard was ordered to ${verb(f.action)} the server (${f.count} of ${f.limit}), because of ${member(f.monitor)}: ${because(f.reason)}.`,
  "server-action-simulated": (f) =>
    `Would ${verb(f.action)} the server now, because of ${member(f.monitor)}: ${because(f.reason)}. Nothing was done: server-level actions are simulated in a rehearsal, in observe mode, and while no guard runs.`,
  "server-action-blocked": (f) =>
    `Would ${verb(f.action)} the server because of ${member(f.monitor)}, but this is held back: ${heldBack(f.because, f.count, f.limit)}. Restarts of resources and groups go on. Repair what ${member(f.monitor)} watches, then \`solosafe reboots clear\`.`,
  "reboot-did-not-help": (f) =>
    `The ${f.action} for ${member(f.monitor)} did not help: it failed again. ${f.willRepeat ? `The ${f.action} will be repeated up to the limit.` : `The ${f.action} is not repeated until the monitor is cured.`} Repair what it watches.`,
  "reboots-cleared": (f) => `${quote(f.by)} cleared the record of server-level actions.`,

  "person-started": (f) => `${quote(f.by)} started ${target(f.name)}; its counts are zero again.`,
  "person-stopped": (f) =>
    `${quote(f.by)} stopped ${target(f.name)}. It stays stopped until \`solosafe start ${f.name}\`.`,
  "person-restarted": (f) => `${quote(f.by)} restarted ${target(f.name)}.`,
  "person-ordered": (f) =>
    `${quote(f.by)} asked to ${verb(f.action)} the server. All groups are stopped first.`,
  "person-cleared": (f) => `${quote(f.by)} cleared ${quote(f.name)}: counts are zero.`,
  suspended: (f) =>
    `${quote(f.by)} suspended ${scope(f.scope)} ${f.lasts === null ? "until somebody resumes it" : `for ${span(f.lasts)}`}. It is neither probed nor recovered. End it earlier with \`solosafe resume\`.`,
  "suspension-reminder": (f) =>
    `${sentence(scope(f.scope))} has been suspended for ${span(f.since)} and is not watched. End this with \`solosafe resume\`.`,
  resumed: (f) => `${sentence(scope(f.scope))} is watched again (${because(f.by)}).`,
  "window-opened": (f) =>
    `The planned window ${quote(f.window)} began and lasts ${span(f.lasts)}: ${scopes(f.scopes)} not watched meanwhile.`,
  "window-closed": (f) =>
    `The planned window ${quote(f.window)} is over${f.because === "end" ? "" : ": the configuration no longer has it"}. What it suspended is watched again.`,
  "rehearsal-begun": (f) =>
    `${quote(f.by)} rehearses a failure of monitor ${quote(f.monitor)}: it fails on purpose and recovery is real; only the final action is told and not done. End it with \`solosafe rehearse ${f.monitor} --end\`.`,
  "rehearsal-ended": (f) => `${quote(f.by)} ended the rehearsal of monitor ${quote(f.monitor)}.`,
} satisfies Partial<Texts>;
