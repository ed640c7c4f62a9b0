import type { Millis } from "../base/duration.ts";
import type { GuardReport } from "../base/guard-report.ts";
import type { GuardPhase } from "../core/guard-input.ts";
import type { GuardFacts } from "../core/guarding.ts";

export const NO_GUARD: GuardFacts = {
  isThere: false,
  canAct: false,
  cover: "unarmed",
  device: "",
  timeoutMs: 0,
  fault: null,
  isCharged: false,
  agentKills: 0,
  isAgentLost: false,
  noProof: null,
  slow: null,
};

/** In the others nothing is armed, and nothing is done. */
const ACTING: ReadonlySet<string> = new Set<GuardPhase>([
  "guarding",
  "uncovered",
  "shutdown",
  "ordered",
  "stalled",
]);
/** A proof that took so much of the time after which it is a stall is told, before it is one. */
const SLOW_PERCENT = 50;

export interface Judged {
  /** A stall is judged after so long. */
  readonly timeoutMs: Millis;
  /** No proof was brought for a minute. */
  readonly isUnproven: boolean;
  /** The guard was told so. */
  readonly isCharged: boolean;
}

/** What the report says, for policy and people; null = it is old, and only that is news. */
export function factsOf(
  report: GuardReport | null,
  before: GuardFacts,
  { timeoutMs, isUnproven, isCharged }: Judged,
): GuardFacts {
  if (report === null) return { ...before, isThere: false, canAct: false };
  const { device, phase, agentKills, isAgentLost } = report;
  const canAct = ACTING.has(phase);
  const isSlow = (report.slowest?.tookMs ?? 0) * 100 > timeoutMs * SLOW_PERCENT;
  return {
    isThere: true,
    canAct,
    ...coverOf(report),
    timeoutMs: device?.timeoutMs ?? 0,
    fault: faultOf(report),
    isCharged,
    agentKills,
    isAgentLost,
    noProof: isUnproven && canAct ? (report.noProof ?? whyNoProof(report)) : null,
    // Each one a little slower or faster is no news.
    slow: isSlow ? (before.slow ?? report.slowest) : null,
  };
}

function coverOf({ device, phase }: GuardReport): Pick<GuardFacts, "cover" | "device"> {
  if (device !== null) {
    const name = `${device.identity} (${device.path})`;
    return { cover: device.isSoftware ? "software" : "hardware", device: name };
  }
  return { cover: phase === "uncovered" ? "none" : "unarmed", device: "" };
}

function faultOf({ deviceFault, hardeningFault }: GuardReport): string | null {
  const faults = [deviceFault, hardeningFault].filter((one) => one !== null);
  return faults.length === 0 ? null : faults.join("; ");
}

function whyNoProof({ left }: GuardReport): string {
  return left.includes("prover") ? "the spawner was stopped" : "nothing is heard of the spawner";
}
