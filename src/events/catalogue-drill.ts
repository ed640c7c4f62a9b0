import type { EventId } from "../core/event.ts";
import type { EventEntry } from "./entry.ts";

/** Events of drills: real faults, made on purpose. */
export const DRILL_EVENTS = {
  "drill-begun": {
    module: "drill",
    severity: "notice",
    needsPerson: false,
    meaning: "A real fault was made on purpose; what follows may be because of it.",
    whatToDo: "Nothing; `solosafe drill end` ends it at once.",
  },
  "drill-ended": {
    module: "drill",
    severity: "notice",
    needsPerson: false,
    meaning: "The fault of a drill was found and all is well again, or the drill was cut short.",
    whatToDo: "Nothing; `solosafe drill show` tells what happened.",
  },
  "drill-failed": {
    module: "drill",
    severity: "error",
    needsPerson: true,
    meaning: "The fault of a drill was not found, or not recovered from; a real one would not be.",
    whatToDo:
      "Read `solosafe drill show`, repair what is not well, then change monitor or recovery.",
  },
  "drill-not-undone": {
    module: "drill",
    severity: "critical",
    needsPerson: true,
    meaning: "The fault of a drill is still there, because it could not be undone.",
    whatToDo: "Undo it by hand; `solosafe drill show` says what was done to what.",
  },
  "drill-skipped": {
    module: "drill",
    severity: "warning",
    needsPerson: false,
    meaning: "A drill that was planned for a window was not made in it; the next one tries again.",
    whatToDo:
      "Nothing, unless it is skipped again and again; then read why, and change the window.",
  },
} satisfies Partial<Record<EventId, EventEntry>>;
