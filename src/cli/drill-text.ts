import type { EventRecord } from "../api/answers.ts";
import type { DrillReport, DrillSummary, PlannedDrill } from "../api/drill-answers.ts";
import type { DrillVerdict } from "../base/drill.ts";
import type { Millis } from "../base/duration.ts";
import { render } from "../events/render.ts";
import { formatClock } from "../simulate/clock-text.ts";
import { type Context, withProgram } from "./context.ts";
import { clock } from "./event-line.ts";
import { table, wrap } from "./layout.ts";

/** The written report of one drill. */
export function describeDrill(context: Context, report: DrillReport): string {
  const { paint, headings } = context;
  const { drill: said } = headings;
  const { id, kind, target, by, mode, beganWall, events } = report;
  const head = said.head(id, said.what(kind, target), clock(beganWall, true), by, mode);
  const isShort = events.length === 0 && report.verdict !== "running";
  const rows = [
    [said.fault, report.fault],
    [said.lookedAt, report.monitors.join(", ") || said.noMonitor],
    [said.detected, detectedText(context, report)],
    [said.steps, String(report.steps)],
    [said.recovered, afterOrNo(context, report.recoveredMs)],
    [said.undone, undoneText(context, report)],
  ];
  return [
    paint.bold(head),
    ...(isShort ? [] : events.map((one) => drillEventLine(context, report, one))),
    ...(report.isCut ? [paint.dim(`  ${said.cut}`)] : []),
    "",
    ...table(rows, "  "),
    "",
    wrap(verdictText(context, report), context.width, "  "),
  ].join("\n");
}

/** `  00:09  text`: the time since the fault was made. */
export function drillEventLine(context: Context, report: DrillReport, event: EventRecord): string {
  const time = formatClock(Math.max(0, event.wall - report.beganWall));
  const text = withProgram(context, render(event, context.speech));
  return wrap(`  ${time}  ${text}`, context.width, " ".repeat(time.length + 4));
}

function afterOrNo(context: Context, lasts: Millis | null): string {
  const { no, after } = context.headings.drill;
  return lasts === null ? no : after(span(context, lasts));
}

function detectedText(context: Context, { detectedMs, detectedBy }: DrillReport): string {
  if (detectedMs === null || detectedBy === null) return afterOrNo(context, detectedMs);
  return context.headings.drill.afterBy(span(context, detectedMs), detectedBy);
}

function undoneText(context: Context, report: DrillReport): string {
  const { undoneMs, undoFault, kind, verdict } = report;
  const { drill: said } = context.headings;
  if (undoFault !== null) return said.because(undoFault);
  if (kind === "kill") return said.nothingToUndo;
  if (undoneMs === null && verdict === "running") return said.notYet;
  return afterOrNo(context, undoneMs);
}

function verdictText(context: Context, report: DrillReport): string {
  const { paint, headings } = context;
  const { drill: said } = headings;
  const { recoveredMs, undoneMs, steps, undoFault, mode } = report;
  if (undoFault !== null) return paint.red(said.undoByHand(undoFault));
  const isOwn = recoveredMs !== null && undoneMs !== null && recoveredMs >= undoneMs;
  const isByUndo = isOwn && report.kind !== "kill" && steps === 0;
  const found = isByUndo ? said.byUndo : said.healed(span(context, recoveredMs ?? 0));
  const observed = mode === "observe" ? ` ${said.observed}` : "";
  const texts: Readonly<Record<DrillVerdict, () => string>> = {
    running: () => said.running,
    recovered: () => paint.green(found),
    "not-detected": () => paint.yellow(said.notDetected),
    "not-recovered": () => paint.red(`${said.notRecovered}${observed}`),
    "cut-short": () => paint.yellow(said.cutShort),
  };
  return withProgram(context, texts[report.verdict]());
}

/** One line for each drill, newest first; before them those of planned windows. */
export function describeDrills(
  context: Context,
  drills: readonly DrillSummary[],
  planned: readonly PlannedDrill[],
): string {
  const { drill: said, verdict } = context.headings;
  const plan = planned.length === 0 ? [] : [...describePlanned(context, planned), ""];
  if (drills.length === 0) return [...plan, said.none].join("\n");
  const rows = drills.map((one) => [
    String(one.id),
    clock(one.beganWall, true),
    said.what(one.kind, one.target),
    one.detectedMs === null ? said.no : span(context, one.detectedMs),
    one.recoveredMs === null ? said.no : span(context, one.recoveredMs),
    one.undoFault === null ? verdict(one.verdict) : said.notUndone(verdict(one.verdict)),
  ]);
  const [first = "", ...lines] = table([said.columns, ...rows], "");
  return [...plan, context.paint.dim(first), ...lines].join("\n");
}

function describePlanned(context: Context, planned: readonly PlannedDrill[]): readonly string[] {
  const { drill: said, verdict } = context.headings;
  const time = (wall: Millis | null): string => (wall === null ? said.never : clock(wall, true));
  const rows = planned.map((one) => [
    one.name,
    said.what(one.kind, one.target),
    one.window,
    one.isWaiting ? said.waits : time(one.nextWall),
    one.last === null ? said.never : `${time(one.last.wall)} ${verdict(one.last.verdict)}`,
    time(one.provenWall),
  ]);
  const [first = "", ...lines] = table([said.planned, ...rows], "");
  return [context.paint.dim(first), ...lines];
}

/** Seconds with one place: what is found at once is not found in no time. */
function span({ headings }: Context, lasts: Millis): string {
  return lasts < 60_000 ? headings.drill.seconds((lasts / 1000).toFixed(1)) : headings.span(lasts);
}
