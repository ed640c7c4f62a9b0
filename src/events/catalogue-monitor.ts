import type { EventId } from "../core/event.ts";
import type { EventEntry } from "./entry.ts";

/** Events of monitors. */
export const MONITOR_EVENTS = {
  "monitor-suspect": {
    module: "monitor",
    severity: "notice",
    needsPerson: false,
    meaning: "A probe failed; the retries still forgive it.",
    whatToDo: "Nothing.",
  },
  "monitor-failed": {
    module: "monitor",
    severity: "error",
    needsPerson: false,
    meaning: "More probes in a row failed than the retries forgive.",
    whatToDo: "Nothing yet: recovery goes on by itself.",
  },
  "monitor-still-failed": {
    module: "monitor",
    severity: "error",
    needsPerson: false,
    meaning: "The monitor failed again after a step; the next step is due.",
    whatToDo: "Nothing yet: recovery goes on by itself.",
  },
  "monitor-recovered": {
    module: "monitor",
    severity: "notice",
    needsPerson: false,
    meaning: "First ok after failed; counts are kept until it is cured.",
    whatToDo: "Nothing.",
  },
  "monitor-cured": {
    module: "monitor",
    severity: "info",
    needsPerson: false,
    meaning: "Ok for the whole failure timeout; its counts are zero.",
    whatToDo: "Nothing.",
  },
  "monitor-warning": {
    module: "monitor",
    severity: "warning",
    needsPerson: false,
    meaning: "A probe warns; nothing is recovered for a warning.",
    whatToDo: "Look at what it says before it becomes a failure.",
  },
  "monitor-slow": {
    module: "monitor",
    severity: "warning",
    needsPerson: false,
    meaning: "A probe took nearly as long as it may.",
    whatToDo: "Find out why it is slow, or raise the timeout.",
  },
  "monitor-unknown": {
    module: "monitor",
    severity: "warning",
    needsPerson: true,
    meaning: "The probe cannot be done; this is shown and never acted upon.",
    whatToDo: "Install or permit what the reason names.",
  },
  "monitor-known": {
    module: "monitor",
    severity: "notice",
    needsPerson: false,
    meaning: "The probe can be done again.",
    whatToDo: "Nothing.",
  },
  "monitor-flapping": {
    module: "monitor",
    severity: "warning",
    needsPerson: true,
    meaning: "Failed and recovered over and over; further changes are summed up.",
    whatToDo: "Look for a fault that comes and goes.",
  },
  "monitor-settled": {
    module: "monitor",
    severity: "notice",
    needsPerson: false,
    meaning: "A flapping monitor is quiet again.",
    whatToDo: "Nothing.",
  },
  "monitor-chronic": {
    module: "monitor",
    severity: "error",
    needsPerson: true,
    meaning: "Restarting cures it, but never for long.",
    whatToDo: "Find the cause: a leak, a job at a fixed time, a fault in the application.",
  },
  "monitor-consequence": {
    module: "monitor",
    severity: "notice",
    needsPerson: false,
    meaning: "It failed because a monitor that it requires failed; that one's incident covers it.",
    whatToDo: "Look at the required monitor.",
  },
  "monitor-alert-only": {
    module: "monitor",
    severity: "warning",
    needsPerson: true,
    meaning: "It failed by timeout and is configured to be alerted only.",
    whatToDo: "Look at the resource yourself.",
  },
} as const satisfies Partial<Record<EventId, EventEntry>>;
