import type { Millis } from "../base/duration.ts";
import type {
  GuardDevice,
  GuardOrder,
  GuardRecord,
  GuardSettings,
  ProofTimes,
  Sender,
  StallAction,
} from "../base/guard-message.ts";

/** Everything carries the time of `CLOCK_MONOTONIC`: starts at the boot, never jumps. */
export type GuardInput = { readonly at: Millis } & (
  | { readonly type: "tick" }
  | { readonly type: "proof"; readonly by: Sender; readonly times: ProofTimes }
  /** A proof could not be brought: why, in one sentence ("fork: resource temporarily unavailable"). */
  | { readonly type: "noProof"; readonly by: Sender; readonly why: string }
  | { readonly type: "beat"; readonly by: Sender }
  | { readonly type: "settings"; readonly settings: GuardSettings }
  | { readonly type: "record"; readonly record: GuardRecord }
  | { readonly type: "order"; readonly order: GuardOrder }
  /** The agent has stopped the groups: systemd is asked now. */
  | { readonly type: "groupsStopped"; readonly id: string }
  /** An order whose cause is gone before anything irreversible was done, or that was not saved. */
  | { readonly type: "withdraw"; readonly id: string }
  /** It was asked to leave and does so in order: its silence is no stall and no loss. */
  | { readonly type: "leaving"; readonly who: "agent" | "prover"; readonly by: Sender }
  /** A person wants to see the watchdog reset the server: it is never fed again. */
  | { readonly type: "test"; readonly id: string }
  /** systemd shuts the server down, or leads it into rescue mode; or it gave that up. */
  | { readonly type: "shutdown"; readonly isOn: boolean; readonly isRescue: boolean }
  /** Somebody asks the guard itself to leave: `isShutdown` when PID 1 has become systemd-shutdown(8). */
  | { readonly type: "leave"; readonly isShutdown: boolean }
  /** A crash kernel is loaded, or not any more: it needs time to write what it found. */
  | { readonly type: "crashKernel"; readonly isLoaded: boolean }
  /** What became of opening the device, at the start or later; or that it took no feeding any more. */
  | { readonly type: "device"; readonly device: GuardDevice | null; readonly fault: string | null }
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
