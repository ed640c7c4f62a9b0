import type { Millis } from "./duration.ts";

interface UploadLimits {
  /** As it was written, for people. */
  readonly to: string;
  /** A transfer that takes longer is given up. */
  readonly timeoutMs: Millis;
}

/** A web server that takes files. */
export interface HttpsUpload extends UploadLimits {
  readonly by: "https";
  readonly method: "PUT" | "POST";
  readonly tokenFile: string | null;
  /** File of the authorities that are trusted; null = those that this server trusts. */
  readonly ca: string | null;
}

/** A host that takes files over SSH. */
export interface SftpUpload extends UploadLimits {
  readonly by: "sftp";
  readonly host: string;
  /** Null: 22, or what ssh_config(5) says. */
  readonly port: number | null;
  /** Null: the account that sends. */
  readonly user: string | null;
  /** Where the file goes, with a `/` at its end; empty = the folder after the login. */
  readonly folder: string;
  /** Null: the keys of the account that sends. */
  readonly key: string | null;
  readonly knownHosts: string | null;
}

export type Upload = HttpsUpload | SftpUpload;

/** A file that is sent. */
export interface Uploading {
  readonly path: string;
  /** What it is to be called there. */
  readonly name: string;
  readonly bytes: number;
  /** Called with what was handed over so far; not by every way of sending. */
  readonly onProgress: (bytes: number) => void;
  readonly signal: AbortSignal;
}
