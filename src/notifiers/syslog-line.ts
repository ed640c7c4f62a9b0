import type { Notice } from "../base/destination.ts";
import type { Severity } from "../base/severity.ts";

export const FACILITIES = [
  "user",
  "daemon",
  "local0",
  "local1",
  "local2",
  "local3",
  "local4",
  "local5",
  "local6",
  "local7",
] as const;
export type Facility = (typeof FACILITIES)[number];

const NUMBERS: Readonly<Record<Facility, number>> = {
  user: 1,
  daemon: 3,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
};
const PRIORITIES: Readonly<Record<Severity, number>> = {
  info: 6,
  notice: 5,
  warning: 4,
  error: 3,
  critical: 2,
};
const TAG = "solosafe";
/** Of the number that is everybody's for examples (RFC 5612): we have none of our own. */
const STRUCTURE = "solosafe@32473";
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const encoder = new TextEncoder();

/** A line with structured data (RFC 5424). Fields that are too much are left out, then it is cut. */
export function structuredLine(notice: Notice, facility: Facility, mostBytes: number): string {
  const { wall, id, message } = notice;
  const time = new Date(wall).toISOString();
  const head = `${priority(notice, facility)}1 ${time} ${hostOf(notice)} ${TAG} - ${name(id)}`;
  const kept: string[] = [];
  // What it says is worth more than its fields.
  let room = mostBytes - bytes(`${head} [${STRUCTURE}] `) - Math.min(bytes(message), mostBytes / 2);
  for (const [key, value] of parameters(notice)) {
    const one = ` ${name(key)}="${value.replaceAll(/["\\\]]/g, String.raw`\$&`)}"`;
    room -= bytes(one);
    if (room < 0) break;
    kept.push(one);
  }
  return cut(`${head} [${STRUCTURE}${kept.join("")}] ${message}`, mostBytes);
}

/** A line as it was before (RFC 3164), in the time of this server. */
export function oldLine(notice: Notice, facility: Facility, mostBytes: number): string {
  const text = `${oldHead(notice, facility)} ${hostOf(notice)} ${TAG}: ${notice.message}`;
  return cut(text, mostBytes);
}

/** For the syslog of this server, which knows its own name. */
export function localLine(notice: Notice, facility: Facility, mostBytes: number): string {
  return cut(`${oldHead(notice, facility)} ${TAG}: ${notice.message}`, mostBytes);
}

/** As systemd.journal-fields(7) has them; what is ours begins with SOLOSAFE_. */
export function journalFields(
  notice: Notice,
  facility: Facility,
): readonly (readonly [string, string])[] {
  return [
    ["MESSAGE", notice.message],
    ["PRIORITY", String(PRIORITIES[notice.severity])],
    ["SYSLOG_IDENTIFIER", TAG],
    ["SYSLOG_FACILITY", String(NUMBERS[facility])],
    ...parameters(notice).map(
      ([key, value]) =>
        [
          `SOLOSAFE_${key.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`.slice(0, 64),
          value,
        ] as const,
    ),
  ];
}

function priority({ severity }: Notice, facility: Facility): string {
  return `<${NUMBERS[facility] * 8 + PRIORITIES[severity]}>`;
}

function oldHead(notice: Notice, facility: Facility): string {
  const at = new Date(notice.wall);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${MONTHS[at.getMonth()] ?? ""} ${String(at.getDate()).padStart(2)}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${priority(notice, facility)}${day} ${time}`;
}

function hostOf({ server }: Notice): string {
  return server.replaceAll(/[^\x21-\x7e]/g, "").slice(0, 255) || "-";
}

/** What may be the name of something (RFC 5424, 6.3.3). */
function name(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]|[="\]]/g, "_").slice(0, 32) || "-";
}

function parameters(notice: Notice): readonly (readonly [string, string])[] {
  const { number, id, module, severity, incident, title, fields, whatToDo, more } = notice;
  const known: (readonly [string, string])[] = [
    ["number", String(number)],
    ["event", id],
    ["module", module],
    ["severity", severity],
  ];
  if (incident !== null) known.push(["incident", incident]);
  if (title !== "") known.push(["title", title]);
  if (more > 0) known.push(["more", String(more)]);
  if (whatToDo !== "Nothing.") known.push(["what-to-do", whatToDo]);
  const own = Object.entries(fields).filter(([, value]) => value !== null);
  return [...known, ...own.map(([key, value]) => [`field-${key}`, String(value)] as const)];
}

function bytes(text: string): number {
  return encoder.encode(text).length;
}

/** At most so many bytes, with a mark where something is missing. */
function cut(text: string, mostBytes: number): string {
  if (bytes(text) <= mostBytes) return text;
  const mark = " […]";
  const room = mostBytes - bytes(mark);
  const kept = new TextDecoder().decode(encoder.encode(text).subarray(0, room));
  // Half a character at its end is none.
  return `${kept.replace(/\uFFFD+$/, "")}${mark}`;
}
