import type { Millis } from "./duration.ts";

export const POST_VERSION = 1;

/** Of two things for which there is no room the less urgent one is dropped. */
export type Urgency = "information" | "alert" | "critical";

/** What waits to be sent: a file of a queue, named by `id`. */
export interface Queued {
  readonly v: typeof POST_VERSION;
  readonly id: string;
  /** What people know it by. */
  readonly subject: string;
  readonly urgency: Urgency;
  readonly createdWall: Millis;
  /** Those who have not got it yet. */
  readonly to: readonly string[];
  /** Tried once only: a person waits for what becomes of it. */
  readonly isTest: boolean;
  readonly tries: number;
  /** Not tried before. */
  readonly nextWall: Millis;
}

/** What one server did with one of them. */
export interface Attempt {
  /** `host:port`, or what else it is known by. */
  readonly server: string;
  /** Those for whom it took it. */
  readonly taken: readonly string[];
  readonly faults: readonly SendFault[];
  /** It wants to be left alone for so long. */
  readonly retryAfterMs?: Millis;
}

export interface SendFault {
  /** How far it came. */
  readonly step:
    | "password"
    | "connect"
    | "tls"
    | "login"
    | "from"
    | "recipient"
    | "program"
    | "message";
  /** The one recipient that it is about; null = all. */
  readonly to: string | null;
  /** The same would be answered again: another try makes no sense. */
  readonly isFinal: boolean;
  readonly why: string;
  /** What a person can do, as a sentence; null = wait. */
  readonly hint: string | null;
}

/** What became of something in one try: a file beside it, read and removed by the agent. */
export interface Outcome {
  readonly v: typeof POST_VERSION;
  readonly id: string;
  readonly subject: string;
  readonly tries: number;
  readonly attempts: readonly Attempt[];
  /** Refused for good, or given up because it is too old. */
  readonly refused: readonly string[];
  /** They still wait. */
  readonly waiting: readonly string[];
}

/** An id is also part of a file's name. */
export const QUEUED_ID = /^[a-z0-9][a-z0-9.-]{0,99}$/;

/** The folder of a queue, below that of state and that of sockets: `mail`, `destinations/chat`. */
export const QUEUE_NAME = /^(?:mail|destinations\/[a-z0-9][a-z0-9-]{0,62})$/;

/** Of a queue, below the folder of sockets: `mail.json`; what its sender needs, written by the agent. */
export const PREPARED_SUFFIX = ".json";

/** What a sender finds ready. */
export type Prepared<Ready extends object> = Ready & {
  readonly v: typeof POST_VERSION;
  /** Of the durable queue. */
  readonly folder: string;
};

/** Null when the text is not one, or of another version. */
export function parsePostFile<File extends { readonly v: typeof POST_VERSION }>(
  text: string,
): File | null {
  try {
    const file: File | null = JSON.parse(text);
    return file?.v === POST_VERSION ? file : null;
  } catch {
    return null;
  }
}
