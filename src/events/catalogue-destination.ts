import type { EventId } from "../core/event.ts";
import type { EventEntry } from "./entry.ts";

/** Events about destinations; a destination is never told those about itself. */
export const DESTINATION_EVENTS = {
  "destination-fails": {
    module: "agent",
    severity: "error",
    needsPerson: true,
    meaning:
      "A destination takes nothing; what waits is tried again after 1 to 10 minutes, or when it said that it may be asked again.",
    whatToDo: "Mend what the reason names, then try with `solosafe destination test NAME`.",
  },
  "destination-works": {
    module: "agent",
    severity: "notice",
    needsPerson: false,
    meaning: "A destination takes again what it is told.",
    whatToDo: "Nothing.",
  },
  "destination-refused": {
    module: "agent",
    severity: "error",
    needsPerson: true,
    meaning:
      "A destination refused an event for good, or it waited too long, and is not tried again.",
    whatToDo: "Mend what the reason names; `solosafe events` has the event.",
  },
  "destination-dropped": {
    module: "agent",
    severity: "warning",
    needsPerson: true,
    meaning:
      "Too much waited for a destination, so some of it was dropped, what only informs first.",
    whatToDo: "Nothing is lost: `solosafe events` has it all.",
  },
} as const satisfies Partial<Record<EventId, EventEntry>>;
