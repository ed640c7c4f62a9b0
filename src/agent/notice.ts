import type { EventRecord } from "../api/answers.ts";
import type { Notice } from "../base/destination.ts";
import type { Language } from "../base/language.ts";
import type { Urgency } from "../base/post.ts";
import type { Severity } from "../base/severity.ts";
import { toAlert } from "../events/alert.ts";
import { CATALOGUE, isEventId } from "../events/catalogue.ts";
import { DESTINATION_WORDS, type DestinationWords } from "../events/destination-words.ts";
import { loadMailWords, type MailWords } from "../events/mail-words.ts";
import { loadSpeech, type Speech } from "../events/speech.ts";
import { safeLine } from "../notifiers/safe-text.ts";

const MESSAGE_MOST = 2000;
const FIELD_MOST = 500;
const FIELDS_MOST = 40;

/** What every notice of this server is written with. */
export interface NoticeSource {
  readonly speech: Speech;
  readonly words: DestinationWords;
  readonly lost: MailWords["lost"];
  /** The server's own name. */
  readonly server: string;
  readonly title: string;
}

export async function loadNoticeSource(
  language: Language,
  title: string,
  server: string,
): Promise<NoticeSource> {
  const [speech, { lost }] = await Promise.all([loadSpeech(language), loadMailWords(language)]);
  return { speech, words: DESTINATION_WORDS[language], lost, server, title };
}

/** An event as destinations are told of it: whatever it contains is safe to show, and cut. */
export function noticeOf(record: EventRecord, open: number, source: NoticeSource): Notice {
  const { seq, receivedWall, message, ...alert } = toAlert(record, source.server, source.speech);
  const fields = Object.entries(record.fields)
    .slice(0, FIELDS_MOST)
    .map(([name, value]) => [
      name,
      typeof value === "string" ? safeLine(value, FIELD_MOST) : value,
    ]);
  return {
    ...alert,
    number: seq,
    wall: receivedWall,
    title: source.title,
    message: safeLine(message, MESSAGE_MOST),
    whatToDo: isEventId(record.id) ? CATALOGUE[record.id].whatToDo : "Nothing.",
    fields: Object.fromEntries(fields),
    openIncidents: open,
    more: 0,
    isTest: false,
  };
}

/** What was too much, as one: it looks like the worst of it. */
export function foldedNotice(worst: Notice, count: number, { words }: NoticeSource): Notice {
  const message = safeLine(words.more(count, worst.message), MESSAGE_MOST);
  return { ...worst, message, more: count };
}

/** By which a person sees that a destination is reached. */
export function testNotice(wall: number, source: NoticeSource): Notice {
  return own(source, {
    id: "test",
    severity: "info",
    message: source.words.test,
    wall,
    isTest: true,
  });
}

/** What is sent when the agent cannot say it itself any more; the sender knows when. */
export function lostNotice(source: NoticeSource): Notice {
  const { summary, text, left } = source.lost;
  const message = `${summary}. ${text} ${left}`;
  return own(source, { id: "agent-lost", severity: "critical", message, wall: 0, isTest: false });
}

type Own = Pick<Notice, "id" | "severity" | "message" | "wall" | "isTest">;

function own({ server, title }: NoticeSource, given: Own): Notice {
  return {
    ...given,
    number: 0,
    server,
    title,
    module: "agent",
    whatToDo: "Nothing.",
    incident: null,
    fields: {},
    openIncidents: 0,
    more: 0,
  };
}

const URGENCIES: Readonly<Record<Severity, Urgency>> = {
  info: "information",
  notice: "information",
  warning: "alert",
  error: "alert",
  critical: "critical",
};

export function urgencyOf({ severity }: Notice): Urgency {
  return URGENCIES[severity];
}
