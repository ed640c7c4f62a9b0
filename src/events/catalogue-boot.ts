import type { EventId } from "../core/event.ts";
import type { EventEntry } from "./entry.ts";

/** Events about how the boot before ended. */
export const BOOT_EVENTS = {
  "rebooted-by-solosafe": {
    module: "server-action",
    severity: "warning",
    needsPerson: true,
    meaning: "The server is back after a server-level action of SoloSafe.",
    whatToDo: "Look for the cause: `solosafe why` names the monitor that asked for it.",
  },
  "rebooted-by-person": {
    module: "server-action",
    severity: "info",
    needsPerson: false,
    meaning: "The server is back after a shutdown or reboot that a person or a program asked for.",
    whatToDo: "Nothing.",
  },
  "rebooted-unasked": {
    module: "server-action",
    severity: "error",
    needsPerson: true,
    meaning: "The server went down although nobody asked for it, and is back.",
    whatToDo: "`solosafe why` tells what speaks for which cause, and what to look at.",
  },
} as const satisfies Partial<Record<EventId, EventEntry>>;
