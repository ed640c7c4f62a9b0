import type { DrillVerdict } from "../../base/drill.ts";
import { formatDuration, type Millis } from "../../base/duration.ts";
import type { WhatIf } from "../../simulate/what-if.ts";

/** What the command line itself says about the whole, groups and incidents. */
const status = {
  thisServer: "This server",
  agent: (mode: string, version: string, pid: number, lasts: Millis) =>
    `(mode ${mode}; agent ${version}, pid ${pid}, for ${formatDuration(lasts)})`,
  isWell: "all is well",
  isOpen: "works again; an incident is open until it has stayed so",
  isIll: "not all is well",
  suspended: (scope: string, left: Millis | null, by: string) =>
    `Suspended: ${scope}, ${left === null ? "until somebody resumes it" : `for ${formatDuration(left)}`} (by ${by}).`,
  eventsLost: (count: string) => `${count} events were lost: a queue was full.`,
  linesLost: (count: string) => `${count} lines of the log were lost.`,
  group: (name: string) => `group ${name}`,
  lasts: (state: string, lasts: Millis) => `${state} for ${formatDuration(lasts)}`,
  byPerson: "stopped by a person",
  byOthers: "stopped by somebody else",
  waitsFor: (names: string) => `waits for ${names}`,
  waitsAtMost: (names: string, limit: Millis) =>
    `waits for ${names} at most ${formatDuration(limit)}`,
  more: (count: number) => `and ${count} more`,
  started: (times: number) => `started ${times} times`,
  blocked: (reason: string) => `blocked: ${reason}`,
  tracked: (by: string) => `by ${by}`,
  noMonitors: "No monitors: nothing is watched.",
  monitors: "monitors",
  incident: (id: string, group: string | null, lasts: Millis, cause: string) =>
    `incident ${id} of ${group === null ? "the server" : `group ${group}`}, open for ${formatDuration(lasts)}: ${cause}`,
  step: (step: string, target: string, result: string) => `${step} of ${target}: ${result}`,
  simulated: "simulated",
  runs: "runs",
  waits: (what: string) => `waits: ${what}`,
  heard: "servers heard",
  /** A server whose heartbeat comes here, as it said last. */
  heardState: { well: "well", failing: "failing", leaving: "stopped", "going-down": "going down" },
  silent: "silent",
  neverHeard: "never heard",
  heardAgo: (ago: Millis) => `heard ${formatDuration(ago)} ago`,
  announced: (what: string) => `announced: ${what}`,
  wasThen: (state: string) => `${state} then`,
};

/** Short truths about the whole, by the id that the agent gives. */
const notes = {
  "server-actions-simulated":
    "Server-level actions (reboot, poweroff, reset, panic) are simulated: decided and written down, never done.",
  "observe-by-kernel":
    "`solosafe=observe` is on the kernel's command line: nothing is done, whatever the configuration says.",
  "guard-gone":
    "The guard is gone: server-level actions are not done. See `systemctl status solosafe-guard.service`.",
  "guard-waits": "The guard has armed nothing yet: until then server-level actions are simulated.",
  "guard-uncovered": "No watchdog is armed: a frozen kernel or guard is not covered.",
  "guard-unproven": "Nobody proves to the guard that user space lives: a stall is not noticed.",
  "observe-mode": "Observe mode: everything is watched and decided, nothing is done.",
  "shutdown-in-progress": "The server is shutting down: nothing is recovered.",
  "package-work": "A package manager is at work: what it changes is not recovered meanwhile.",
  "save-faulty": "The state cannot be saved: make room on the disk or repair it.",
  "destination-faulty": "A destination takes nothing of what it is told: see `solosafe events`.",
  "mail-faulty": "Mail cannot be sent, so nobody is told: see `solosafe mail test`.",
  "record-faulty": "The record of boots cannot be trusted: see `solosafe reboots`.",
  "config-faulty":
    "The configuration is not valid; the last good one is in force: see `solosafe config check`.",
};

