import type { Millis } from "../base/duration.ts";
import type { GuardMessage } from "../base/guard-message.ts";
import type { GuardReport } from "../base/guard-report.ts";
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
