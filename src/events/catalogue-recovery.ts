import type { EventId } from "../core/event.ts";
import type { EventEntry } from "./entry.ts";

/** Events of incidents, steps and server-level actions. */
export const RECOVERY_EVENTS = {
  "incident-opened": {
    module: "incident",
    severity: "error",
    needsPerson: false,
    meaning: "Trouble of a group or the server began.",
    whatToDo: "Nothing.",
  },
  "incident-joined": {
    module: "incident",
    severity: "error",
    needsPerson: false,
    meaning: "A further failure of the same trouble.",
    whatToDo: "Nothing.",
  },
  "incident-ended": {
    module: "incident",
    severity: "notice",
    needsPerson: false,
    meaning: "The trouble is over; the verdict says why.",
    whatToDo: "Nothing.",
  },
  "incident-open-still": {
    module: "incident",
    severity: "error",
    needsPerson: true,
    meaning: "The trouble still lasts; told daily.",
    whatToDo: "See what it waits for with `solosafe explain`.",
  },
  "step-begun": {
    module: "recovery",
    severity: "warning",
    needsPerson: false,
    meaning: "A step of recovery begins.",
    whatToDo: "Nothing.",
  },
  "step-finished": {
    module: "recovery",
    severity: "notice",
    needsPerson: false,
    meaning: "A step of recovery ended; the probes now tell whether it helped.",
    whatToDo: "Nothing.",
  },
  "evidence-kept": {
    module: "recovery",
    severity: "info",
    needsPerson: false,
    meaning: "What was to be seen of a failed resource was kept before it was recovered.",
    whatToDo: "Look into the folder when you want to know why it failed.",
  },
  "step-abandoned": {
    module: "recovery",
    severity: "notice",
    needsPerson: false,
    meaning: "A step was given up before its end.",
    whatToDo: "Nothing.",
  },
  "would-have": {
    module: "recovery",
    severity: "notice",
    needsPerson: false,
    meaning: "Observe mode: the step was decided and written down, not done.",
    whatToDo: "Set `mode: enforce` when the decisions are what you want.",
  },
  "recovery-exhausted": {
    module: "recovery",
    severity: "critical",
    needsPerson: true,
    meaning: "All configured steps were taken and it still fails.",
    whatToDo: "Repair it, then `solosafe clear` it.",
  },
  "recovery-held": {
    module: "recovery",
    severity: "notice",
    needsPerson: false,
    meaning: "Recovery waits for something that must end first.",
    whatToDo: "Nothing.",
  },
  "server-action-ordered": {
    module: "server-action",
    severity: "critical",
    needsPerson: false,
    meaning: "The guard was ordered to end this boot.",
    whatToDo: "Read after the boot why, with `solosafe reboots`.",
  },
  "server-action-simulated": {
    module: "server-action",
    severity: "warning",
    needsPerson: false,
    meaning: "A server-level action was decided and not done, because no guard runs.",
    whatToDo: "Nothing.",
  },
  "server-action-blocked": {
    module: "server-action",
    severity: "critical",
    needsPerson: true,
    meaning: "A server-level action was decided and held back.",
    whatToDo: "Repair what the monitor names, then `solosafe reboots clear`.",
  },
  "reboot-did-not-help": {
    module: "server-action",
    severity: "critical",
    needsPerson: true,
    meaning:
      "After the reboot the same monitor failed again. It is not repeated, unless `repeat-reboot` says so.",
    whatToDo: "Repair what the monitor watches.",
  },
  "reboots-cleared": {
    module: "server-action",
    severity: "notice",
    needsPerson: false,
    meaning: "A person emptied the record of server-level actions.",
    whatToDo: "Nothing.",
  },
} as const satisfies Partial<Record<EventId, EventEntry>>;
