import type { MonitorStatus } from "../api/answers.ts";
import { DAY, formatDuration, HOUR, MINUTE, type Millis } from "../base/duration.ts";
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
  const { paint } = context;
  const head = ["monitor", "type", "status", "for", "recovers", "last proven", ""];
  const rows = monitors.map((one) => [
    one.name,
    one.type,
    paintState(paint, one.status),
    formatDuration(one.lastsMs),
    one.target,
    ageText(context, one.proven.detected, wall),
    monitorFacts(context, one),
  ]);
  const [first = "", ...lines] = table([head, ...rows], "  ");
  const old = monitors.filter((one) => one.isEnabled && one.proven.detected.isOld).length;
  const warning = `Not proven for 90 days: ${old}. A drill or an incident proves a monitor.`;
  return [paint.dim(first), ...lines, ...(old > 0 ? ["", paint.yellow(warning)] : [])];
}

/** Rows of `monitor show`: the monitor itself, then each step of its ladder. */
export function provenRows(
  context: Context,
  { proven }: MonitorStatus,
  wall: Millis = Date.now(),
): [string, string][] {
  return [
    ["last proven", proofText(context, proven.detected, wall, "it found a failure")],
    ...proven.steps.map((one): [string, string] => [
      `  ${one.step}`,
      proofText(context, one, wall, "it was done"),
    ]),
  ];
}

function proofText(context: Context, proof: Proof, wall: Millis, what: string): string {
  const { provenWall, isOld } = proof;
  const age = ageText(context, proof, wall);
  const warning = isOld ? context.paint.yellow(", not proven for 90 days") : "";
  if (provenWall === null) return `${age}${warning}`;
  return `${age}, ${what} on ${clock(provenWall, true)}${warning}`;
}

function ageText(context: Context, { provenWall, isOld }: Proof, wall: Millis): string {
  const text = provenWall === null ? "never" : `${roughly(Math.max(0, wall - provenWall))} ago`;
  return isOld ? context.paint.yellow(text) : text;
}

/** One unit is enough to know how long ago something was. */
function roughly(span: Millis): string {
  if (span >= DAY) return `${Math.floor(span / DAY)}d`;
  const unit = span >= HOUR ? HOUR : span >= MINUTE ? MINUTE : 1000;
  return formatDuration(Math.floor(span / unit) * unit);
}
