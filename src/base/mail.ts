import type { Millis } from "./duration.ts";

/** How a connection to a mail server is protected. */
export type MailSecurity = "none" | "starttls" | "tls";

/** Where a password is found; it is read by who needs it, when it is needed, and kept nowhere. */
export type MailPassword = { readonly file: string } | { readonly env: string };

export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly security: MailSecurity;
  /** False: any certificate will do. */
  readonly isVerified: boolean;
  /** File of the authorities that are trusted; null = those that this server trusts. */
  readonly ca: string | null;
  readonly login: { readonly user: string; readonly password: MailPassword } | null;
  /** No answer for so long is a failure; the whole delivery may take four times as long. */
  readonly timeoutMs: Millis;
}

/** How a mail leaves this server. */
export interface MailSettings {
  /** Null: `solosafe@` and the full name of this server. */
  readonly from: string | null;
  readonly to: readonly string[];
  /** Tried in this order. */
  readonly servers: readonly MailServer[];
  /** A mail that no server takes is given up after so long. */
  readonly keepTryingMs: Millis;
}

export const MAIL_VERSION = 1;
/** Below the folder of sockets: how a mail leaves this server; see `PreparedMail`. */
export const MAIL_PREPARED = "mail.json";
/** Below the folder of state, and for what that does not take below the one of sockets. */
export const MAIL_FOLDER = "mail";

/** A text that is ready to be sent, without the addresses. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What the sender needs, written by the agent whenever the configuration is applied. */
export interface PreparedMail {
  readonly v: typeof MAIL_VERSION;
  /** Of the durable queue. */
  readonly folder: string;
  readonly settings: MailSettings;
  /** What is sent when the agent is lost: then nobody is left to write it. */
  readonly lost: MailText;
}

/** Of two mails for which there is no room the less urgent one is dropped. */
export type MailUrgency = "information" | "alert" | "critical";

/** One mail that waits: a file of the queue, named by `id`. */
export interface QueuedMail extends MailText {
  readonly v: typeof MAIL_VERSION;
  readonly id: string;
  readonly urgency: MailUrgency;
  readonly createdWall: Millis;
  /** With angle brackets; the same at each try, so that a repeat is recognised. */
  readonly messageId: string;
  /** The first mail of its thread; null = it is that itself. */
  readonly thread: string | null;
  /** Those who have not got it yet. */
  readonly to: readonly string[];
  /** Tried once only: a person waits for what becomes of it. */
  readonly isTest: boolean;
  readonly tries: number;
  /** Not tried before. */
  readonly nextWall: Millis;
}

/** What one server did with one mail. */
export interface MailAttempt {
  /** `host:port`. */
  readonly server: string;
  /** Those for whom it took the mail. */
  readonly taken: readonly string[];
  readonly faults: readonly MailFault[];
}

export interface MailFault {
  /** How far it came. */
  readonly step: "password" | "connect" | "tls" | "login" | "from" | "recipient" | "message";
  /** The one recipient that it is about; null = all. */
  readonly to: string | null;
  /** The same would be answered again: another try makes no sense. */
  readonly isFinal: boolean;
  readonly why: string;
  /** What a person can do, as a sentence; null = wait. */
  readonly hint: string | null;
}

/** What became of a mail in one try: a file beside it, read and removed by the agent. */
export interface MailOutcome {
  readonly v: typeof MAIL_VERSION;
  readonly id: string;
  readonly subject: string;
  readonly tries: number;
  readonly attempts: readonly MailAttempt[];
  /** Refused for good, or given up because it is too old. */
  readonly refused: readonly string[];
  /** They still wait. */
  readonly waiting: readonly string[];
}

/** A mail's id is also part of a file's name. */
export const MAIL_ID = /^[a-z0-9][a-z0-9.-]{0,99}$/;

/** Null when the text is not one, or of another version. */
export function parseMailFile<File extends { readonly v: typeof MAIL_VERSION }>(
  text: string,
): File | null {
  try {
    const file: File | null = JSON.parse(text);
    return file?.v === MAIL_VERSION ? file : null;
  } catch {
    return null;
  }
}
