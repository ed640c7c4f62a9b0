import type { EventId } from "../core/event.ts";
import type { EventEntry } from "./entry.ts";

/** Events about other servers whose heartbeat comes here. */
export const HEARD_EVENTS = {
  "server-silent": {
    module: "agent",
    severity: "critical",
    needsPerson: true,
    meaning: "The heartbeat of another server does not come any more, or never came.",
    whatToDo:
      "Find out whether that server runs and reaches this one; if it is gone for good, take it out of `servers-heard:`.",
  },
  "server-heard-again": {
    module: "agent",
    severity: "notice",
    needsPerson: false,
    meaning: "The heartbeat of another server comes again.",
    whatToDo: "Nothing; `solosafe why` says there why it was rebooted, if it was.",
  },
} as const satisfies Partial<Record<EventId, EventEntry>>;
