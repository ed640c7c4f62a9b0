import type {
  GroupStatus,
  IncidentStatus,
  MonitorStatus,
  ResourceStatus,
  ServerStatus,
  Statement,
} from "../api/answers.ts";
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
    status.notes.map((note) => wrap(`  ${noteText(context, note)}`, context.width - 2, "  ")),
    ...status.groups.map((group) => ["", ...describeGroup(context, group)]),
    monitorTable(context, status.monitors),
    heardTable(context, status.heard),
    ...status.incidents.map((one) => ["", ...describeIncident(context, one)]),
  ];
  return parts
    .flat()
    .map((line) => withProgram(context, line))
    .join("\n");
}

function headline(context: Context, status: ServerStatus): string {
  const { paint, headings } = context;
  const { mode, version, pid, uptimeMs } = status.agent;
  const verdict = verdictOf(context, status);
  const agent = headings.status.agent(mode, version, pid, uptimeMs);
  const server = status.server === "" ? headings.status.thisServer : status.server;
  return `${paint.bold(server)}: ${verdict} ${paint.dim(agent)}`;
}

function verdictOf({ paint, headings }: Context, status: ServerStatus): string {
  const { isWell, isOpen, isIll } = headings.status;
  if (status.isHealthy) return paint.green(isWell);
  const isWorking =
    status.groups.every((one) => one.phase === one.goal) &&
    status.monitors.every((one) => one.status === "ok" || one.status === "waiting");
  return isWorking && status.incidents.length > 0 ? paint.yellow(isOpen) : paint.red(isIll);
}

function suspended({ paint, headings }: Context, one: ServerStatus["suspensions"][number]): string {
  return paint.yellow(`  ${headings.status.suspended(one.scope, one.leftMs, one.by)}`);
}

/** A short truth about the whole; unknown ones are shown as they are. */
function noteText({ headings }: Context, { id, fields }: Statement): string {
  const count = String(fields["count"] ?? "");
  if (id === "events-lost") return headings.status.eventsLost(count);
  if (id === "log-lines-lost") return headings.status.linesLost(count);
  return new Map(Object.entries(headings.notes)).get(id) ?? id;
}

/** A group with its resources. */
function describeGroup(context: Context, group: GroupStatus): string[] {
  const { paint, headings } = context;
  const { status: said } = headings;
  const title = group.title === "" || group.title === group.name ? "" : ` "${group.title}"`;
  const state = paintState(paint, group.phase, headings.state(group.phase));
  const facts = [
    said.lasts(state, group.lastsMs),
    group.isByPerson && group.goal === "inactive" ? said.byPerson : "",
    group.waitsMs === null ? "" : said.waitsAtMost(group.after.join(", "), group.waitsMs),
  ];
  const head = `${paint.bold(said.group(group.name))}${title}: ${joined(facts)}`;
  const rows = group.resources.map((one) => resourceRow(context, one));
  return [head, ...table(rows, "  ")];
}

function resourceRow({ paint, headings }: Context, one: ResourceStatus): string[] {
  const { status: said } = headings;
  const shown = one.pids.slice(0, PIDS_SHOWN).join(" ");
  const rest = one.pids.length - PIDS_SHOWN;
  const facts = [
    one.pids.length === 0 ? "" : `pid ${shown}${rest > 0 ? ` ${said.more(rest)}` : ""}`,
    one.starts > 1 ? said.started(one.starts) : "",
    one.reason,
    one.blocked === null ? "" : paint.red(said.blocked(one.blocked)),
    one.isStoppedByPerson ? said.byPerson : "",
    one.isStoppedOutside ? said.byOthers : "",
    one.awaiting.length === 0 ? "" : said.waitsFor(one.awaiting.join(", ")),
    one.pids.length === 0 ? "" : paint.dim(said.tracked(one.tracking)),
  ];
  const state = paintState(paint, one.phase, headings.state(one.phase));
  return [one.id, state, headings.span(one.lastsMs), joined(facts)];
}

function monitorTable(context: Context, monitors: readonly MonitorStatus[]): string[] {
  const { status } = context.headings;
  if (monitors.length === 0) return ["", status.noMonitors];
  return ["", context.paint.bold(status.monitors), ...monitorRows(context, monitors)];
}

/** One line for each monitor. */
function monitorRows(context: Context, monitors: readonly MonitorStatus[]): string[] {
  const { paint, headings } = context;
  const rows = monitors.map((one) => [
    one.name,
    one.type,
    paintState(paint, one.status, headings.state(one.status)),
    headings.span(one.lastsMs),
    one.target,
    monitorFacts(context, one),
  ]);
  return table(rows, "  ");
}

export function monitorFacts({ paint, headings }: Context, one: MonitorStatus): string {
  const { monitor: said } = headings;
  const isTold = one.status !== "ok" && one.status !== "waiting";
  return joined([
    isTold ? one.reason : paint.dim(one.reason),
    one.status === "suspect" ? said.forgiven(one.failures, one.retries) : "",
    one.isEnabled ? "" : said.disabled,
    one.isSuspended ? said.suspended : "",
    one.isRehearsed ? said.rehearsed : "",
    one.isFlapping ? said.flapping : "",
    one.isChronic ? said.chronic : "",
    one.consequenceOf === null ? "" : said.consequence(one.consequenceOf),
    one.ladder.isExhausted ? said.exhausted : "",
  ]);
}

function heardTable({ paint, headings }: Context, heard: ServerStatus["heard"]): string[] {
  const { status: said } = headings;
  if (heard.length === 0) return [];
  const rows = heard.map((one) => {
    const state = one.state === null ? "" : said.heardState[one.state];
    const usual = one.state === "well" ? paint.green(state) : paint.yellow(state);
    const facts = [
      one.agoMs === null ? said.neverHeard : said.heardAgo(one.agoMs),
      one.isSilent && state !== "" ? said.wasThen(state) : "",
      one.failed.join(" "),
      one.announced === null ? "" : said.announced(one.announced),
    ];
    return [one.name, one.isSilent ? paint.red(said.silent) : usual, joined(facts)];
  });
  return ["", paint.bold(said.heard), ...table(rows, "  ")];
}

function joined(facts: readonly string[]): string {
  return facts.filter((fact) => fact !== "").join(", ");
}

function describeIncident({ paint, headings, width }: Context, incident: IncidentStatus): string[] {
  const { status: said } = headings;
  const { id, group, lastsMs, cause, waitingFor } = incident;
  const steps = incident.steps.map((step) => {
    const took = step.tookMs === null ? "" : ` (${headings.span(step.tookMs)})`;
    const result = step.isSimulated ? said.simulated : `${step.result ?? said.runs}${took}`;
    return `  ${clock(step.wall, false)} ${said.step(step.step, step.target, result)}`;
  });
  const waits = waitingFor === null ? [] : [`  ${said.waits(waitingFor)}`];
  return [
    paint.yellow(wrap(said.incident(id, group, lastsMs, cause), width, "  ")),
    ...steps,
    ...waits,
  ];
}
