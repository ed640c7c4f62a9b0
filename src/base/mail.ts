import type { Millis } from "./duration.ts";
import type { Queued } from "./post.ts";
import type { SecretPlace } from "./secret-place.ts";

/** How a connection to a mail server is protected. */
export type MailSecurity = "none" | "starttls" | "tls";

export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly security: MailSecurity;
  /** False: any certificate will do. */
  readonly isVerified: boolean;
  /** File of the authorities that are trusted; null = those that this server trusts. */
  readonly ca: string | null;
  readonly login: { readonly user: string; readonly password: SecretPlace } | null;
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

/** The queue of mails: its folder below the one of state, and below the one of sockets. */
export const MAIL_QUEUE = "mail";

/** A text that is ready to be sent, without the addresses. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What the sender needs, written by the agent whenever the configuration is applied. */
export interface PreparedMail {
  readonly settings: MailSettings;
  /** What is sent when the agent is lost: then nobody is left to write it. */
  readonly lost: MailText;
}

/** One mail that waits. */
export interface QueuedMail extends Queued, MailText {
  /** With angle brackets; the same at each try, so that a repeat is recognised. */
  readonly messageId: string;
  /** The first mail of its thread; null = it is that itself. */
  readonly thread: string | null;
}
