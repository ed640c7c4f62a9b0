import { CATALOGUE, isEventId } from "./catalogue.ts";
import { type EventModule, SEVERITIES, type Severity } from "./entry.ts";
import { render, type Written } from "./render.ts";
import type { Speech } from "./speech.ts";

/** An event as it was written down. */
export interface WrittenEvent extends Written {
  readonly seq: number;
  /** Calendar time, milliseconds since 1970. */
  readonly wall: number;
  readonly incident: string | null;
}

/** A line of the alert log: an event with all that is known of its kind, as people read it. */
export interface Alert {
  readonly seq: number;
  /** When it was written down here. */
  readonly receivedWall: number;
  /** When it happened, by the clock of the server it happened on. */
  readonly wall: number;
  readonly server: string;
  readonly module: EventModule;
  readonly id: string;
  readonly severity: Severity;
  readonly message: string;
  readonly incident: string | null;
}

/** Which alerts are wanted; null = all. */
export interface AlertFilter {
  readonly sinceWall: number | null;
  readonly untilWall: number | null;
  /** Part of the message, of the event's name, or of one of its fields; case does not matter. */
  readonly grep: string | null;
  readonly module: string | null;
  /** This one and those that ask for more attention. */
  readonly severity: Severity | null;
  readonly incident: string | null;
  /** Only those with a lower number, to read on from a page. */
  readonly beforeSeq: number | null;
}

export function toAlert(event: WrittenEvent, server: string, speech: Speech): Alert {
  const { seq, wall, id, incident } = event;
  // What a newer agent told before it was replaced by this one has no entry here.
  const { module, severity } = isEventId(id) ? CATALOGUE[id] : UNKNOWN;
  const message = render(event, speech);
  return { seq, receivedWall: wall, wall, server, module, id, severity, message, incident };
}

const UNKNOWN = { module: "agent", severity: "notice" } as const;

/** Whether it is wanted by what need not be rendered. */
export function isWanted(event: WrittenEvent, filter: AlertFilter): boolean {
  const { sinceWall, untilWall, module, severity, incident, beforeSeq } = filter;
  const entry = isEventId(event.id) ? CATALOGUE[event.id] : UNKNOWN;
  return (
    (beforeSeq === null || event.seq < beforeSeq) &&
    (sinceWall === null || event.wall >= sinceWall) &&
    (untilWall === null || event.wall <= untilWall) &&
    (incident === null || event.incident === incident) &&
    (module === null || entry.module === module) &&
    (severity === null || SEVERITIES.indexOf(entry.severity) >= SEVERITIES.indexOf(severity))
  );
}

/** Whether a person who searches for these letters means this alert. */
export function hasText(alert: Alert, event: WrittenEvent, grep: string | null): boolean {
  if (grep === null) return true;
  const wanted = grep.toLocaleLowerCase();
  const texts = [alert.message, alert.id, ...Object.values(event.fields).map(String)];
  return texts.some((text) => text.toLocaleLowerCase().includes(wanted));
}

/** How much of what is found is wanted, and how it is said. */
export interface AlertPage {
  readonly limit: number;
  /** All of it as JSON is not longer, in letters. */
  readonly lettersMost: number;
  readonly server: string;
  readonly speech: Speech;
}

/**
 * The newest alerts that are wanted, newest first. `segments` gives texts of the history, the newest
 * first; no more of them are taken than the page needs. Lines that are not whole are passed over.
 */
export async function searchAlerts(
  segments: AsyncIterable<string>,
  filter: AlertFilter,
  { limit, lettersMost, server, speech }: AlertPage,
): Promise<{ readonly alerts: readonly Alert[]; readonly hasMore: boolean }> {
  const alerts: Alert[] = [];
  let letters = 0;
  for await (const text of segments) {
    for (const line of text.split("\n").toReversed()) {
      const event = parseEvent(line);
      if (event === null || !isWanted(event, filter)) continue;
      const alert = toAlert(event, server, speech);
      if (!hasText(alert, event, filter.grep)) continue;
      letters += JSON.stringify(alert).length;
      const isFull = alerts.length === limit || (alerts.length > 0 && letters > lettersMost);
      if (isFull) return { alerts, hasMore: true };
      alerts.push(alert);
    }
  }
  return { alerts, hasMore: false };
}

/** An event of a line of history; null when the line is not whole. */
export function parseEvent(line: string): WrittenEvent | null {
  if (line === "") return null;
  try {
    const event: WrittenEvent = JSON.parse(line);
    const isWhole =
      typeof event.seq === "number" &&
      typeof event.wall === "number" &&
      typeof event.id === "string" &&
      typeof event.fields === "object" &&
      event.fields !== null;
    return isWhole ? event : null;
  } catch {
    return null;
  }
}
