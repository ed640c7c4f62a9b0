import type { Result } from "../base/result.ts";

/** What the store does to a disk; a test puts a faulty one in its place. */
export interface StateFiles {
  /** Replaces `name` as a whole: written beside it, made durable if asked, renamed. Rejects on a fault. */
  replace(name: string, text: string, isDurable: boolean): Promise<void>;
  /** Null when there is none. For the agent's start only: it may wait for the disk. */
  readAtStart(name: string, maxBytes: number): Result<string | null>;
  /** Keeps a file that cannot be used; the new name, or null when that failed too. */
  keepAside(name: string, mark: string): string | null;
}

/** What history does to a disk; a test puts a faulty one in its place. */
export interface HistoryFiles {
  /** Names of segments, oldest first. For the agent's start only. */
  listAtStart(): readonly string[];
  /** For the agent's start only. */
  readAtStart(name: string): string;
  append(name: string, text: string): Promise<void>;
  read(name: string): Promise<string>;
  remove(name: string): Promise<void>;
}
