import { asciiJson } from "./ascii-json.ts";
import type { Millis } from "./duration.ts";

/**
 * What the guard tells about itself: one JSON object in `guard.report`, a file in memory of this
 * many bytes, padded with spaces and written in place, so that writing it needs no memory and no
 * disk. Whoever reads half of an old and half of a new one cannot parse it, and reads again.
 */
export const GUARD_REPORT_BYTES = 4096;
export const GUARD_REPORT_VERSION = 1;
/** It is written at least so often; older than three times that, the guard is gone or hangs. */
export const GUARD_REPORT_EVERY: Millis = 2000;

export interface GuardReport {
  readonly v: typeof GUARD_REPORT_VERSION;
  readonly pid: number;
  readonly startTime: number;
  /** When it was written, by the server's monotonic clock. */
  readonly at: Millis;
  /** See `GuardPhase`. */
  readonly phase: string;
  readonly device: {
    readonly path: string;
    readonly identity: string;
    readonly isSoftware: boolean;
    readonly timeoutMs: Millis;
    readonly hasPanicPretimeout: boolean;
    readonly isNowayout: boolean;
  } | null;
  /** Why there is no device, or why it is not the best one; null = nothing to say. */
  readonly deviceFault: string | null;
  readonly fedAt: Millis | null;
  readonly proofAt: Millis | null;
  /** The slowest of the last proofs by name, for a delay warning. */
  readonly slowest: { readonly proof: string; readonly tookMs: Millis } | null;
  /** Why the last proof is missing, in the prover's words; null = it is not. */
  readonly noProof: string | null;
  /** The last word of the agent. */
  readonly beatAt: Millis | null;
  /** Who left in order: nobody is missed, and without the prover a stall is not noticed. */
  readonly left: readonly ("agent" | "prover")[];
  /** The order that is being carried out. */
  readonly orderId: string | null;
  /** Why the last order that came was not taken; null = it was. */
  readonly refusal: string | null;
  /** The agent was killed so often in the last ten minutes. */
  readonly agentKills: number;
  readonly proverKills: number;
  /** The agent was killed, or ended by itself, again and again: five times in ten minutes. */
  readonly isAgentLost: boolean;
  /** A stall is not acted upon before this time, because the limit is reached; null = it would be. */
  readonly slowedUntil: Millis | null;
  /** Lines that were too long or not understood since its start. */
  readonly dropped: number;
  /** Memory is locked and the threads are real-time ones; else why not. */
  readonly hardeningFault: string | null;
}

/** Null when it is not one, or half-written. */
export function parseGuardReport(text: string): GuardReport | null {
  try {
    const report: GuardReport = JSON.parse(text);
    return report.v === GUARD_REPORT_VERSION ? report : null;
  } catch {
    return null;
  }
}

/** Padded to its size; null when it does not fit, which is a bug. */
export function formatGuardReport(report: GuardReport): string | null {
  const text = asciiJson(report);
  const missing = GUARD_REPORT_BYTES - text.length;
  return missing < 0 ? null : text + " ".repeat(missing);
}
