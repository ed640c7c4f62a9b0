import type { EventRecord } from "../api/answers.ts";
import { MINUTE, type Millis } from "../base/duration.ts";
import { SEVERITIES } from "../base/severity.ts";
import type { DestinationFilter } from "../config/loaded-destinations.ts";
import { CATALOGUE, isEventId } from "../events/catalogue.ts";
import type { EventEntry } from "../events/entry.ts";

/** What a newer agent told has no entry here. */
const UNKNOWN = { module: "agent", severity: "notice", needsPerson: false } as const;
type Kind = Pick<EventEntry, "module" | "severity" | "needsPerson">;

/** Whether a destination is told an event; never those about itself. */
export function isTold(name: string, filter: DestinationFilter, record: EventRecord): boolean {
  if (record.fields["destination"] === name) return false;
  return isWanted(filter, record.id, isEventId(record.id) ? CATALOGUE[record.id] : UNKNOWN);
}

/** The same for an event of which only the kind is known. */
export function isWanted(
  { scope, least, modules, events, except }: DestinationFilter,
  id: string,
  { module, severity, needsPerson }: Kind,
): boolean {
  if (except.includes(id)) return false;
  if (scope === "urgent") return needsPerson || id === "incident-ended";
  if (scope === "incidents") return needsPerson || module === "incident";
  return (
    SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least) &&
    modules?.includes(module) !== false &&
    events?.includes(id) !== false
  );
}

/** What is remembered of the last minute. */
export interface Pace {
  /** When something was sent. */
  readonly sent: readonly Millis[];
  /** The worst of what was too much; null = nothing was. */
  readonly worst: EventRecord | null;
  readonly folded: number;
}

export const NO_PACE: Pace = { sent: [], worst: null, folded: 0 };

/** A quarter of the minute is kept for what is critical; what is too much is counted. */
export function takeRecord(
  pace: Pace,
  record: EventRecord,
  perMinute: number,
  now: Millis,
): { readonly pace: Pace; readonly isSent: boolean } {
  const sent = recent(pace, now);
  const isCritical = weight(record) === SEVERITIES.length - 1;
  const most = isCritical ? perMinute : Math.ceil(0.75 * perMinute);
  if (sent.length < most) return { pace: { ...pace, sent: [...sent, now] }, isSent: true };
  const { worst, folded } = pace;
  const isWorse = worst === null || weight(record) >= weight(worst);
  const next = { sent, worst: isWorse ? record : worst, folded: folded + 1 };
  return { pace: next, isSent: false };
}

/** When what was too much may be told, as one; null = nothing was. */
export function foldDue({ sent, worst }: Pace): Millis | null {
  return worst === null ? null : (sent[0] ?? 0) + MINUTE;
}

/** What was too much, and the room that telling it takes. */
export function takeFolded(
  pace: Pace,
  now: Millis,
): { readonly pace: Pace; readonly worst: EventRecord | null; readonly count: number } {
  const { worst, folded: count } = pace;
  return { pace: { sent: [...recent(pace, now), now], worst: null, folded: 0 }, worst, count };
}

function recent({ sent }: Pace, now: Millis): readonly Millis[] {
  return sent.filter((at) => at <= now && now - at < MINUTE);
}

function weight({ id }: EventRecord): number {
  return SEVERITIES.indexOf((isEventId(id) ? CATALOGUE[id] : UNKNOWN).severity);
}
