import type { EventId } from "../core/event.ts";
import type { EventEntry } from "./entry.ts";

/** Events about telling others; those about mail itself are never mailed. */
export const MAIL_EVENTS = {
  "mail-sent": {
    module: "agent",
    severity: "info",
    needsPerson: false,
    meaning: "A mail server took a mail.",
    whatToDo: "Nothing.",
  },
  "mail-delayed": {
    module: "agent",
    severity: "error",
    needsPerson: true,
    meaning: "No mail server takes mails; they wait, and are tried again after 1 minute to 1 hour.",
    whatToDo: "Mend what the reason names, then try with `solosafe mail test`.",
  },
  "mail-works": {
    module: "agent",
    severity: "notice",
    needsPerson: false,
    meaning: "Mails that waited have been sent.",
    whatToDo: "Nothing.",
  },
  "heartbeat-fails": {
    module: "agent",
    severity: "warning",
    needsPerson: true,
    meaning: "The heartbeat is not taken, so who listens for it may take this server for dead.",
    whatToDo: "Mend what the reason names, or correct `heartbeat:` in the configuration.",
  },
  "heartbeat-works": {
    module: "agent",
    severity: "notice",
    needsPerson: false,
    meaning: "The heartbeat is taken again.",
    whatToDo: "Nothing.",
  },
  "mail-refused": {
    module: "agent",
    severity: "error",
    needsPerson: true,
    meaning: "A mail was refused for good, or waited too long, and is not tried again.",
    whatToDo: "Correct the address in `mail.to`, or what the reason names.",
  },
  "mails-dropped": {
    module: "agent",
    severity: "warning",
    needsPerson: true,
    meaning: "Too many mails waited, so some were dropped, those that only inform first.",
    whatToDo: "Nothing is lost: `solosafe events` has it all.",
  },
} as const satisfies Partial<Record<EventId, EventEntry>>;
