import type { EventModule } from "../src/events/entry.ts";
import { type EventRow, eventRows } from "./event-rows.ts";

const TITLES: Readonly<Record<EventModule, string>> = {
  agent: "the agent, its guard and its mails",
  monitor: "monitors",
  incident: "incidents",
  recovery: "steps of recovery",
  "server-action": "what ends a boot",
  resource: "resources",
  group: "groups",
  drill: "drills and rehearsals",
  person: "what persons did",
};

/** What holds for all events, as paragraphs with code in backticks. */
export const ABOUT_EVENTS: readonly string[] = [
  "Everything that happens is written down as an event: a name and fields, never prose. Names and fields stay as they are from version to version; the text is made when somebody reads it, in the language of the reader. `solosafe events` shows them in order, `solosafe alerts` searches in them, and `--json` gives the fields.",
  "The severities are `info`, `notice`, `warning`, `error` and `critical`. What needs a person does not end well without one.",
  "Times are milliseconds (ms). A field without a kind is text; a word is one of a few that the text of the event explains.",
  "All events go into the log. Where mail is configured, those that need a person are mailed, and each incident that lasts, with all events that belong to it. Events about mails are never mailed. What the other destinations are told without a filter is said of each event; a filter changes it.",
];

/** The events of a module for people: `monitor: monitors`. */
export function moduleTitle(module: EventModule): string {
  return TITLES[module];
}

/** The section of the reference page. */
export function renderEventSection(): string {
  const parts = [...eventRows()].map(([module, rows]) => moduleSection(module, rows));
  return ["## Events", ...ABOUT_EVENTS, ...parts].join("\n\n");
}

function moduleSection(module: EventModule, rows: readonly EventRow[]): string {
  return [
    `### Module \`${module}\`: ${moduleTitle(module)}`,
    "",
    "| Event | Severity | Needs a person | Meaning | What to do | Fields | Told to |",
    "|---|---|---|---|---|---|---|",
    ...rows.map(tableRow),
  ].join("\n");
}

function tableRow(row: EventRow): string {
  const { id, severity, needsPerson, meaning, whatToDo, fields, destinations } = row;
  const named = fields.map(({ name, kind }) => `\`${name}\`${kind === null ? "" : ` (${kind})`}`);
  const cells = [
    `\`${id}\``,
    severity,
    needsPerson ? "yes" : "",
    meaning,
    whatToDo,
    named.join(", "),
    destinations.join(", "),
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
