import type { EventRecord } from "../api/answers.ts";
import type { MailText } from "../base/mail.ts";
import { fillSubject } from "../base/mail-subject.ts";
import { CATALOGUE, isEventId } from "../events/catalogue.ts";
import type { EventModule, Severity } from "../events/entry.ts";
import type { MailWords } from "../events/mail-words.ts";
import { render } from "../events/render.ts";
import type { Speech } from "../events/speech.ts";
import { type MailColour, type MailLine, renderMail } from "../notifiers/mail.ts";
import type { MailDraft } from "./mail-state.ts";

/** What a mail says about where it comes from. */
export interface MailSource {
  readonly speech: Speech;
  readonly words: MailWords;
  /** What people call this server; empty = its name. */
  readonly title: string;
  readonly hostName: string;
  /** Template of the subject. */
  readonly subject: string;
}

/** Who did something, not what failed. */
const DEEDS: ReadonlySet<EventModule> = new Set(["recovery", "server-action", "person"]);
const STEPS: ReadonlySet<string> = new Set(["step-begun", "step-finished"]);

const COLOURS: Readonly<Record<Severity, MailColour>> = {
  info: "calm",
  notice: "calm",
  warning: "warning",
  error: "alarm",
  critical: "alarm",
};

/** The mail about what was decided to be mailed; `dropped`: mails before it that were not sent. */
export function mailOf(
  draft: MailDraft,
  source: MailSource,
  wall: number,
  dropped: number,
): MailText {
  const { speech, words } = source;
  const { lead, incident } = draft;
  const severity = lead === null ? worstOf(draft.events) : severityOf(lead);
  const text =
    lead === null ? `${words.digest(draft.events.length + draft.more)}.` : render(lead, speech);
  const facts: [string, string][] = [];
  if (incident !== null) facts.push([words.incident, incident.id]);
  return mailPage(source, wall, {
    severity,
    summary: firstSentence(text),
    scope: incident?.scope ?? "",
    incident: incident?.id ?? "",
    lead: text,
    sections: sectionsOf(draft, source, dropped),
    facts,
  });
}

/** The mail by which a person sees that mails arrive. */
export function testMail(source: MailSource, wall: number): MailText {
  const { summary, text } = source.words.test;
  return mailPage(source, wall, { ...PLAIN, severity: "info", summary, lead: text, sections: [] });
}

/** What is sent when the agent cannot say it itself any more; it does not know when that will be. */
export function lostMail(source: MailSource): MailText {
  const { words } = source;
  const { summary, text, left } = words.lost;
  const sections = [{ heading: words.whatIsLeft, lines: [plain(left)] }];
  return mailPage(source, null, { ...PLAIN, severity: "critical", summary, lead: text, sections });
}

/** What one mail says. */
export interface MailContent {
  readonly severity: Severity;
  readonly summary: string;
  readonly scope: string;
  readonly incident: string;
  readonly lead: string;
  readonly sections: readonly { readonly heading: string; readonly lines: readonly MailLine[] }[];
  readonly facts: readonly (readonly [string, string])[];
}

const PLAIN = { scope: "", incident: "", facts: [] } as const;

/** A mail from this server; `wall` null: nobody knows when it is sent. */
export function mailPage(source: MailSource, wall: number | null, content: MailContent): MailText {
  const { words, title, hostName, subject: template } = source;
  const { severity, summary, scope, incident, lead, sections, facts } = content;
  const server = title === "" ? hostName : title;
  const subject = fillSubject(template, {
    server,
    host: hostName,
    severity: words.severities[severity],
    summary,
    scope,
    incident,
  });
  const where: [string, string] = [
    words.server,
    server === hostName ? hostName : `${server} (${hostName})`,
  ];
  const when: [string, string][] = wall === null ? [] : [[words.written, dateAndTime(wall)]];
  const end = [where, ...facts, ...when];
  return renderMail({ subject, colour: COLOURS[severity], lead, sections, facts: end });
}

function sectionsOf(
  draft: MailDraft,
  { speech, words }: MailSource,
  dropped: number,
): MailContent["sections"] {
  const { events, more } = draft;
  const lineOf = (event: EventRecord): MailLine => ({
    time: timeOfDay(event.wall),
    text: render(event, speech),
  });
  const notes = [
    ...(more > 0 ? [plain(words.more(more))] : []),
    ...(dropped > 0 ? [plain(words.dropped(dropped))] : []),
  ];
  const isAlone = events.length === 1 && draft.incident === null;
  const listed = isAlone ? [] : events;
  const [failed, done] = [listed.filter((one) => !isDeed(one)), listed.filter(isDeed)];
  // A single event says everything itself, what to do included.
  const sections = [
    { heading: words.whatFailed, lines: [...failed.map(lineOf), ...notes] },
    { heading: words.whatWasDone, lines: doneLines(draft, done.map(lineOf), words) },
    { heading: words.whatIsLeft, lines: leftLines(draft, lineOf, words) },
  ];
  return sections.filter(({ lines }) => lines.length > 0);
}

function doneLines(
  { kind, incident }: MailDraft,
  lines: readonly MailLine[],
  words: MailWords,
): readonly MailLine[] {
  if (lines.length > 0 || incident === null) return lines;
  return kind === "ended" ? [] : [plain(words.nothingWasDone)];
}

function leftLines(
  { kind, events, incident }: MailDraft,
  lineOf: (event: EventRecord) => MailLine,
  words: MailWords,
): readonly MailLine[] {
  if (incident === null) return [];
  if (kind === "ended") return [plain(words.nothingIsLeft)];
  const asked = events.filter(({ id }) => isEventId(id) && CATALOGUE[id].needsPerson);
  const newest = new Map(asked.map((event) => [event.id, event]));
  if (newest.size > 0) return [...newest.values()].map(lineOf);
  if (incident.failing.length === 0) return [plain(words.isRecovered)];
  return [plain(events.some(({ id }) => STEPS.has(id)) ? words.recoveryGoesOn : words.noStepYet)];
}

function plain(text: string): MailLine {
  return { time: "", text };
}

function isDeed({ id }: EventRecord): boolean {
  if (!isEventId(id)) return false;
  // What asks for a person is no deed, whoever tells it.
  return DEEDS.has(CATALOGUE[id].module) && !CATALOGUE[id].needsPerson;
}

function severityOf({ id }: EventRecord): Severity {
  return isEventId(id) ? CATALOGUE[id].severity : "notice";
}

function worstOf(events: readonly EventRecord[]): Severity {
  const known = events.map(severityOf);
  const order: readonly Severity[] = ["critical", "error", "warning", "notice"];
  return order.find((one) => known.includes(one)) ?? "info";
}

/** A subject tells one thing. */
function firstSentence(text: string): string {
  const [first = text] = text.split(/(?<=[。！])|(?<=[.!])\s/);
  return first.replace(/[.。]$/, "");
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** On the clock of this server. */
function timeOfDay(wall: number): string {
  const date = new Date(wall);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
}

function dateAndTime(wall: number): string {
  const date = new Date(wall);
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  const offset = -date.getTimezoneOffset();
  const sign = offset < 0 ? "-" : "+";
  const size = Math.abs(offset);
  const zone = `UTC${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  return `${day} ${timeOfDay(wall)} (${zone})`;
}
