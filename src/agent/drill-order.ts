import type { DrillReport } from "../api/drill-answers.ts";
import type { Millis } from "../base/duration.ts";
import type { PreparedFault } from "./drill-faults.ts";
import type { DrillScope } from "./drill-watch.ts";

/** What a person or the configuration asked for, ready to be made. */
export interface DrillOrder {
  readonly kind: DrillReport["kind"];
  readonly target: string;
  readonly by: string;
  /** The configured drill; null = a person asked. */
  readonly planned: string | null;
  /** The fault is undone then at the latest; 0 = it needs no undoing. */
  readonly forMs: Millis;
  /** So long a monitor may take to notice, from the fault on. */
  readonly noticeMs: Millis;
  readonly scope: DrillScope;
  readonly fault: PreparedFault;
}

/** The report of a drill whose fault is about to be made. */
export function firstReport(
  { kind, target, by, planned, forMs, fault, scope }: DrillOrder,
  id: number,
  mode: "enforce" | "observe",
  beganWall: Millis,
): DrillReport {
  return {
    id,
    kind,
    target,
    by,
    planned,
    mode,
    beganWall,
    forMs,
    verdict: "running",
    detectedMs: null,
    detectedBy: null,
    recoveredMs: null,
    undoneMs: null,
    undoFault: null,
    steps: 0,
    fault: fault.what,
    monitors: [...scope.monitors],
    events: [],
    isCut: false,
  };
}
