import type { Millis } from "../base/duration.ts";
import type { MailText, QueuedMail } from "../base/mail.ts";
import { POST_VERSION } from "../base/post.ts";
import type { MailedIncident } from "./mail-state.ts";

export interface LetterFacts {
  readonly id: string;
  /** Of this server; the second half of every id that other servers see. */
  readonly hostName: string;
  readonly wall: Millis;
  /** Null: it is about none. */
  readonly incident: MailedIncident | null;
  readonly to: readonly string[];
}

/** A mail as it is queued. All mails of an incident are one thread: they name the first one. */
export function letterOf(
  text: MailText,
  { id, hostName, wall, incident, to }: LetterFacts,
): QueuedMail {
  const root =
    incident === null
      ? null
      : `<incident-${incident.id}-${incident.openedWall.toString(36)}@${hostName}>`;
  const isFirst = incident === null || incident.mails === 0;
  return {
    v: POST_VERSION,
    id,
    ...text,
    urgency: "alert",
    createdWall: wall,
    messageId: isFirst && root !== null ? root : `<${id}@${hostName}>`,
    thread: isFirst ? null : root,
    to,
    isTest: false,
    tries: 0,
    nextWall: wall,
  };
}
