import type { MailOutcome, PreparedMail, QueuedMail } from "../base/mail.ts";
import type { Result } from "../base/result.ts";

export interface MailFolderContent {
  readonly mails: readonly QueuedMail[];
  readonly outcomes: readonly MailOutcome[];
}

/** One folder of the queue; each of these may wait for the disk, and rejects on a fault. */
export interface MailFolder {
  /** Everything in it; what cannot be understood is set aside. */
  read(): Promise<MailFolderContent>;
  /** Replaces the mail of this id. */
  put(mail: QueuedMail, isDurable: boolean): Promise<void>;
  report(outcome: MailOutcome): Promise<void>;
  remove(id: string): Promise<void>;
  /** Removes the outcome of a mail. */
  forget(id: string): Promise<void>;
}

/** What the agent needs of this server to send mail. */
export interface MailPost {
  /** The queue: in memory, and on the disk, where it outlives the boot. */
  readonly inMemory: MailFolder;
  readonly durable: MailFolder;
  /** Lays ready what the sender needs; null takes it away. */
  prepare(prepared: Omit<PreparedMail, "v" | "folder"> | null): Promise<void>;
  /** Has the sender started; `onEnd` when it has ended. */
  send(onEnd: () => void): Promise<Result<null>>;
  /** Name of this server, without asking anybody. */
  readonly hostName: string;
}
