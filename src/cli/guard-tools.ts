import type { Millis } from "../base/duration.ts";
import type { GuardMessage } from "../base/guard-message.ts";
import { GUARD_REPORT_EVERY, type GuardReport } from "../base/guard-report.ts";
import type { WatchdogFacts } from "../base/watchdog-facts.ts";

/** A kernel watchdog, and who has it open (`systemd (pid 1)`); null: nobody, or only root may see. */
export interface HeldWatchdog extends WatchdogFacts {
  readonly holder: string | null;
}

/** The guard as a person at this server reaches it. */
export interface GuardTalk {
  readonly isRoot: boolean;
  /** Monotonic, the clock of the guard's report. */
  now(): Millis;
  /** Null: there is no guard. */
  report(): GuardReport | null;
  /** Null when it was written; else why not. */
  tell(message: GuardMessage): string | null;
}

/** What the command line needs of kernel watchdogs and of the guard; loaded when it is needed. */
export interface GuardTools {
  /** The best first. Opens no device. */
  listWatchdogs(): Promise<readonly HeldWatchdog[]>;
  /** `run`: the folder in which the guard listens. */
  askGuard(run: string): Promise<GuardTalk>;
}

/** A report older than this is that of a guard which is gone or hangs. */
const STALE: Millis = 3 * GUARD_REPORT_EVERY;

/** What the guard says of itself now; null: there is none, or it is gone or hangs. */
export function heardReport(talk: GuardTalk): GuardReport | null {
  const report = talk.report();
  return report === null || talk.now() - report.at > STALE ? null : report;
}
