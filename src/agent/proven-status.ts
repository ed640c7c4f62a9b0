import type { ProvenStatus } from "../api/answers.ts";
import { DAY, type Millis } from "../base/duration.ts";
import type { StepKind } from "../core/event.ts";
import type { Monitor } from "../core/model.ts";
import type { Proven } from "../core/state.ts";

/** What did not prove itself for so long is warned about (product.md R14). */
const PROOF_LASTS: Millis = 90 * DAY;

/** When a monitor, and each step that it may lead to, last really worked. */
export function provenStatus(monitor: Monitor, proven: Proven, wall: Millis): ProvenStatus {
  const sinceWall = proven.since?.wall ?? wall;
  const of = (provenWall: Millis | null) => ({
    provenWall,
    isOld: wall - Math.max(provenWall ?? sinceWall, sinceWall) >= PROOF_LASTS,
  });
  return {
    sinceWall,
    detected: of(proven.detectedAt?.wall ?? null),
    steps: stepsOf(monitor).map((step) => ({ step, ...of(proven.steps[step]?.wall ?? null) })),
  };
}

/** The steps of its ladder that are not skipped. */
function stepsOf({ recovery }: Monitor): readonly StepKind[] {
  const { scriptCount, reactivationThreshold, groupRestartThreshold, finalAction } = recovery;
  return [
    ...(scriptCount > 0 ? (["script"] as const) : []),
    ...(reactivationThreshold > 0 ? (["reactivation"] as const) : []),
    ...(groupRestartThreshold > 0 ? (["group-restart"] as const) : []),
    ...(finalAction === "none" ? [] : [finalAction]),
  ];
}
