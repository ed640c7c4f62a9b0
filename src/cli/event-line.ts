import type { EventRecord } from "../api/answers.ts";
import type { Alert } from "../events/alert.ts";
import { CATALOGUE, isEventId } from "../events/catalogue.ts";
import type { Severity } from "../events/entry.ts";
import { render } from "../events/render.ts";
import { type Context, withProgram } from "./context.ts";
import { wrap } from "./layout.ts";
import type { Paint } from "./paint.ts";

/** How serious an event is; what this program does not know counts as a notice. */
export function severityOf(event: EventRecord): Severity {
  return isEventId(event.id) ? CATALOGUE[event.id].severity : "notice";
}

/** `12:04:31 ✖ text`, broken to the terminal; with the date where the reader cannot know the day. */
export function eventLine(
  context: Pick<Context, "paint" | "width" | "program" | "programOptions" | "speech">,
  event: EventRecord,
  hasDate: boolean,
): string {
  const { paint } = context;
  const severity = severityOf(event);
  const time = clock(event.wall, hasDate);
  const text = withProgram(context, render(event, context.speech));
  const sign = SIGNS[severity];
  const indent = " ".repeat(time.length + 3);
  const broken = wrap(`${time} ${sign} ${text}`, context.width, indent);
  const head = time.length + 2;
  const body = broken.slice(head);
  return `${paint.dim(time)} ${colour(paint, severity)(sign)}${colourText(paint, severity, body)}`;
}

/** The same for a line of the alert log, with the part of the product that it is about. */
export function alertLine(
  context: Pick<Context, "paint" | "width" | "program" | "programOptions">,
  alert: Alert,
): string {
  const { paint } = context;
  const time = clock(alert.wall, true);
  const text = withProgram(context, alert.message);
  const incident = alert.incident === null ? "" : ` (${alert.incident})`;
  const indent = " ".repeat(time.length + 3);
  const all = `${time} ${SIGNS[alert.severity]} ${alert.module}: ${text}${incident}`;
  const body = wrap(all, context.width, indent).slice(time.length + 2);
  const { severity } = alert;
  return `${paint.dim(time)} ${colour(paint, severity)(SIGNS[severity])}${colourText(paint, severity, body)}`;
}

/** Local time of day, or date and time. */
export function clock(wall: number, hasDate: boolean): string {
  const date = new Date(wall);
  const two = (number: number): string => String(number).padStart(2, "0");
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  if (!hasDate) return time;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

const SIGNS: Readonly<Record<Severity, string>> = {
  info: "·",
  notice: "•",
  warning: "!",
  error: "✖",
  critical: "✖",
};

function colour(paint: Paint, severity: Severity): (text: string) => string {
  if (severity === "critical" || severity === "error") return (text) => paint.red(text);
  if (severity === "warning") return (text) => paint.yellow(text);
  return severity === "notice" ? (text) => paint.cyan(text) : (text) => paint.dim(text);
}

/** Only what matters is coloured as a whole: a screen full of colours says nothing. */
function colourText(paint: Paint, severity: Severity, text: string): string {
  if (severity === "critical") return paint.red(text);
  return severity === "info" ? paint.dim(text) : text;
}
