import type { EventRecord } from "../api/answers.ts";
import type { DrillReport, DrillSummary, PlannedDrill } from "../api/drill-answers.ts";
import type { DrillVerdict } from "../base/drill.ts";
import { formatDuration, type Millis } from "../base/duration.ts";
import { render } from "../events/render.ts";
import { formatClock } from "../simulate/clock-text.ts";
import { type Context, withProgram } from "./context.ts";
import { clock } from "./event-line.ts";
import { table, wrap } from "./layout.ts";

/** The written report of one drill. */
export function describeDrill(context: Context, report: DrillReport): string {
  const { paint } = context;
  const { id, kind, target, by, mode, beganWall, events } = report;
  const head = `drill ${id}: ${kind} of ${target}, ${clock(beganWall, true)}, by ${by}, mode ${mode}`;
  const isShort = events.length === 0 && report.verdict !== "running";
  const rows = [
    ["fault", report.fault],
    ["looked at", report.monitors.join(", ") || "no monitor"],
    ["detected", detectedText(report)],
    ["steps of recovery", String(report.steps)],
    ["recovered", report.recoveredMs === null ? "no" : `after ${span(report.recoveredMs)}`],
    ["undone", undoneText(report)],
  ];
  return [
    paint.bold(head),
    ...(isShort ? [] : events.map((one) => drillEventLine(context, report, one))),
    ...(report.isCut ? [paint.dim("  … more happened than is kept …")] : []),
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

function detectedText({ detectedMs, detectedBy }: DrillReport): string {
  return detectedMs === null ? "no" : `after ${span(detectedMs)}, by ${detectedBy ?? ""}`;
}

function undoneText({ undoneMs, undoFault, kind, verdict }: DrillReport): string {
  if (undoFault !== null) return `no: ${undoFault}`;
  if (kind === "kill") return "nothing to undo";
  if (undoneMs === null) return verdict === "running" ? "not yet" : "no";
  return `after ${span(undoneMs)}`;
}

function verdictText(context: Context, report: DrillReport): string {
  const { paint } = context;
  const { recoveredMs, undoneMs, steps, undoFault, mode } = report;
  if (undoFault !== null) {
    return paint.red(`The fault could not be undone: ${undoFault}. Undo it by hand.`);
  }
  const isOwn = recoveredMs !== null && undoneMs !== null && recoveredMs >= undoneMs;
  const isByUndo = isOwn && report.kind !== "kill" && steps === 0;
  const found = isByUndo
    ? "It was found, and was well again when the fault was undone; no step was needed."
    : `It was found and healed in ${span(recoveredMs ?? 0)}.`;
  const observed = mode === "observe" ? " In observe mode nothing is done about it." : "";
  const texts: Readonly<Record<DrillVerdict, () => string>> = {
    running: () => "It is still running; `solosafe drill end` ends it.",
    recovered: () => paint.green(found),
    "not-detected": () => paint.yellow("No monitor found it: what was broken is not watched."),
    "not-recovered": () => paint.red(`It was found, and something is still not well.${observed}`),
    "cut-short": () => paint.yellow("It was ended before it was over; the fault was undone."),
  };
  return withProgram(context, texts[report.verdict]());
}

/** One line for each drill, newest first; before them those of planned windows. */
export function describeDrills(
  context: Context,
  drills: readonly DrillSummary[],
  planned: readonly PlannedDrill[],
): string {
  const plan = planned.length === 0 ? [] : [...describePlanned(context, planned), ""];
  if (drills.length === 0) return [...plan, "There was no drill yet."].join("\n");
  const head = ["", "began", "drill", "detected", "recovered", "verdict"];
  const rows = drills.map((one) => [
    String(one.id),
    clock(one.beganWall, true),
    `${one.kind} ${one.target}`,
    one.detectedMs === null ? "no" : span(one.detectedMs),
    one.recoveredMs === null ? "no" : span(one.recoveredMs),
    one.undoFault === null ? one.verdict : `${one.verdict}, not undone`,
  ]);
  const [first = "", ...lines] = table([head, ...rows], "");
  return [...plan, context.paint.dim(first), ...lines].join("\n");
}

function describePlanned(context: Context, planned: readonly PlannedDrill[]): readonly string[] {
  const head = ["planned", "drill", "window", "next", "last", "last proven"];
  const rows = planned.map(
    ({ name, kind, target, window, nextWall, isWaiting, last, provenWall }) => [
      name,
      `${kind} ${target}`,
      window,
      isWaiting ? "waits in this window" : nextWall === null ? "never" : clock(nextWall, true),
      last === null ? "never" : `${clock(last.wall, true)} ${last.verdict}`,
      provenWall === null ? "never" : clock(provenWall, true),
    ],
  );
  const [first = "", ...lines] = table([head, ...rows], "");
  return [context.paint.dim(first), ...lines];
}

/** Seconds with one place: what is found at once is not found in no time. */
function span(lasts: Millis): string {
  return lasts < 60_000 ? `${(lasts / 1000).toFixed(1)}s` : formatDuration(lasts);
}
