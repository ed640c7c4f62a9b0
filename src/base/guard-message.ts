import { asciiJson } from "./ascii-json.ts";
import type { Millis } from "./duration.ts";

/** What the guard does about a stall: end the boot with evidence, or for certain. */
export type StallAction = "panic" | "reset";

/** What the agent tells the guard about the configuration; sent at its start and at every change. */
export interface GuardSettings {
  /** `observe`: the watchdog is not armed and nothing is done. */
  readonly mode: "enforce" | "observe";
  /** So long without a proof is a stall; also the timeout of the device, as far as it accepts it. */
  readonly timeoutMs: Millis;
  /** What is done about a stall. */
  readonly stallAction: StallAction;
  /** The agent is silent for so long while proofs arrive: it is lost, and killed. */
  readonly agentTimeoutMs: Millis;
  /** What is done when the agent is lost for good. */
  readonly agentLost: "alert" | "reboot";
  /** Rungs before the kernel's share it (recovery.md 3). */
  readonly gracefulTimeoutMs: Millis;
  /** A shutdown that takes longer is ended by force. */
  readonly shutdownTimeoutMs: Millis;
  /** The device is set to it before a panic with a crash kernel loaded. */
  readonly dumpTimeoutMs: Millis;
  readonly rebootLimit: number;
  /** Where the last words go, as one datagram of syslog (RFC 5424); absent: nowhere. */
  readonly lastGasp?: GaspTarget | null;
  /** `/dev/watchdog1`; absent: the best there is. */
  readonly device?: string;
}

export interface GaspTarget {
  /** Already resolved: IPv4 or IPv6, without a zone. */
  readonly address: string;
  readonly port: number;
}

/** What the durable record of boots says (recovery.md 3), so that a stall is slowed, never looped. */
export interface GuardRecord {
  /** Server-level actions and unclean boots that count. */
  readonly counted: number;
  /** No copy could be read and written in this boot: only stalls are acted upon, at the slow rate. */
  readonly isLost: boolean;
  /** This boot is durably marked open: what ends it now is counted. The device is armed after that. */
  readonly isCharged: boolean;
}

/** Which process a line came from: named by its pid and start time, so that no other is killed. */
export interface Sender {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat, clock ticks since the boot. */
  readonly startTime: number;
}

/** How long each of the five proofs took; user space made progress in each of them. */
export interface ProofTimes {
  readonly loopMs: Millis;
  readonly memoryMs: Millis;
  readonly programMs: Millis;
  readonly fileMs: Millis;
  readonly threadMs: Millis;
}

export interface GuardOrder {
  readonly id: string;
  readonly kind: "reboot" | "poweroff" | "reset" | "panic";
  readonly reason: string;
  /** Of the server's monotonic clock: the kernel's rungs begin then, whatever the agent does. */
  readonly deadlineAt: Millis;
}

/** A kernel watchdog that is held open. */
export interface GuardDevice {
  /** `/dev/watchdog0`. */
  readonly path: string;
  /** What the driver calls itself. */
  readonly identity: string;
  readonly isSoftware: boolean;
  /** What it is set to, after the driver rounded it. */
  readonly timeoutMs: Millis;
  /** The pretimeout governor `panic` is in force: it panics before it resets. */
  readonly hasPanicPretimeout: boolean;
  /** It cannot be closed safely (CONFIG_WATCHDOG_NOWAYOUT or module option). */
  readonly isNowayout: boolean;
}

/** The FIFO and the report lie in the folder of sockets; the FIFO is written by root only. */
export const GUARD_FIFO = "guard.fifo";
export const GUARD_REPORT = "guard.report";
/** In the folder of state: the last settings that the agent told, for a guard that starts before it. */
export const GUARD_SETTINGS = "guard-settings.json";
/** A line that is longer could be torn: a pipe takes so many bytes at once or none (pipe(7)). */
export const GUARD_LINE_MAX = 4096;
export const GUARD_LINE_VERSION = 1;
/** The agent is heard so often, and the prover. */
export const BEAT_EVERY: Millis = 2000;
export const PROOF_EVERY: Millis = 5000;

/** One line to the guard. `v` is added when it is written. */
export type GuardMessage =
  | { readonly is: "proof"; readonly by: Sender; readonly times: ProofTimes }
  /** A proof could not be brought: why, in one sentence ("fork: resource temporarily unavailable"). */
  | { readonly is: "no-proof"; readonly by: Sender; readonly why: string }
  | { readonly is: "beat"; readonly by: Sender }
  | { readonly is: "settings"; readonly settings: GuardSettings }
  | { readonly is: "record"; readonly record: GuardRecord }
  | { readonly is: "order"; readonly order: GuardOrder }
  /** The agent has stopped the groups: systemd is asked now. */
  | { readonly is: "groups-stopped"; readonly id: string }
  /** It was asked to leave and does so in order: its silence is no stall and no loss. */
  | { readonly is: "leaving"; readonly who: "agent" | "prover"; readonly by: Sender }
  /** A person wants to see the watchdog reset the server: it is never fed again. */
  | { readonly is: "test"; readonly id: string }
  /**
   * systemd shuts the server down, or leads it into rescue mode, where a person works without limit;
   * or it gave that up (rescue mode was left).
   */
  | { readonly is: "shutdown"; readonly isOn: boolean; readonly isRescue: boolean };

/** The line with its end; null when it is too long, which the caller has to prevent or to tell. */
export function formatGuardLine(message: GuardMessage): string | null {
  const line = `${asciiJson({ v: GUARD_LINE_VERSION, ...message })}\n`;
  return line.length > GUARD_LINE_MAX ? null : line;
}
