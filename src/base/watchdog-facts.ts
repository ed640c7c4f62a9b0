import type { Millis } from "./duration.ts";

/** What sysfs says of a kernel watchdog (Documentation/ABI/testing/sysfs-class-watchdog). */
export interface WatchdogFacts {
  /** `/dev/watchdog0`. */
  readonly path: string;
  /** Its folder of attributes. */
  readonly folder: string;
  /** What the driver calls itself; empty where the kernel does not tell. */
  readonly identity: string;
  readonly isSoftware: boolean;
  readonly timeoutMs: Millis | null;
  /** The longest it accepts; null: no limit is known. */
  readonly timeoutMostMs: Millis | null;
  /** What is left before it resets the server; null where the driver cannot say. */
  readonly leftMs: Millis | null;
  /** Somebody has armed it. */
  readonly isActive: boolean;
  readonly isNowayout: boolean;
  /** It says that it reset the server before this boot (WDIOF_CARDRESET). */
  readonly hasReset: boolean;
  readonly pretimeoutMs: Millis | null;
  /** What happens at the pretimeout; null: it has none. */
  readonly governor: string | null;
  readonly governors: readonly string[];
}
