import { formatDuration } from "../base/duration.ts";
import type { Event, EventFields, EventId } from "../core/event.ts";

type Sentence<Id extends EventId> = (fields: EventFields[Id]) => string;

const span = formatDuration;

/** One short sentence for each event, as transcripts show it; `src/events` has the full texts. */
const SENTENCES: { readonly [Id in EventId]: Sentence<Id> } = {
  "agent-started": (f) =>
    `the agent starts: ${f.groups} groups, ${f.monitors} monitors, mode ${f.mode}`,
  "agent-restarted": (f) =>
    `the agent is back: ${f.resources} resources go on, ${f.plans} plans are continued`,
  "boot-recorded": (f) => `boot recorded: ${f.verdict} (${f.counted} of ${f.limit} counted)`,
  "rebooted-by-solosafe": (f) =>
    `the boot before ended by our ${f.action}${f.monitor === "" ? "" : ` for ${f.monitor}`}`,
  "rebooted-by-person": (f) =>
    f.isTest ? "the boot before ended by a test of the watchdog" : "the boot before was shut down",
  "rebooted-unasked": (f) => `alert: the boot before ended unasked: ${f.end} (${f.confidence})`,
  "state-lost": (f) => `alert: the saved state was lost: ${f.fault}`,
  "record-fault": (f) => `alert: the record of boots is faulty: ${f.fault}`,
  "config-fault": (f) => `alert: the last good configuration is in force: ${f.fault}`,
  "config-applied": (f) => `configuration applied (${f.changes} changes)`,
  "save-failed": (f) => `alert: the state cannot be saved: ${f.fault}`,
  "gap-noticed": (f) => `a gap of ${span(f.lost)}: every deadline moves by it`,
  "shutdown-began": () => "the server is shutting down: no recovery any more",
  "shutdown-ended": (f) => `the shutdown ended without one after ${span(f.lasted)}`,
  "guard-lost": (f) => `alert: the guard is gone for ${span(f.since)}`,
  "guard-back": (f) => `the guard is back after ${span(f.after)}`,
  "guard-armed": (f) => `the guard feeds ${f.device} (${f.kind}, ${span(f.timeout)})`,
  "guard-uncovered": (f) => `alert: no watchdog: ${f.fault}`,
  "guard-fault": (f) => `the guard is not as sure as it could be: ${f.fault}`,
  "agent-was-killed": (f) => `the guard killed a silent agent (${f.kills} in ten minutes)`,
  "agent-was-lost": (f) => `alert: the agent was lost (${f.kills} times killed)`,
  "no-proofs": (f) => `alert: nobody proves that user space lives: ${f.reason}`,
  "proof-slow": (f) => `proof ${f.proof} took ${span(f.took)}`,
  "monitor-suspect": (f) =>
    `${f.monitor} is suspect (${f.failures} of ${f.allowed} forgiven): ${f.reason}`,
  "monitor-failed": (f) => `${f.monitor} failed (${f.failures} in a row): ${f.reason}`,
  "monitor-still-failed": (f) => `${f.monitor} is still failed: ${f.reason}`,
  "monitor-recovered": (f) => `${f.monitor} recovered after ${span(f.after)}`,
  "monitor-cured": (f) => `${f.monitor} is cured: its counts are zero`,
  "monitor-warning": (f) => `${f.monitor} warns: ${f.reason}`,
  "monitor-slow": (f) => `${f.monitor} is slow: ${span(f.took)} of ${span(f.timeout)}`,
  "monitor-unknown": (f) => `alert: ${f.monitor} is unknown: ${f.reason}`,
  "monitor-known": (f) => `${f.monitor} is known again`,
  "monitor-flapping": (f) => `${f.monitor} is flapping (${f.changes} changes)`,
  "monitor-settled": (f) => `${f.monitor} has settled after ${f.changes} changes`,
  "monitor-chronic": (f) => `alert: ${f.monitor} is chronic (${f.cures} cures in a day)`,
  "monitor-consequence": (f) => `${f.monitor} is a consequence of ${f.of}`,
  "monitor-alert-only": (f) => `alert only for ${f.monitor}: ${f.reason}`,
  "monitor-not-own-fault": (f) => `alert: ${f.monitor} failed, not our fault: ${f.reason}`,
  "incident-opened": (f) => `incident opened for ${f.scope}`,
  "incident-joined": (f) => `${f.monitor} joins the incident of ${f.scope}`,
  "incident-ended": (f) =>
    `incident of ${f.scope} ended: ${f.verdict}, ${f.steps} steps, ${span(f.lasted)}`,
  "incident-open-still": (f) =>
    `alert: incident of ${f.scope} still open after ${span(f.since)}: ${f.waitingFor}`,
  "step-begun": (f) => `${f.step} of ${f.target} (${tries(f)}): ${f.reason}`,
  "step-finished": (f) => `${f.step} of ${f.target}: ${f.result} after ${span(f.took)}`,
  "evidence-kept": (f) => `evidence of ${f.resource} is kept`,
  "step-abandoned": (f) => `${f.step} of ${f.target} abandoned: ${f.because}`,
  "would-have": (f) => `would have: ${f.step} of ${f.target} (${tries(f)}), ${f.because}`,
  "recovery-exhausted": (f) => `alert: recovery of ${f.target} for ${f.monitor} is exhausted`,
  "recovery-held": (f) => `recovery of ${f.scope} is held: ${f.because}`,
  "server-action-ordered": (f) =>
    `${f.action} ordered for ${f.monitor} (${f.count} of ${f.limit}): ${f.reason}`,
  "server-action-simulated": (f) =>
    `would have: ${f.action} for ${f.monitor} (simulated): ${f.reason}`,
  "server-action-blocked": (f) =>
    `alert: ${f.action} for ${f.monitor} is blocked (${f.count} of ${f.limit}): ${f.because}`,
  "reboot-did-not-help": (f) =>
    `alert: the ${f.action} for ${f.monitor} did not help; ${f.willRepeat ? "it is repeated up to the limit" : "final action none until cured"}`,
  "reboots-cleared": (f) => `the record of reboots was cleared by ${f.by}`,
  "resource-started": (f) => `${f.resource} started in ${span(f.took)}`,
  "resource-not-ready": (f) =>
    `${f.resource} was not ready in ${span(f.waited)} (${f.monitors}): judged from now on`,
  "resource-ready": (f) => `${f.resource} is ready after ${span(f.took)}`,
  "resource-start-failed": (f) =>
    `start of ${f.resource} failed (${f.attempt} of ${f.allowed}): ${f.reason}`,
  "resource-start-stalled": (f) =>
    `start of ${f.resource} stalled: not ready in ${span(f.timeout)}`,
  "resource-stopped": (f) => `${f.resource} stopped in ${span(f.took)}`,
  "resource-stop-failed": (f) => `alert: stop of ${f.resource} failed: ${f.reason}`,
  "resource-blocked": (f) => `alert: ${f.resource} is blocked: ${f.reason}`,
  "resource-ended": (f) => `${f.resource} ended: ${f.how}`,
  "resource-stopped-outside": (f) => `${f.resource} was stopped outside`,
  "resource-stopped-outside-still": (f) =>
    `reminder: ${f.resource} stopped outside ${span(f.since)} ago`,
  "resource-back": (f) => `${f.resource} is back`,
  "resource-restarted-outside": (f) => `${f.resource} is restarted by systemd (${f.count})`,
  "resource-adopted": (f) => `${f.resource} runs and is adopted`,
  "group-activated": (f) => `group ${f.group} is active after ${span(f.took)}`,
  "group-deactivated": (f) => `group ${f.group} is inactive after ${span(f.took)}`,
  "group-start-failed": (f) => `alert: group ${f.group} could not start ${f.resource}: ${f.action}`,
  "group-waits": (f) => `group ${f.group} waits for ${f.for}, at most ${span(f.limit)}`,
  "group-wait-over": (f) => `group ${f.group} waits no longer for ${f.for}`,
  "person-started": (f) => `${f.by} starts ${f.name}`,
  "person-stopped": (f) => `${f.by} stops ${f.name}`,
  "person-restarted": (f) => `${f.by} restarts ${f.name}`,
  "person-ordered": (f) => `${f.by} orders a ${f.action} of the server`,
  "person-cleared": (f) => `${f.by} clears ${f.name}`,
  "window-opened": (f) => `window ${f.window} opens for ${span(f.lasts)}: ${f.scopes} suspended`,
  "window-closed": (f) => `window ${f.window} closes (${f.because})`,
  "not-proven": (f) => `not proven for ${f.days} days: ${f.monitors} (${f.count})`,
  suspended: (f) =>
    `${f.scope} is suspended ${f.lasts === null ? "until somebody resumes it" : `for ${span(f.lasts)}`}`,
  "suspension-reminder": (f) => `reminder: ${f.scope} is suspended for ${span(f.since)} already`,
  resumed: (f) => `${f.scope} is resumed by ${f.by}`,
  "rehearsal-begun": (f) => `rehearsal of ${f.monitor} begins`,
  "rehearsal-ended": (f) => `rehearsal of ${f.monitor} ends`,
  "drill-begun": (f) => `drill ${f.drill} of ${f.target} by ${f.by}: ${f.fault}`,
  "drill-ended": (f) => `drill ${f.drill} of ${f.target}: ${f.verdict}`,
  "drill-failed": (f) => `alert: drill ${f.drill} of ${f.target}: ${f.verdict}`,
  "drill-not-undone": (f) => `alert: drill ${f.drill} of ${f.target} is not undone: ${f.fault}`,
  "drill-skipped": (f) =>
    `drill ${f.drill} is skipped in window ${f.window}: ${f.because} ${f.name}`,
  "access-changed": (f) => `access of ${f.name} by ${f.by}: ${f.what}`,
  "sign-in-locked": (f) =>
    `too many wrong passwords from ${f.from} for ${f.user}: ${span(f.lasts)}`,
  "access-lost": (f) => `users lost: ${f.fault}, kept as ${f.kept}`,
  "page-opened": (f) => `page opened by ${f.by} at port ${f.port}`,
  "page-closed": (f) => `page closed by ${f.by}`,
  "mail-sent": (f) => `mail sent to ${f.to} by ${f.server}: ${f.subject}`,
  "mail-delayed": (f) => `alert: mail cannot be sent: ${f.reason}`,
  "heartbeat-fails": (f) => `the heartbeat to ${f.to} is not taken: ${f.reason}`,
  "heartbeat-works": (f) => `the heartbeat is taken again after ${span(f.after)}`,
  "server-silent": (f) => `alert: server ${f.server} is not heard any more`,
  "server-heard-again": (f) => `server ${f.server} is heard again`,
  "mail-works": (f) => `mail can be sent again after ${span(f.after)}`,
  "mail-refused": (f) => `alert: mail to ${f.to} is given up: ${f.reason}`,
  "mails-dropped": (f) => `alert: ${f.count} mails are dropped`,
  "destination-fails": (f) => `alert: ${f.destination} takes nothing: ${f.reason}`,
  "destination-works": (f) => `${f.destination} takes again what it is told`,
  "destination-refused": (f) => `alert: ${f.destination} refused ${f.event}: ${f.reason}`,
  "destination-dropped": (f) => `alert: ${f.count} are dropped that waited for ${f.destination}`,
  "package-work-began": () => "package work: recovery of what it changes is held",
  "package-work-ended": (f) => `package work over after ${span(f.took)}`,
  "package-work-long": (f) =>
    `alert: package work lasts ${span(f.lasts)} already; recovery goes on`,
};

/** While a server-level action has to wait restarts go on beyond what the ladder allows. */
function tries({ attempt, allowed }: { attempt: number; allowed: number }): string {
  return attempt > allowed ? "again, while the final action waits" : `${attempt} of ${allowed}`;
}

/** An event as one short sentence. */
export function renderEvent(event: Event): string {
  return sentence(event.id, event.fields);
}

function sentence<Id extends EventId>(id: Id, fields: EventFields[EventId]): string {
  // An Event pairs id and fields; the compiler loses the pair when both are passed on.
  return SENTENCES[id](fields as EventFields[Id]);
}
