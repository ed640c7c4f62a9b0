import { HOUR, MINUTE, type Millis } from "../base/duration.ts";
import {
  MAIL_VERSION,
  type MailAttempt,
  type MailOutcome,
  type MailServer,
  type MailSettings,
  type QueuedMail,
} from "../base/mail.ts";

/** Tries after which age alone decides; a clock that was set ahead makes nothing old. */
const TRIES_LEAST = 10;
const PAUSE_LEAST: Millis = MINUTE;
export const PAUSE_MOST: Millis = HOUR;

/** Offers the mail to one server, for these recipients. */
export type OfferTo = (server: MailServer, to: readonly string[]) => Promise<MailAttempt>;

export interface Round {
  readonly outcome: MailOutcome;
  /** What still waits; null = nobody any more. */
  readonly rest: QueuedMail | null;
}

/** A clock that was set back does not keep a mail for a year. */
export function isDue(mail: QueuedMail, wall: Millis): boolean {
  return mail.nextWall <= wall || mail.nextWall > wall + PAUSE_MOST;
}

/** 1 minute after the first try, twice as long after each further one, at most an hour. */
export function pauseAfter(tries: number): Millis {
  return Math.min(PAUSE_MOST, PAUSE_LEAST * 2 ** Math.min(tries - 1, 20));
}

/**
 * One try: each server in order, for those who have not got it yet. Only who is refused for good by
 * every server is given up; the others wait, until they are too old.
 */
export async function tryMail(
  mail: QueuedMail,
  { servers, keepTryingMs }: MailSettings,
  wall: Millis,
  offer: OfferTo,
): Promise<Round> {
  const attempts: MailAttempt[] = [];
  let left = mail.to;
  for (const server of servers) {
    if (left.length === 0) break;
    const attempt = await offer(server, left);
    attempts.push(attempt);
    left = left.filter((one) => !attempt.taken.includes(one));
  }
  const tries = mail.tries + 1;
  const isOld = wall - mail.createdWall >= keepTryingMs && tries >= TRIES_LEAST;
  const refused = left.filter((one) => mail.isTest || isOld || isRefused(one, attempts));
  const waiting = left.filter((one) => !refused.includes(one));
  const { id, subject } = mail;
  const outcome = { v: MAIL_VERSION, id, subject, tries, attempts, refused, waiting } as const;
  const nextWall = wall + pauseAfter(tries);
  return {
    outcome,
    rest: waiting.length === 0 ? null : { ...mail, to: waiting, tries, nextWall },
  };
}

function isRefused(recipient: string, attempts: readonly MailAttempt[]): boolean {
  return attempts.every(({ faults }) =>
    faults.some(({ to, isFinal }) => isFinal && (to === null || to === recipient)),
  );
}
