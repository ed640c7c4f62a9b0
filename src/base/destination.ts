import type { Millis } from "./duration.ts";
import type { Queued, SendFault } from "./post.ts";
import type { SecretPlace } from "./secret-place.ts";
import type { Severity } from "./severity.ts";

/** An event as a destination is told of it; all of its texts are safe to show, and cut. */
export interface Notice {
  /** The alert's number; 0 for a test, and for what no agent wrote down. */
  readonly number: number;
  /** Calendar time, milliseconds since 1970. */
  readonly wall: Millis;
  /** The server's own name. */
  readonly server: string;
  /** What people call the server; empty = its name. */
  readonly title: string;
  readonly module: string;
  /** The event: `monitor-failed`. */
  readonly id: string;
  readonly severity: Severity;
  /** In the language of the server. */
  readonly message: string;
  /** What a person can do; "Nothing." where nothing is to be done. In English. */
  readonly whatToDo: string;
  readonly incident: string | null;
  readonly fields: Readonly<Record<string, string | number | boolean | null>>;
  /** Incidents that are open after it. */
  readonly openIncidents: number;
  /** So many events after it were too much for this minute and are not told one by one. */
  readonly more: number;
  readonly isTest: boolean;
}

/** One notice that waits for its destination. */
export interface QueuedNotice extends Queued {
  readonly notice: Notice;
}

/** A request to a web server; any answer from 200 to 299 will do, if it says what it has to. */
export interface HttpDispatch {
  readonly kind: "http";
  readonly method: "GET" | "POST" | "PUT";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Signs the body with this key (HMAC-SHA-256). */
  readonly signWith: string | null;
  /** The answer has to begin so; null = it may say what it likes. */
  readonly answer: string | null;
  /** File of the authorities that are trusted; null = those that this server trusts. */
  readonly ca: string | null;
  /** False: any certificate will do. */
  readonly isVerified: boolean;
}

/** Bytes for somebody who listens; over `udp` and `unix` nobody says whether they arrived. */
export interface BytesDispatch {
  readonly kind: "bytes";
  readonly by: "udp" | "tcp" | "tls" | "unix";
  /** Name or address; with `unix` the path of a datagram socket. */
  readonly host: string;
  /** 0 with `unix`. */
  readonly port: number;
  readonly text: string;
  /** The answer has to begin so; null = none is waited for. */
  readonly answer: string | null;
  readonly ca: string | null;
  readonly isVerified: boolean;
}

/** An entry of systemd's journal. */
export interface JournalDispatch {
  readonly kind: "journal";
  readonly socket: string;
  /** Names in capitals, as systemd.journal-fields(7) has them. */
  readonly fields: readonly (readonly [string, string])[];
}

/** A program that takes the notice from its standard input; only exit code 0 is success. */
export interface ProgramDispatch {
  readonly kind: "program";
  readonly command: readonly [string, ...string[]];
  /** Null = root. */
  readonly user: string | null;
  readonly directory: string | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly input: string;
}

/** One value that a notification carries. */
export type SnmpVarbind =
  | { readonly oid: string; readonly type: "text"; readonly value: string }
  | { readonly oid: string; readonly type: "integer" | "unsigned"; readonly value: number }
  /** Calendar time, as DateAndTime of SNMPv2-TC. */
  | { readonly oid: string; readonly type: "time"; readonly value: Millis };

export interface SnmpUser {
  readonly user: string;
  readonly auth: { readonly protocol: string; readonly password: string } | null;
  readonly privacy: { readonly protocol: string; readonly password: string } | null;
  /** Under which we sign traps, in hexadecimal; the listener's own goes for an inform. */
  readonly engineId: string;
}

/** A notification over UDP; only an inform is confirmed. */
export interface SnmpDispatch {
  readonly kind: "snmp";
  readonly host: string;
  readonly port: number;
  readonly isInform: boolean;
  /** A community is SNMPv2c, a user SNMPv3. */
  readonly speaker: { readonly community: string } | SnmpUser;
  /** Name of the notification. */
  readonly notification: string;
  readonly varbinds: readonly SnmpVarbind[];
}

/** What goes out for one notice, in one of the ways that the sender knows. */
export type Dispatch =
  | HttpDispatch
  | BytesDispatch
  | JournalDispatch
  | ProgramDispatch
  | SnmpDispatch;

/** Where a sender remembers what must never go back: in memory for this boot, and on the disk. */
export interface SenderPlaces {
  readonly run: string;
  readonly state: string;
}

/** Null: it was taken. */
export type Delivered =
  | (Omit<SendFault, "to"> & {
      /** It wants to be left alone for so long. */
      readonly retryAfterMs?: Millis;
    })
  | null;

/** What a notice may be told with, besides itself. */
export interface DispatchContext {
  /** Calendar time of this try. */
  readonly wall: Millis;
  /** By the names that the destination gave them. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A destination as the sender needs it; written by the agent whenever a configuration is applied. */
export interface PreparedDestination {
  readonly name: string;
  readonly type: string;
  /** The keys of its type in force, as one writes them; the sender reads them again. */
  readonly params: Readonly<Record<string, unknown>>;
  /** No answer for so long is a failure. */
  readonly timeoutMs: Millis;
  /** What nobody takes is given up after so long. */
  readonly keepTryingMs: Millis;
  /** What is sent when the agent is lost; null = nothing. */
  readonly lost: Notice | null;
}

/** Secrets by the name under which `dispatch` gets them. */
export type SecretPlaces = Readonly<Record<string, SecretPlace>>;
