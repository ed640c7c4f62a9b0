import { type Millis, SECOND } from "../base/duration.ts";
import type { ServiceParams } from "../ports/driver.ts";
import type { UnitFacts } from "../ports/unit.ts";
import type { Operation } from "./operation.ts";
import type { ServiceRecords } from "./service-records.ts";
import type { UnitGroup } from "./systemd/unit-group.ts";
import type { Units } from "./systemd/units.ts";

export interface ServiceTiming {
  /** So long processes may be left after systemd says a unit is stopped; then they are killed. */
  readonly leftMs: Millis;
  /** After KILL the kernel has so long to take everything away (recovery.md 2). */
  readonly killMs: Millis;
  /** Pause before looking again for a job whose end nobody told. */
  readonly againMs: Millis;
}

export const SERVICE_TIMING: ServiceTiming = {
  leftMs: 5 * SECOND,
  killMs: 10 * SECOND,
  againMs: 500,
};

export interface ServiceParts {
  readonly units: Units;
  readonly records: ServiceRecords;
  readonly timing: ServiceTiming;
  readonly ended: (how: string) => void;
  readonly stoppedOutside: (isStopped: boolean) => void;
  readonly restartedOutside: (count: number) => void;
}

/** A start or stop of one resource, as its parts see it. */
export interface ServiceWork {
  readonly parts: ServiceParts;
  readonly params: ServiceParams;
  readonly operation: Operation;
  readonly group: UnitGroup;
  /** `performance.now()` at which it has stalled. */
  readonly until: Millis;
}

/** Results of a program that does not end well when it is told to stop. */
const ENDS_OF_PROGRAMS: ReadonlySet<string> = new Set(["exit-code", "signal", "core-dump"]);

/** Whether somebody stopped what was up, as far as systemd can tell afterwards. */
export function wasStopped({ load, result, lastEnd }: UnitFacts): boolean {
  if (load === "masked") return true;
  if (lastEnd === "stopped") return result === "success" || ENDS_OF_PROGRAMS.has(result);
  return lastEnd === null && result === "success";
}

/** Neither runs nor is about to: systemd itself does nothing about it. */
export function isDown({ active, sub }: UnitFacts): boolean {
  return (active === "inactive" || active === "failed") && !sub.includes("auto-restart");
}
