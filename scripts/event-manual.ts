import { ABOUT_EVENTS, moduleTitle } from "./event-reference.ts";
import { type EventRow, eventRows } from "./event-rows.ts";

const COLUMNS = 79;
/** Of the form of this page: every manual has a date, and what is generated must not change daily. */
const DATE = "2026-11-21";

/** `solosafe-events(7)` as roff, with the macros of man(7) that every reader of manuals knows. */
export function renderEventManual(): string {
  const modules = [...eventRows()].flatMap(([module, rows]) => [
    `.SS ${prose(`Module \`${module}\`: ${moduleTitle(module)}`)}`,
    ...rows.flatMap(entry),
  ]);
  return `${[
    '.\\" Written by `npm run generate`; do not edit.',
    `.TH SOLOSAFE-EVENTS 7 ${DATE} SoloSafe "SoloSafe manual"`,
    ".SH NAME",
    "solosafe\\-events \\- what SoloSafe tells, and what to do about it",
    ".SH DESCRIPTION",
    ...ABOUT_EVENTS.flatMap((text, index) => (index === 0 ? lines(text) : [".PP", ...lines(text)])),
    ".SH EVENTS",
    ...modules,
    ".SH SEE ALSO",
    ...lines("`solosafe help events`, `solosafe help alerts`, `solosafe help explain`"),
  ].join("\n")}\n`;
}

function entry(row: EventRow): readonly string[] {
  const { id, severity, needsPerson, meaning, whatToDo, fields, destinations } = row;
  const named = fields.map(({ name, kind }) => `\`${name}\`${kind === null ? "" : ` (${kind})`}`);
  const told = `Told to: ${destinations.join(", ")}.`;
  return [
    ".TP",
    prose(`\`${id}\` (${severity}${needsPerson ? ", needs a person" : ""})`),
    ...lines(meaning),
    ".br",
    ...lines(`To do: ${whatToDo}`),
    ".br",
    ...lines(named.length === 0 ? told : `Fields: ${named.join(", ")}. ${told}`),
  ];
}

/** Each sentence begins a line, as man-pages(7) asks, and none is longer than a terminal is wide. */
function lines(text: string): readonly string[] {
  return text.split(/(?<=[.!?]) (?=[A-Z`])/).flatMap((sentence) => wrap(prose(sentence)));
}

function wrap(text: string): readonly string[] {
  const found: string[] = [];
  for (const word of text.split(" ")) {
    const line = found.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= COLUMNS) {
      found[found.length - 1] = `${line} ${word}`;
    } else found.push(startOfLine(word));
  }
  return found;
}

/** Text for roff: code is bold; nothing in it is taken for a request or drawn as another sign. */
function prose(text: string): string {
  const [first = "", ...rest] = text.split("`");
  const parts = rest.map((part, index) => `${index % 2 === 0 ? "\\fB" : "\\fR"}${escape(part)}`);
  return startOfLine([escape(first), ...parts].join(""));
}

/** A period or quote there would make a request of the line. */
function startOfLine(text: string): string {
  return /^[.']/.test(text) ? `\\&${text}` : text;
}

function escape(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll(/[^\n -~]/gu, (sign) => `\\[u${hex(sign)}]`);
}

function hex(sign: string): string {
  return (sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
