import type { Millis } from "./duration.ts";

/**
 * What is found in a boot of how the one before ended. Null everywhere: that witness is not there,
 * which says nothing about the end.
 */
export interface BootWitness {
  /** Release of the kernel that runs now. */
  readonly kernel: string;
  /** A watchdog device says that it reset the server. */
  readonly hasWatchdogStatus: boolean;
  /** The last words of a panic, and the file they lie in. */
  readonly panic: { readonly line: string; readonly path: string } | null;
  /** The memory of the kernel that crashed was written there (kdump). */
  readonly crashDump: string | null;
  /** What the guard last wrote into the kernel's log about an end that it brought about. */
  readonly guardWord: string | null;
  readonly journal: JournalEnd | null;
  /** The last of the login records before this boot: a shutdown, or a boot without one. */
  readonly loginRecord: { readonly isShutDown: boolean; readonly wall: Millis } | null;
}

/** How the journal of the boot before ends. */
export interface JournalEnd {
  /** Calendar time of its last line. */
  readonly lastWall: Millis;
  /** Its last word is that of a shutdown. */
  readonly isClosed: boolean;
  /** The line with which a shutdown began. */
  readonly shutdown: string | null;
  /** The line that says who asked for it. */
  readonly asked: string | null;
}