const monitor = {
  none: "There are no monitors.",
  columns: ["monitor", "type", "status", "for", "recovers", "last proven", ""],
  name: (name: string) => `monitor ${name}`,
  forgiven: (failures: number, retries: number) => `${failures} of ${retries} forgiven`,
  disabled: "disabled",
  suspended: "suspended",
  rehearsed: "rehearsed: it fails on purpose",
  flapping: "flapping",
  chronic: "chronic",
  consequence: (of: string) => `consequence of ${of}`,
  exhausted: "recovery exhausted",
  notProven: (count: number) =>
    `Not proven for 90 days: ${count}. A drill or an incident proves a monitor.`,
  isNotProven: "not proven for 90 days",
  found: (age: string, at: string) => `${age}, it found a failure on ${at}`,
  done: (age: string, at: string) => `${age}, it was done on ${at}`,
  never: "never",
  ago: (span: Millis) => `${formatDuration(span)} ago`,
  type: "type",
  recovers: "recovers",
  interval: "interval",
  times: (interval: Millis, timeout: Millis) =>
    `${formatDuration(interval)}, timeout ${formatDuration(timeout)}`,
  retries: "retries",
  script: "recovery script",
  reactivations: "reactivations",
  groupRestarts: "group restarts",
  final: "final action",
  proven: "last proven",
  of: (count: number, most: number) => `${count} of ${most}`,
  cannotDetect: (what: string) => `It cannot detect: ${what}`,
};

const drill = {
  head: (id: number, what: string, at: string, by: string, mode: string) =>
    `drill ${id}: ${what}, ${at}, by ${by}, mode ${mode}`,
  what: (kind: string, target: string) => `${kind} of ${target}`,
  fault: "fault",
  lookedAt: "looked at",
  noMonitor: "no monitor",
  detected: "detected",
  steps: "steps of recovery",
  recovered: "recovered",
  undone: "undone",
  no: "no",
  because: (why: string) => `no: ${why}`,
  after: (span: string) => `after ${span}`,
  afterBy: (span: string, by: string) => `after ${span}, by ${by}`,
  seconds: (seconds: string) => `${seconds}s`,
  nothingToUndo: "nothing to undo",
  notYet: "not yet",
  cut: "… more happened than is kept …",
  begun: (id: number, fault: string, lasts: Millis) =>
    `Drill ${id}: ${fault}${lasts === 0 ? "" : ` for ${formatDuration(lasts)} at most`}.`,
  ends: "The agent ends it, also without this command; `solosafe drill end` ends it now.",
  undoByHand: (fault: string) => `The fault could not be undone: ${fault}. Undo it by hand.`,
  running: "It is still running; `solosafe drill end` ends it.",
  byUndo: "It was found, and was well again when the fault was undone; no step was needed.",
  healed: (span: string) => `It was found and healed in ${span}.`,
  notDetected: "No monitor found it: what was broken is not watched.",
  notRecovered: "It was found, and something is still not well.",
  observed: "In observe mode nothing is done about it.",
  cutShort: "It was ended before it was over; the fault was undone.",
  none: "There was no drill yet.",
  columns: ["", "began", "drill", "detected", "recovered", "verdict"],
  notUndone: (verdict: string) => `${verdict}, not undone`,
  planned: ["planned", "drill", "window", "next", "last", "last proven"],
  waits: "waits in this window",
  never: "never",
};

const why = {
  facts: "What speaks for it:",
  kernel: (now: string, before: string | null) =>
    before === null ? `Kernel ${now}.` : `Kernel ${now}; before that boot it was ${before}.`,
  notThere: "SoloSafe came onto this server in this boot: how the one before ended was not seen.",
  older: "The last boot whose beginning it saw:",
  none: "There is no report yet; one is written after each reboot.",
  unknown: (id: string) => `there is no report ${id}`,
  columns: ["", "booted at", "the boot before ended", "how sure", "away"],
  ends: {
    "by-solosafe": "by SoloSafe",
    "by-person": "by a person or a program",
    "watchdog-reset": "by the watchdog",
    panic: "in a kernel panic",
    "power-loss": "by power loss or hard reset",
    unknown: "for an unknown reason",
  },
  sure: { certain: "certain", likely: "likely", guess: "a guess" },
  notKnown: "not known",
};

const availability = {
  head: (from: string, to: string) => `From ${from} to ${to}:`,
  columns: [
    "",
    "available",
    "down",
    "failures",
    "to repair",
    "between failures",
    "planned",
    "not watched",
  ],
  server: "the server",
  group: (name: string) => `group ${name}`,
  nothing: "Nothing was measured in that time.",
  note: "Planned is not counted: stopped by a person, suspended, in a planned window. Not watched is not counted either: no agent was there.",
};

