import type { EventId } from "../core/event.ts";
import type { EventEntry } from "./entry.ts";

/** Events about who may do what, and about the page. */
export const ACCESS_EVENTS = {
  "access-changed": {
    module: "person",
    severity: "notice",
    needsPerson: false,
    meaning: "A user or a token was added, changed or removed.",
    whatToDo: "Nothing; `solosafe audit` says from where, if it was not you.",
  },
  "sign-in-locked": {
    module: "person",
    severity: "warning",
    needsPerson: false,
    meaning:
      "Somebody gave a wrong password so often that no further one is looked at for a while.",
    whatToDo: "Find out who it was with `solosafe audit`; `page.allow` keeps strangers away.",
  },
  "access-lost": {
    module: "agent",
    severity: "error",
    needsPerson: true,
    meaning: "The file of users could not be used, so nobody can sign in on the page.",
    whatToDo: "Set a password with `solosafe web setup`, and add the others again.",
  },
  "page-opened": {
    module: "person",
    severity: "notice",
    needsPerson: false,
    meaning: "The page can be reached from other computers.",
    whatToDo: "Nothing; `page.public: false` in the configuration keeps it on this server.",
  },
  "page-closed": {
    module: "person",
    severity: "notice",
    needsPerson: false,
    meaning: "The page can be reached from this server only.",
    whatToDo: "Nothing; `solosafe web setup` opens it again.",
  },
} as const satisfies Partial<Record<EventId, EventEntry>>;
