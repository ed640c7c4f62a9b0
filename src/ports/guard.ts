import type { Millis } from "../base/duration.ts";
import type { GaspTarget, GuardDevice, Sender, StallAction } from "../base/guard-message.ts";
import type { Result } from "../base/result.ts";

/**
 * The kernel watchdog below the guard. Everything is synchronous and bounded: an ioctl, a write of
 * one byte. Constructed in `guard/main.ts` only.
 */
export interface Watchdog {
  /**
   * Opens the best device (hardware before software, the next one where it is taken), which arms it,
   * and sets its timeout as near as it accepts. `panic`: it shall panic a quarter of the timeout
   * before it resets, where it can. Asked again while it is open it only sets these.
   */
  arm(timeoutMs: Millis, onStall: StallAction): Result<GuardDevice>;
  /** Why it is not the best device, or not set as asked; null = nothing to say. */
  fault(): string | null;
  /** False when the write failed; the device goes on counting then. */
  feed(): boolean;
  /** What it is set to now; null when it could not be set. */
  setTimeout(timeoutMs: Millis): Millis | null;
  /** Magic close. False when the driver cannot stop: it counts on. */
  disarm(): boolean;
}

/** The last resort: what is opened at the start and needs no disk and no new program. */
export interface Power {
  /** One letter to /proc/sysrq-trigger. False when it could not be written. */
  sysrq(key: "s" | "u" | "b" | "o" | "c"): boolean;
  /** SIGRTMIN+5 (reboot) or SIGRTMIN+4 (poweroff) to PID 1, which is systemd. */
  askInit(kind: "reboot" | "poweroff"): boolean;
  /** Where its kernel stack stands goes to the kernel log, then KILL by pidfd, only if it is this process. */
  kill(process: Sender): boolean;
  /** A panic ends in a reboot after 10 s, where `kernel.panic` says that it hangs for ever. */
  preparePanic(): void;
  /** Puts back what `preparePanic` changed. */
  restorePanic(): void;
  /** A panic starts a crash kernel now, which needs time to keep the memory of this one. */
  hasCrashKernel(): boolean;
  /** One line for /dev/kmsg. */
  note(level: "warning" | "emergency", text: string): void;
  /** The prepared datagram; without a destination nothing. */
  lastGasp(text: string): void;
  /** Prepares the socket for it; what was prepared before is closed. False: it could not be. */
  setLastGasp(target: GaspTarget | null): boolean;
}
