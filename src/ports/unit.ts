import type { Millis } from "../base/duration.ts";
import type { Result } from "../base/result.ts";

/** What systemd says about a unit, in its own words (systemctl(1), org.freedesktop.systemd1(5)). */
export interface UnitFacts {
  /** As it was asked for; an alias may stand for another unit. */
  readonly name: string;
  /** Its first name. */
  readonly id: string;
  /** `loaded`, `not-found`, `masked`, `bad-setting`, `error`. */
  readonly load: string;
  /** `active`, `reloading`, `inactive`, `failed`, `activating`, `deactivating`, … */
  readonly active: string;
  /** `running`, `exited`, `dead`, `auto-restart`, … */
  readonly sub: string;
  /** `success`, or why it failed: `exit-code`, `signal`, `timeout`, `start-limit-hit`, … */
  readonly result: string;
  /** How its main process ended, for people; null while it runs, or when nobody knows. */
  readonly mainEnd: string | null;
  /** How often systemd restarted it by itself since somebody last started or cleared it. */
  readonly restarts: number;
  /** Number of a start or stop that systemd is busy with; 0 = none. */
  readonly job: number;
  /** How long it has been in this state; null when nobody knows. */
  readonly stateForMs: Millis | null;
  readonly mainPid: number;
  /**
   * How it came to be down. By itself: its main process ended before systemd began to stop it, or its
   * last start failed; null = it was not active in this boot, or systemd has forgotten it since.
   */
  readonly lastEnd: "stopped" | "by-itself" | null;
  /** It is down because of a job that was not ours: somebody stopped it on purpose. */
  readonly isStoppedByJob: boolean;
}

/** The part of `Host` that reaches systemd. */
export interface UnitHost {
  /** The unit as it is now; a fault when systemd cannot be asked, with what to do in its hint. */
  unit(name: string, signal: AbortSignal): Promise<Result<UnitFacts>>;
}
