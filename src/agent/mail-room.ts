import type { MailUrgency, QueuedMail } from "../base/mail.ts";

/** So many mails may wait, and so many bytes. */
export const MAILS_MOST = 200;
export const MAIL_BYTES_MOST = 8 * 1024 * 1024;

/** What is known of a mail that waits. */
export interface Waiting {
  readonly id: string;
  readonly subject: string;
  readonly urgency: MailUrgency;
  readonly createdWall: number;
  readonly bytes: number;
}

const ORDER: readonly MailUrgency[] = ["information", "alert", "critical"];

export function waitingOf(mail: QueuedMail): Waiting {
  const { id, urgency, createdWall, text, html, subject } = mail;
  return { id, subject, urgency, createdWall, bytes: text.length + html.length + subject.length };
}

/** Which have to go so that the rest fits: what only informs first, of the same kind the oldest. */
export function tooMany(waiting: readonly Waiting[]): readonly Waiting[] {
  const byWorth = waiting.toSorted(
    (one, other) =>
      ORDER.indexOf(one.urgency) - ORDER.indexOf(other.urgency) ||
      one.createdWall - other.createdWall,
  );
  let count = waiting.length;
  let bytes = waiting.reduce((sum, one) => sum + one.bytes, 0);
  const dropped: Waiting[] = [];
  for (const one of byWorth) {
    if (count <= MAILS_MOST && bytes <= MAIL_BYTES_MOST) break;
    dropped.push(one);
    count -= 1;
    bytes -= one.bytes;
  }
  return dropped;
}
