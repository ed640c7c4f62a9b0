import type { MonitorStatus } from "../api/answers.ts";
import { DAY, HOUR, MINUTE, type Millis } from "../base/duration.ts";
import type { Context } from "./context.ts";
import { clock } from "./event-line.ts";
import { table } from "./layout.ts";
import { paintState } from "./paint.ts";
import { monitorFacts } from "./status-text.ts";

type Proof = MonitorStatus["proven"]["detected"];

/** One line for each monitor, with when it was last proven. */
export function monitorList(
  context: Context,
  monitors: readonly MonitorStatus[],
  wall: Millis = Date.now(),
): string[] {
  const { paint, headings } = context;
  const rows = monitors.map((one) => [
    one.name,
    one.type,
    paintState(paint, one.status, headings.state(one.status)),
    headings.span(one.lastsMs),
    one.target,
    ageText(context, one.proven.detected, wall),
    monitorFacts(context, one),
  ]);
  const [first = "", ...lines] = table([headings.monitor.columns, ...rows], "  ");
  const old = monitors.filter((one) => one.isEnabled && one.proven.detected.isOld).length;
  const warning = paint.yellow(headings.monitor.notProven(old));
  return [paint.dim(first), ...lines, ...(old > 0 ? ["", warning] : [])];
}

/** Rows of `monitor show`: the monitor itself, then each step of its ladder. */
export function provenRows(
  context: Context,
  { proven }: MonitorStatus,
  wall: Millis = Date.now(),
): [string, string][] {
  const { monitor, stepName } = context.headings;
  return [
    [monitor.proven, proofText(context, proven.detected, wall, monitor.found)],
    ...proven.steps.map((one): [string, string] => [
      `  ${stepName(one.step)}`,
      proofText(context, one, wall, monitor.done),
    ]),
  ];
}

function proofText(
  context: Context,
  proof: Proof,
  wall: Millis,
  said: (age: string, at: string) => string,
): string {
  const { provenWall, isOld } = proof;
  const { isNotProven } = context.headings.monitor;
  const age = ageText(context, proof, wall);
  const warning = isOld ? context.paint.yellow(`, ${isNotProven}`) : "";
  return `${provenWall === null ? age : said(age, clock(provenWall, true))}${warning}`;
}

function ageText({ paint, headings }: Context, { provenWall, isOld }: Proof, wall: Millis): string {
  const { never, ago } = headings.monitor;
  const text = provenWall === null ? never : ago(roughly(Math.max(0, wall - provenWall)));
  return isOld ? paint.yellow(text) : text;
}

/** One unit is enough to know how long ago something was. */
function roughly(span: Millis): Millis {
  const unit = span >= DAY ? DAY : span >= HOUR ? HOUR : span >= MINUTE ? MINUTE : 1000;
  return Math.floor(span / unit) * unit;
}
