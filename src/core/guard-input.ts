import type { Millis } from "../base/duration.ts";
import type {
  GuardDevice,
  GuardMessage,
  GuardSettings,
  Sender,
  StallAction,
} from "../base/guard-message.ts";

/**
 * What it is told, and what its own shell notices. Everything carries the time of
 * `CLOCK_MONOTONIC`: starts at the boot, never jumps.
 */
export type GuardInput = { readonly at: Millis } & (
  | GuardMessage
  | { readonly is: "tick" }
  /** What an agent told last, in this boot or one before; of no use when one has spoken meanwhile. */
  | { readonly is: "kept-settings"; readonly settings: GuardSettings }
  /** Somebody asks the guard itself to leave: `isShutdown` when PID 1 has become systemd-shutdown(8). */
  | { readonly is: "leave"; readonly isShutdown: boolean }
  /** A crash kernel is loaded, or not any more: it needs time to write what it found. */
  | { readonly is: "crash-kernel"; readonly isLoaded: boolean }
  /** The pid of the newest process or thread; looked at while nobody has proved since the boot. */
  | { readonly is: "newest"; readonly pid: number }
  /** What became of opening the device, at the start or later; or that it took no feeding any more. */
  | { readonly is: "device"; readonly device: GuardDevice | null; readonly fault: string | null }
);

/** What the guard's shell is to do, in this order, at once. Nothing here waits for a disk. */
export type GuardAct =
  /**
   * Opens the device, or sets the open one; answered by the input `device`. A panic ends in a reboot
   * from now on.
   */
  | {
      readonly type: "arm";
      readonly timeoutMs: Millis;
      readonly onStall: StallAction;
      /** A path, or `auto` for the best. */
      readonly device: string;
    }
  | { readonly type: "feed" }
  /** Another timeout for the open device, as near as it accepts. */
  | { readonly type: "setTimeout"; readonly timeoutMs: Millis }
  /** Magic close: the device stops counting. What a panic does is put back. */
  | { readonly type: "disarm" }
  /** The prepared datagram is sent. */
  | { readonly type: "lastGasp"; readonly text: string }
  /** SIGRTMIN+5 or +4 to PID 1. */
  | { readonly type: "askInit"; readonly kind: "reboot" | "poweroff" }
  /** A letter for /proc/sysrq-trigger: sync, remount read-only, boot, off, crash. */
  | { readonly type: "sysrq"; readonly key: "s" | "u" | "b" | "o" | "c" }
  /** Kills exactly this process; its stack goes to the kernel log before. systemd starts it again. */
  | { readonly type: "kill"; readonly who: "agent" | "prover"; readonly process: Sender }
  /** A line for /dev/kmsg, which outlives the disk; at most 200 bytes are kept. */
  | { readonly type: "note"; readonly level: "warning" | "emergency"; readonly text: string }
  /** The guard's own process ends. */
  | { readonly type: "exit" };

/** Where the guard stands; shown to people, and told to the agent. */
export type GuardPhase =
  /** Not armed yet: it waits until the boot is charged in the record. */
  | "waiting"
  /** Fed as long as proofs arrive. */
  | "guarding"
  /** No device could be opened, so the last resort is sysrq; or nobody brings proofs. */
  | "uncovered"
  /** Somebody ends this boot in order: fed without proofs, up to its limit. */
  | "shutdown"
  /** An order is being carried out. */
  | "ordered"
  /** A stall: it is being ended, or slowed because the limit is reached. */
  | "stalled"
  /** Observe mode, a container, or switched off at the boot: nothing is armed, nothing is done. */
  | "idle";
