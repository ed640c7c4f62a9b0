import type { Millis } from "../base/duration.ts";
import { MINUTE } from "../base/duration.ts";
import type { ProofTimes, Sender } from "../base/guard-message.ts";
import { GUARD_REPORT_VERSION, type GuardReport } from "../base/guard-report.ts";
import type { GuardPhase } from "./guard-input.ts";
import { hasFrozenAtStart } from "./guard-start.ts";
import { type GuardState, isEnforcing, isStalled, stallHeldUntil } from "./guard-state.ts";

/** Nobody has brought proofs for so long: a stall is not covered. */
const UNPROVEN: Millis = 10 * MINUTE;
/** Texts of others are cut, so that the report always fits its file. */
const TEXT_MAX = 200;

const HELD = {
  off: "switched off at the boot (solosafe=off)",
  observe: "observe mode was asked for at the boot (solosafe=observe)",
  container: "in a container watchdog and sysrq are somebody else's",
} as const;

export function guardPhase(state: GuardState): GuardPhase {
  const { course, ending, device, prover, settings } = state;
  if (course !== null && course.id !== null) return "ordered";
  if (state.held !== null) return "idle";
  if (settings === null) return "waiting";
  if (!isEnforcing(state)) return "idle";
  if (ending !== null) return "shutdown";
  if (course !== null) return "stalled";
  if (device.is === "closed" || device.is === "opening") return "waiting";
  if (isStalled(state) || hasFrozenAtStart(state)) return "stalled";
  const isUnproven = prover.leftAt !== null && state.at - prover.leftAt >= UNPROVEN;
  return device.is === "refused" || isUnproven ? "uncovered" : "guarding";
}

/** What only the shell knows of the guard. */
export interface GuardSelf extends Sender {
  readonly dropped: number;
  readonly hardeningFault: string | null;
}

export function guardReport(state: GuardState, self: GuardSelf): GuardReport {
  const { device, prover, agent, course } = state;
  const heldUntil = stallHeldUntil(state);
  const fault = state.held === null ? state.deviceFault : HELD[state.held];
  return {
    v: GUARD_REPORT_VERSION,
    pid: self.pid,
    startTime: self.startTime,
    at: state.at,
    phase: guardPhase(state),
    device: device.is === "open" ? device.device : null,
    deviceFault: cut(fault),
    fedAt: state.fedAt,
    proofAt: prover.proofAt,
    slowest: slowest(prover.times),
    noProof: cut(prover.noProof),
    beatAt: agent.beatAt,
    left: [
      ...(agent.hasLeft ? ["agent" as const] : []),
      ...(prover.hasLeft ? ["prover" as const] : []),
    ],
    orderId: cut(course?.id ?? null),
    refusal: cut(state.refusal),
    agentKills: agent.killsAt.length,
    proverKills: prover.kills,
    isAgentLost: agent.isLost,
    slowedUntil: isEnforcing(state) && state.at < heldUntil ? heldUntil : null,
    dropped: self.dropped,
    hardeningFault: cut(self.hardeningFault),
  };
}

function cut(text: string | null): string | null {
  return text === null ? null : text.slice(0, TEXT_MAX);
}

/** The proof of the last ones that took longest, by the name it has in the line. */
function slowest(times: ProofTimes | null): GuardReport["slowest"] {
  if (times === null) return null;
  const entries: readonly (readonly [string, Millis])[] = [
    ["loop", times.loopMs],
    ["memory", times.memoryMs],
    ["program", times.programMs],
    ["file", times.fileMs],
    ["thread", times.threadMs],
  ];
  let [longest] = entries;
  for (const one of entries) if (longest === undefined || one[1] > longest[1]) longest = one;
  return longest === undefined ? null : { proof: longest[0], tookMs: longest[1] };
}
