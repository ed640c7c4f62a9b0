import { type Millis, SECOND } from "../../base/duration.ts";
import type { Fault, Result } from "../../base/result.ts";
import { typeOf } from "../../base/unit-name.ts";
import type { UnitFacts } from "../../ports/unit.ts";
import { monotonic } from "../clock.ts";
import { jobRule, SYSTEMD, unitRule } from "./manager.ts";
import { type Properties, readUnitFacts } from "./unit-facts.ts";

export interface UnitTiming {
  /** How long a probe waits for a connection that is just being made. */
  readonly upMs: Millis;
  /** What is known is not asked for again within this. */
  readonly freshMs: Millis;
  /** Pause between two rounds of changes. */
  readonly roundMs: Millis;
  /** Pause after a round in which systemd did not answer. */
  readonly againMs: Millis;
}

export const UNIT_TIMING: UnitTiming = {
  upMs: 3 * SECOND,
  freshMs: SECOND,
  roundMs: 20,
  againMs: SECOND,
};

/** What is known of one unit. */
export interface Row {
  readonly name: string;
  /** Who wants it. */
  readonly holders: Set<string>;
  path: string | null;
  /** The unit was loaded anew, and may have another path now: where it was it is still heard of. */
  isPathOld: boolean;
  properties: Properties;
  /** Has to be read as a whole. */
  isStale: boolean;
  isUnheard: boolean;
  /** So often a change of it was told. */
  changesHeard: number;
  /** Something was heard of it, and maybe not everything that belongs to it. */
  isUnsettled: boolean;
  readAt: Millis;
  reading: Promise<Result<UnitFacts>> | null;
  /** The last job that ended well since the unit was last seen active. */
  endedJob: number | null;
}

/** Of more units the bus sends all signals: it takes at most 512 rules from one client. */
const RULED_MOST = 100;

/** What the bus is to send about these units. */
export function rulesFor(rows: readonly Row[]): readonly string[] {
  if (rows.length > RULED_MOST) return [jobRule(null), unitRule(null)];
  return rows.flatMap((row) => {
    const jobs = jobRule(idOf(row));
    return row.path === null ? [jobs] : [jobs, unitRule(row.path)];
  });
}

/** `isOurs`: whether a job was ours. */
export function factsOf(row: Row, isOurs: (job: number) => boolean): UnitFacts {
  const isStoppedByJob = row.endedJob !== null && !isOurs(row.endedJob);
  return readUnitFacts(row.name, row.properties, { now: monotonic(), isStoppedByJob });
}

export function newRow(name: string): Row {
  return {
    name,
    holders: new Set(),
    path: null,
    isPathOld: false,
    properties: {},
    isStale: true,
    isUnheard: true,
    changesHeard: 0,
    isUnsettled: false,
    readAt: Number.NEGATIVE_INFINITY,
    reading: null,
    endedJob: null,
  };
}

export function idOf(row: Row): string {
  const id = row.properties["Id"];
  return typeof id === "string" ? id : row.name;
}

/** It was active when it was last heard of, or on its way there; not known counts as neither. */
export function isUp(row: Row): boolean {
  const state = row.properties["ActiveState"];
  return state === "active" || state === "activating" || state === "reloading";
}

export const GARBAGE: Fault = {
  code: "systemd/garbage",
  message: "systemd answered something that is not about a unit",
};

/** What a unit has beyond what all units have. */
export function interfaceOf(name: string): string {
  return `${SYSTEMD}.${typeOf(name) ?? "Service"}`;
}