const report = {
  mailed: (from: string, to: string, recipients: string) =>
    `The report from ${from} to ${to} is on its way to ${recipients}; \`solosafe events\` tells when it was sent.`,
};

const config = {
  more: (count: number) => `and ${count} more`,
  changes: (count: number) => (count === 1 ? "1 change:" : `${count} changes:`),
  sameMeaning: "Nothing changes but comments, order or spelling.",
  same: "This is what is in force.",
  restarted: "Restarted",
  started: "Started",
  stopped: "Stopped",
  atNextStart: "Active as before until their next start (--restart: now)",
  adopted: "Found running and taken as they are, whatever program they were started with",
  leftRunning: "Go on running and are not watched any more",
  anew: "Monitors that begin anew",
  gone: "Monitors that are gone",
  withdrawn: "Incidents that close as withdrawn",
  line: (what: string, names: string) => `${what}: ${names}.`,
  format: (note: string) => `Format: ${note}.`,
  notRunningCompared: "The agent is not running: this is compared with what was in force last.",
  notRunningWritten: (file: string) => `The agent is not running: \`${file}\` is only written.`,
  written: (file: string) => `\`${file}\` was written. The agent reads it when it starts.`,
  cannotApply: (why: string) => `It cannot be applied now: ${why}.`,
  question: "Apply this? [y/N] ",
  nothingToDo: (version: number) => `Nothing to do: it is in force as version ${version}.`,
  applied: (version: number, restarting: string, undo: number) =>
    `In force as version ${version}.${restarting === "" ? "" : ` Restarting: ${restarting}.`} To undo it: \`solosafe config rollback ${undo}\`.`,
  inForce: "(in force)",
  lastGood: (file: string) => `\`${file}\` is not valid: the last good configuration is in force.`,
  nothingKept: "Nothing was kept yet.",
  rolledBack: (to: number | null) => `rolled back to ${to ?? "?"}`,
  kinds: { start: "start", reload: "reload", apply: "applied", file: "file" },
  pulled: (version: number | null, file: string) =>
    `${version === null ? "What is in force" : `Version ${version}`} was written to \`${file}\`.`,
  notValid: (count: number) => `Not valid: ${count} ${count === 1 ? "error" : "errors"}.`,
};

const simulate = {
  head: (monitor: string, lasts: Millis | null) =>
    `\`${monitor}\` fails at 00:00 ${lasts === null ? "and nothing mends it" : `and works again after ${formatDuration(lasts)}`}; the server has been up for 2h.`,
  more: (count: number) => `… ${count} more …`,
  again: (times: number, at: string) => `(${times} times, last at ${at})`,
  took: (result: string, span: Millis) => `${result} after ${formatDuration(span)}`,
  notDone:
    "The play has a guard, and none is heard of here. Without one server-level actions are said, not done.",
  observed: "In observe mode nothing of this is done, it is only told.",
  end: ({ end }: WhatIf) => end.text,
  columns: ["fails", "first step", "final action", "ends"],
  times: "Times are since the failure. `solosafe simulate --fail NAME` shows each step.",
};

const ends: Readonly<Record<WhatIf["end"]["is"], string>> = {
  forgiven: "forgiven, nothing is done",
  cured: "cured",
  exhausted: "failed and alerted, recovery exhausted",
  "told-only": "failed and alerted, nothing is recovered",
  "did-not-help": "failed and alerted, a reboot did not help",
  blocked: "failed and alerted, the reboot limit is used up",
  stopped: "stopped, until a person starts it",
  "agent-stopped": "the agent has left, applications go on",
  off: "the server is switched off",
  "goes-on": "no end: it is tried again and again",
};

/** The fixed texts of the command line in English; the other languages have the same shape. */
export const ENGLISH_HEADINGS = {
  span: (span: Millis): string => formatDuration(span),
  /** State of a group, resource or monitor. */
  state: (name: string): string => name,
  /** A step of a ladder, as the name of a row. */
  stepName: (step: string): string => step,
  verdict: (verdict: DrillVerdict): string => verdict,
  status,
  notes,
  monitor,
  drill,
  why,
  availability,
  report,
  config,
  simulate,
  ends,
};

export type Headings = typeof ENGLISH_HEADINGS;
