import type {
  GroupStatus,
  IncidentStatus,
  MonitorStatus,
  ResourceStatus,
  ServerStatus,
  Statement,
} from "../api/answers.ts";
import { formatDuration } from "../base/duration.ts";
import { type Context, withProgram } from "./context.ts";
import { clock } from "./event-line.ts";
import { table, wrap } from "./layout.ts";
import { paintState } from "./paint.ts";

/** More pids than this are counted, not listed. */
const PIDS_SHOWN = 3;

/** The whole status as one screen for people; the first line is the answer to "is all well?". */
export function describeStatus(context: Context, status: ServerStatus): string {
  const parts = [
    [headline(context, status)],
    status.suspensions.map((one) => suspended(context, one)),
    status.notes.map((note) => wrap(`  ${noteText(note)}`, context.width - 2, "  ")),
    ...status.groups.map((group) => ["", ...describeGroup(context, group)]),
    monitorTable(context, status.monitors),
    ...status.incidents.map((one) => ["", ...describeIncident(context, one)]),
  ];
  return parts
    .flat()
    .map((line) => withProgram(context, line))
    .join("\n");
}

function headline(context: Context, status: ServerStatus): string {
  const { paint } = context;
  const { mode, version, pid, uptimeMs } = status.agent;
  const verdict = verdictOf(context, status);
  const agent = `agent ${version}, pid ${pid}, for ${formatDuration(uptimeMs)}`;
  return `${paint.bold(status.server === "" ? "This server" : status.server)}: ${verdict} ${paint.dim(`(mode ${mode}; ${agent})`)}`;
}

function verdictOf({ paint }: Context, status: ServerStatus): string {
  if (status.isHealthy) return paint.green("all is well");
  const isWorking =
    status.groups.every((one) => one.phase === one.goal) &&
    status.monitors.every((one) => one.status === "ok" || one.status === "waiting");
  return isWorking && status.incidents.length > 0
    ? paint.yellow("works again; an incident is open until it has stayed so")
    : paint.red("not all is well");
}

function suspended(context: Context, one: ServerStatus["suspensions"][number]): string {
  const left =
    one.leftMs === null ? "until somebody resumes it" : `for ${formatDuration(one.leftMs)}`;
  return context.paint.yellow(`  Suspended: ${one.scope}, ${left} (by ${one.by}).`);
}

const NOTES: ReadonlyMap<string, string> = new Map([
  [
    "server-actions-simulated",
    "Server-level actions (reboot, poweroff, reset, panic) are simulated: decided and written down, never done.",
  ],
  ["observe-mode", "Observe mode: everything is watched and decided, nothing is done."],
  ["shutdown-in-progress", "The server is shutting down: nothing is recovered."],
  ["package-work", "A package manager is at work: what it changes is not recovered meanwhile."],
  ["save-faulty", "The state cannot be saved: make room on the disk or repair it."],
  ["record-faulty", "The record of boots cannot be trusted: see `solosafe reboots`."],
  [
    "config-faulty",
    "The configuration is not valid; the last good one is in force: see `solosafe config check`.",
  ],
]);

/** A short truth about the whole; unknown ones are shown as they are. */
export function noteText(note: Statement): string {
  const count = String(note.fields["count"] ?? "");
  if (note.id === "events-lost") return `${count} events were lost: a queue was full.`;
  if (note.id === "log-lines-lost") return `${count} lines of the log were lost.`;
  return NOTES.get(note.id) ?? note.id;
}

/** A group with its resources. */
export function describeGroup(context: Context, group: GroupStatus): string[] {
  const { paint } = context;
  const title = group.title === "" || group.title === group.name ? "" : ` "${group.title}"`;
  const byPerson = group.isByPerson && group.goal === "inactive" ? ", stopped by a person" : "";
  const waits =
    group.waitsMs === null
      ? ""
      : `, waits for ${group.after.join(", ")} at most ${formatDuration(group.waitsMs)}`;
  const state = `${paintState(paint, group.phase)} for ${formatDuration(group.lastsMs)}`;
  const head = `${paint.bold(`group ${group.name}`)}${title}: ${state}${byPerson}${waits}`;
  return [
    head,
    ...table(
      group.resources.map((one) => resourceRow(context, one)),
      "  ",
    ),
  ];
}

function resourceRow(context: Context, one: ResourceStatus): string[] {
  const shown = one.pids.slice(0, PIDS_SHOWN).join(" ");
  const more = one.pids.length > PIDS_SHOWN ? ` and ${one.pids.length - PIDS_SHOWN} more` : "";
  const facts = [
    one.pids.length === 0 ? "" : `pid ${shown}${more}`,
    one.starts > 1 ? `started ${one.starts} times` : "",
    one.reason,
    one.blocked === null ? "" : context.paint.red(`blocked: ${one.blocked}`),
    one.isStoppedByPerson ? "stopped by a person" : "",
    one.isStoppedOutside ? "stopped by somebody else" : "",
    one.awaiting.length === 0 ? "" : `waits for ${one.awaiting.join(", ")}`,
  ];
  const tracking = one.pids.length === 0 ? "" : context.paint.dim(`by ${one.tracking}`);
  return [
    one.id,
    paintState(context.paint, one.phase),
    formatDuration(one.lastsMs),
    [...facts, tracking].filter((fact) => fact !== "").join(", "),
  ];
}

function monitorTable(context: Context, monitors: readonly MonitorStatus[]): string[] {
  if (monitors.length === 0) return ["", "No monitors: nothing is watched."];
  return ["", context.paint.bold("monitors"), ...monitorRows(context, monitors)];
}

/** One line for each monitor. */
function monitorRows(context: Context, monitors: readonly MonitorStatus[]): string[] {
  return table(
    monitors.map((one) => [
      one.name,
      one.type,
      paintState(context.paint, one.status),
      formatDuration(one.lastsMs),
      one.target,
      monitorFacts(context, one),
    ]),
    "  ",
  );
}

export function monitorFacts(context: Context, one: MonitorStatus): string {
  const isTold = one.status !== "ok" && one.status !== "waiting";
  const facts = [
    isTold ? one.reason : context.paint.dim(one.reason),
    one.status === "suspect" ? `${one.failures} of ${one.retries} forgiven` : "",
    one.isEnabled ? "" : "disabled",
    one.isSuspended ? "suspended" : "",
    one.isRehearsed ? "rehearsed: it fails on purpose" : "",
    one.isFlapping ? "flapping" : "",
    one.isChronic ? "chronic" : "",
    one.consequenceOf === null ? "" : `consequence of ${one.consequenceOf}`,
    one.ladder.isExhausted ? "recovery exhausted" : "",
  ];
  return facts.filter((fact) => fact !== "").join(", ");
}

function describeIncident(context: Context, incident: IncidentStatus): string[] {
  const { paint } = context;
  const scope = incident.group === null ? "the server" : `group ${incident.group}`;
  const head = `incident ${incident.id} of ${scope}, open for ${formatDuration(incident.lastsMs)}: ${incident.cause}`;
  const steps = incident.steps.map((step) => {
    const took = step.tookMs === null ? "" : ` (${formatDuration(step.tookMs)})`;
    const result = step.isSimulated ? "simulated" : `${step.result ?? "runs"}${took}`;
    return `  ${clock(step.wall, false)} ${step.step} of ${step.target}: ${result}`;
  });
  const waits = incident.waitingFor === null ? [] : [`  waits: ${incident.waitingFor}`];
  return [paint.yellow(wrap(head, context.width, "  ")), ...steps, ...waits];
}
