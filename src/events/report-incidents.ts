import type { ReportedIncident } from "../api/report-answers.ts";
import type { WrittenEvent } from "./alert.ts";

/** So many incidents of a period are told, the newest ones. */
const INCIDENTS_MOST = 100;
/** Of a reason; a program may print a page. */
const REASON_MOST = 300;

/** What of the history is wanted. */
export interface IncidentWish {
  readonly sinceWall: number;
  /** Up to then, not counted. */
  readonly untilWall: number;
  /** Ids of the incidents that are open now. */
  readonly open: readonly string[];
}

export interface FoundIncidents {
  /** Oldest first. */
  readonly incidents: readonly ReportedIncident[];
  /** Older ones that are not in the list. */
  readonly more: number;
}

/**
 * The incidents that were open at some time of the period. `events` come in the order in which they
 * were written down; one whose beginning was pruned is known by its end.
 */
export function findIncidents(events: Iterable<WrittenEvent>, wish: IncidentWish): FoundIncidents {
  const newest = new Map<string, ReportedIncident>();
  const older: ReportedIncident[] = [];
  for (const event of events) {
    if (event.incident === null) continue;
    const known = newest.get(event.incident) ?? null;
    // A state that was lost begins to count its incidents anew.
    const isAnother = event.id === "incident-opened" && known !== null;
    if (isAnother) older.push(known);
    const next = changed(isAnother ? null : known, event, event.incident);
    if (next !== null) newest.set(event.incident, next);
  }
  const { sinceWall, untilWall } = wish;
  const open = new Set(wish.open);
  const all = [...older, ...newest.values()]
    .filter((one) => one.openedWall < untilWall && (one.endedWall ?? untilWall) >= sinceWall)
    .map((one) => ({ ...one, isOpen: one.endedWall === null && open.has(one.id) }))
    .toSorted((one, other) => one.openedWall - other.openedWall);
  const incidents = all.slice(-INCIDENTS_MOST);
  return { incidents, more: all.length - incidents.length };
}

function changed(
  known: ReportedIncident | null,
  { id, wall, fields }: WrittenEvent,
  incident: string,
): ReportedIncident | null {
  if (id === "incident-opened") {
    return {
      ...blank(incident, wall),
      scope: textOf(fields["scope"]),
      monitor: textOf(fields["monitor"]),
      reason: textOf(fields["reason"]),
    };
  }
  if (id === "step-begun" && known !== null) return { ...known, steps: known.steps + 1 };
  if (id !== "incident-ended") return null;
  const lasted = numberOf(fields["lasted"]);
  return {
    ...(known ?? { ...blank(incident, wall - lasted), scope: textOf(fields["scope"]) }),
    endedWall: wall,
    verdict: textOf(fields["verdict"]),
    steps: numberOf(fields["steps"]),
  };
}

function blank(id: string, openedWall: number): ReportedIncident {
  const unknown = { scope: "", monitor: "", reason: "", endedWall: null, verdict: null };
  return { id, openedWall, ...unknown, steps: 0, isOpen: false };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, REASON_MOST) : "";
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
