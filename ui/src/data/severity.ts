import { CATALOGUE, isEventId } from "../../../src/events/catalogue.ts";
import type { Severity } from "../../../src/events/entry.ts";

/** How much an event asks for attention; of one that only a newer agent knows a little. */
export function severityOf(id: string): Severity {
  return isEventId(id) ? CATALOGUE[id].severity : "notice";
}
