import type { Texts } from "./en-server.ts";
import { because, count, member, quote, sentence, span } from "./words-en.ts";

/** English texts about monitors, resources and groups. */
export const WATCHED_TEXTS = {
  "monitor-suspect": (f) =>
    `Monitor ${quote(f.monitor)} is suspect (failure ${f.failures} of ${f.allowed} before it counts as failed): ${because(f.reason)}.`,
  "monitor-failed": (f) =>
    `Monitor ${quote(f.monitor)} failed${f.failures > 1 ? ` ${f.failures} times in a row` : ""}: ${because(f.reason)}.`,
  "monitor-still-failed": (f) =>
    `Monitor ${quote(f.monitor)} still fails: ${because(f.reason)}. The next step is due.`,
  "monitor-recovered": (f) =>
    `Monitor ${quote(f.monitor)} recovered after ${span(f.after)}. Its counts are kept until it has stayed ok.`,
  "monitor-cured": (f) =>
    `Monitor ${quote(f.monitor)} stayed ok and is cured; its counts are zero.`,
  "monitor-warning": (f) =>
    `Monitor ${quote(f.monitor)} warns: ${because(f.reason)}. Nothing is done for a warning.`,
  "monitor-slow": (f) =>
    `Monitor ${quote(f.monitor)} is slow: its probe took ${span(f.took)} of ${span(f.timeout)} allowed. Find out why, or raise its timeout.`,
  "monitor-unknown": (f) =>
    `Monitor ${quote(f.monitor)} cannot be probed: ${because(f.reason)}. Nothing is done for it. Install or permit what is missing.`,
  "monitor-known": (f) => `Monitor ${quote(f.monitor)} can be probed again.`,
  "monitor-flapping": (f) =>
    `Monitor ${quote(f.monitor)} is flapping: it failed and recovered ${f.changes} times. Recovery goes on; look for a fault that comes and goes.`,
  "monitor-settled": (f) =>
    `Monitor ${quote(f.monitor)} is quiet again after ${count(f.changes, "change")}.`,
  "monitor-chronic": (f) =>
    `Monitor ${quote(f.monitor)} was cured ${count(f.cures, "time")} in 24 hours and fails again each time. Restarting does not last: find the cause.`,
  "monitor-consequence": (f) =>
    `Monitor ${quote(f.monitor)} fails because monitor ${quote(f.of)}, which it requires, fails. Nothing is done for it; it is part of that incident.`,
  "monitor-alert-only": (f) =>
    `Monitor ${quote(f.monitor)} failed by timeout and is set to alert only: ${because(f.reason)}. Nothing was done. Look at it yourself.`,
  "monitor-not-own-fault": (f) =>
    `Monitor ${quote(f.monitor)} failed, and the fault lies outside of this server: ${because(f.reason)}. Nothing is done for it here.`,
  "not-proven": (f) =>
    `For ${f.days} days nothing has proved that ${f.count === 1 ? "this monitor detects" : `these ${f.count} monitors detect`} a failure: ${f.monitors}. Try it at a quiet time with \`solosafe drill\`.`,

  "resource-started": (f) => `Resource ${quote(f.resource)} was started in ${span(f.took)}.`,
  "resource-not-ready": (f) =>
    `Resource ${quote(f.resource)} runs, but ${f.monitors} was not ok within ${span(f.waited)} of its start. Its monitors are judged from now on.`,
  "resource-ready": (f) => `Resource ${quote(f.resource)} is ready after ${span(f.took)}.`,
  "resource-start-failed": (f) =>
    `Resource ${quote(f.resource)} could not be started (try ${f.attempt} of ${f.allowed}): ${because(f.reason)}.`,
  "resource-start-stalled": (f) =>
    `Resource ${quote(f.resource)} was not ready within its start timeout of ${span(f.timeout)}.`,
  "resource-stopped": (f) =>
    `Resource ${quote(f.resource)} was stopped in ${span(f.took)}; none of its processes is left.`,
  "resource-stop-failed": (f) =>
    `Resource ${quote(f.resource)} could not be stopped: ${because(f.reason)}. It is not started before its processes are gone. End them, then \`solosafe clear ${f.resource}\`.`,
  "resource-blocked": (f) =>
    `Resource ${quote(f.resource)} is blocked: ${because(f.reason)}. Repair it, then \`solosafe clear ${f.resource}\`.`,
  "resource-ended": (f) =>
    `Resource ${quote(f.resource)} ended although nobody stopped it: ${because(f.how)}.`,
  "resource-stopped-outside": (f) =>
    `Resource ${quote(f.resource)} was stopped by somebody else. This is respected; start it with \`solosafe start ${f.resource}\`.`,
  "resource-stopped-outside-still": (f) =>
    `Resource ${quote(f.resource)}, stopped by somebody else, is still stopped after ${span(f.since)}. Start it with \`solosafe start ${f.resource}\`.`,
  "resource-back": (f) => `Resource ${quote(f.resource)} runs again and is watched.`,
  "resource-restarted-outside": (f) =>
    `Resource ${quote(f.resource)} was restarted by systemd (${count(f.count, "time")}). Nothing was done.`,
  "resource-adopted": (f) =>
    `Resource ${quote(f.resource)} ran already; it was not touched and is watched again.`,

  "group-activated": (f) => `Group ${quote(f.group)} is active after ${span(f.took)}.`,
  "group-deactivated": (f) => `Group ${quote(f.group)} is stopped after ${span(f.took)}.`,
  "group-start-failed": (f) =>
    `Group ${quote(f.group)} could not be started: ${member(f.resource)} does not start. ${f.action === "none" ? "Nothing else is done." : `The action ${quote(f.action)} follows.`} Repair it, then \`solosafe start ${f.group}\`.`,
  "group-waits": (f) =>
    `Group ${quote(f.group)} waits for ${quote(f.for)}, at most ${span(f.limit)}.`,
  "group-wait-over": (f) =>
    `${sentence(`group ${quote(f.group)}`)} waited long enough for ${quote(f.for)} and goes on without.`,

  "package-work-began": () =>
    "A package manager is at work. What it changes is not recovered until it is done.",
  "package-work-ended": (f) => `The package manager is done after ${span(f.took)}.`,
  "package-work-long": (f) =>
    `A package manager has held its lock for ${span(f.lasts)}. Recovery goes on again. See whether it waits for an answer.`,
} satisfies Partial<Texts>;
