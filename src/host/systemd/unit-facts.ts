import type { Millis } from "../../base/duration.ts";
import type { UnitFacts } from "../../ports/unit.ts";
import { describeCode, signalName } from "../exit-status.ts";

/** Properties as the bus gave them; anything may be anything. */
export type Properties = Readonly<Record<string, unknown>>;

/** What of a unit's properties is looked at; changes of others are no news. */
const LOOKED_AT = [
  "Id",
  "LoadState",
  "ActiveState",
  "SubState",
  "Job",
  "StateChangeTimestampMonotonic",
  "Result",
  "NRestarts",
  "MainPID",
  "ExecMainCode",
  "ExecMainStatus",
  "ExecMainPID",
  "InactiveExitTimestampMonotonic",
  "ActiveEnterTimestampMonotonic",
  "ActiveExitTimestampMonotonic",
  "ExecMainExitTimestampMonotonic",
] as const;

// Values of si_code (bits/siginfo-consts.h).
const CLD_EXITED = 1;
const CLD_KILLED = 2;
const CLD_DUMPED = 3;

/** The properties that are looked at; null when what came is no map. */
export function pickProperties(value: unknown): Properties | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const given = new Map(Object.entries(value));
  return Object.fromEntries(
    LOOKED_AT.filter((key) => given.has(key)).map((key) => [key, given.get(key)]),
  );
}

/** Whether one of these names of properties is looked at. */
export function isLookedAt(names: readonly unknown[]): boolean {
  return LOOKED_AT.some((name) => names.includes(name));
}

/** What is known of a unit besides its properties. */
export interface Known {
  /** `CLOCK_MONOTONIC`. */
  readonly now: Millis;
  readonly isStoppedByJob: boolean;
}

/** What is missing or of a wrong type is shown as not known. */
export function readUnitFacts(name: string, given: Properties, known: Known): UnitFacts {
  const { now, isStoppedByJob } = known;
  const job = given["Job"];
  const changedAt = number(given["StateChangeTimestampMonotonic"]) / 1000;
  return {
    name,
    id: text(given["Id"]) || name,
    load: text(given["LoadState"]),
    active: text(given["ActiveState"]),
    sub: text(given["SubState"]),
    result: text(given["Result"]) || "success",
    mainEnd: mainEnd(given),
    restarts: number(given["NRestarts"]),
    job: Array.isArray(job) ? number(job[0]) : 0,
    stateForMs: changedAt > 0 && changedAt <= now ? now - changedAt : null,
    mainPid: number(given["MainPID"]),
    isStoppedByJob,
    lastEnd: lastEnd(given),
  };
}

/**
 * A stop begins with the unit's state and ends with its processes; a program that ends by itself does
 * so before the state (systemd's service.c). What ran once and remained active has ended long ago.
 */
function lastEnd(given: Properties): "stopped" | "by-itself" | null {
  const left = number(given["ActiveExitTimestampMonotonic"]);
  // The last start never made it active.
  if (number(given["InactiveExitTimestampMonotonic"]) > left) return "by-itself";
  if (left === 0) return null;
  const entered = number(given["ActiveEnterTimestampMonotonic"]);
  const mainEnded = number(given["ExecMainExitTimestampMonotonic"]);
  return mainEnded > entered && mainEnded <= left ? "by-itself" : "stopped";
}

function mainEnd(given: Properties): string | null {
  const status = number(given["ExecMainStatus"]);
  if (number(given["MainPID"]) > 0 || number(given["ExecMainPID"]) === 0) return null;
  switch (number(given["ExecMainCode"])) {
    case CLD_EXITED:
      return describeCode(status);
    case CLD_KILLED:
      return `signal ${signalName(status)}`;
    case CLD_DUMPED:
      return `signal ${signalName(status)}, with a core dump`;
    default:
      return null;
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 300) : "";
}

function number(value: unknown): number {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
