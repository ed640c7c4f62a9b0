import type { Millis } from "../base/duration.ts";
import type { Result } from "../base/result.ts";
import type { Soon } from "../base/soon.ts";

/** What of something is in use, and how much there is, in the same unit. */
export interface Used {
  readonly used: number;
  readonly most: number;
}

/** What programs may have to wait for. */
export const PRESSURES = ["cpu", "memory", "io"] as const;
export type Pressure = (typeof PRESSURES)[number];

/** Percent of the last 10 s. */
export interface PressureFacts {
  /** In which at least one task waited. */
  readonly some: number;
  /** In which all tasks waited at once; null where the kernel does not say. */
  readonly full: number | null;
}

/** The server at one instant; null: this part cannot be read here. */
export interface ResourceSample {
  /** `CLOCK_MONOTONIC`. */
  readonly at: Millis;
  /** Time of all processors since the boot, in ticks. */
  readonly cpu: Used | null;
  readonly processors: number;
  /** Tasks that ran or waited for a disk, on average of the last minute. */
  readonly load: number | null;
  readonly memory: Used | null;
  /** `most` 0: there is no swap. */
  readonly swap: Used | null;
  readonly pressure: Readonly<Record<Pressure, PressureFacts | null>>;
  /** Open files of all programs. */
  readonly files: Used | null;
  /** Process numbers; every thread needs one. Against `pid_max` or a nearer limit of a cgroup. */
  readonly processes: Used | null;
  readonly threads: Used | null;
}

/** The space of one mounted file system. */
export type MountSpace =
  | {
      readonly kind: "space";
      readonly mountPoint: string;
      /** Bytes; `most` without what only root may use. */
      readonly space: Used;
      /** `most` 0: this file system has no fixed number. */
      readonly inodes: Used;
    }
  /** A call that was made so long ago has not come back. */
  | { readonly kind: "hangs"; readonly mountPoint: string; readonly sinceMs: Millis }
  | { readonly kind: "unread"; readonly mountPoint: string; readonly why: string };

/** What the server has and uses up. */
export interface ResourcesHost {
  /** Null when /proc cannot be read. */
  sampleResources(): Soon<ResourceSample | null>;
  /**
   * The space of these mounts, or of all local file systems that can be written to, as it was within
   * the last second. Takes at most `deadlineMs`, whatever hangs.
   */
  mountSpaces(
    mounts: readonly string[] | "all-local",
    deadlineMs: Millis,
  ): Soon<Result<readonly MountSpace[]>>;
}
