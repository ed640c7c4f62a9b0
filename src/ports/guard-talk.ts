import type { GuardMessage } from "../base/guard-message.ts";
import type { GuardReport } from "../base/guard-report.ts";

/** What the agent says to the guard, and hears of it. Files in memory: neither waits. */
export interface GuardTalk {
  /** Null when the guard will find it; else why it was dropped. */
  send(message: GuardMessage): string | null;
  /** What the guard said last, however long ago; null when it never did. */
  report(): GuardReport | null;
  close(): void;
}
