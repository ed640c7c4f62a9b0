import type { Millis } from "../base/duration.ts";

/** What one probe of a disk is to do. */
export interface DiskProbe {
  /** `write`: a file below a folder; `read`: a block device or a file; `tur`: a SCSI device. */
  readonly method: "write" | "read" | "tur";
  readonly path: string;
  readonly sizeBytes: number;
  /** Tells the probe file of this monitor from others in the same folder. */
  readonly name: string;
  /** `yes`: the path itself must be a mount point; `no`: whatever lies there is meant. */
  readonly mount: "auto" | "yes" | "no";
  /** Mount point the path lay on at the last probe; null: not known. */
  readonly seenMountPoint: string | null;
  /** Block device, `server:/export` or `UUID=…` that must be mounted there; null: any. */
  readonly device: string | null;
  /** The probe is given up after this. */
  readonly timeoutMs: Millis;
}

/** What a probe does at the moment, in this order; any of them may hang. */
export type DiskStep = "open" | "create" | "write" | "fsync" | "read" | "remove" | "ask";

/** The mount a probe really worked on, by the kernel's own word. */
export interface MountFacts {
  readonly mountPoint: string;
  /** `/dev/sdb1`, `server:/export`, `tmpfs`, … */
  readonly source: string;
  readonly fileSystem: string;
  readonly isReadOnly: boolean;
  /** Behind a network or a multipath device to which a symbolic link leads: no text could tell. */
  readonly isUnforeseen: boolean;
}

/** How a probe ended. A hung probe has no end. */
export type DiskEnd =
  /** `isBypassed`: what was read did not come from the page cache. */
  | { readonly kind: "ok"; readonly isBypassed: boolean; readonly mount: MountFacts | null }
  /** `code` is the kernel's name for the error, `words` its sentence. */
  | {
      readonly kind: "error";
      readonly step: DiskStep;
      readonly code: string;
      readonly words: string;
      readonly mount: MountFacts | null;
      /** Only when there is no space: whether file entries ran out, not blocks. */
      readonly hasNoInodes?: boolean;
    }
  /** Other data came back than what was written, first at this byte. */
  | { readonly kind: "changed"; readonly at: number; readonly mount: MountFacts | null }
  /** Nothing is mounted there; `on` is the mount the path lies on instead. */
  | { readonly kind: "notMounted"; readonly mountPoint: string; readonly on: MountFacts | null }
  /** Something else is mounted there than the configured device; `isThere`: which this server has. */
  | { readonly kind: "otherDevice"; readonly isThere: boolean; readonly mount: MountFacts }
  /** Something that is not ours has the name of the probe file: `a symbolic link`. */
  | { readonly kind: "inTheWay"; readonly file: string; readonly what: string }
  /** A SCSI device answered that it is not ready. */
  | { readonly kind: "notReady"; readonly answer: string }
  /** It cannot be probed like this; `reason` says why and what to do. */
  | { readonly kind: "cannot"; readonly reason: string }
  /** There is no worker to do it. `isOnWatched`: because what is watched holds the program. */
  | { readonly kind: "noWorker"; readonly reason: string; readonly isOnWatched: boolean };

/** Disks, probed in a process of its own that may hang. */
export interface DiskHost {
  /**
   * Probes once. At the signal its worker is killed; it settles when the kernel has let go of it, so
   * never while the probe hangs where nothing can end it. A probe of a path that is being probed
   * joins that one. `onStep` is told what takes longer than a second.
   */
  probeDisk(
    probe: DiskProbe,
    signal: AbortSignal,
    onStep?: (step: DiskStep) => void,
  ): Promise<DiskEnd>;
}
