import type { Event, EventFields, EventId } from "../core/event.ts";
import { isEventId } from "./catalogue.ts";
import { ENGLISH } from "./en.ts";
import type { Texts } from "./en-server.ts";

/** Languages with a complete table; adding one here makes the build ask for all its texts. */
export const LANGUAGES = ["en"] as const;
export type EventLanguage = (typeof LANGUAGES)[number];

const TEXTS: Readonly<Record<EventLanguage, Texts>> = { en: ENGLISH };

/** An event as it was written down or received: its id may be of a newer version. */
export interface WrittenEvent {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The text of an event for people. Names stand in backticks. */
export function render(event: Event | WrittenEvent, language: EventLanguage = "en"): string {
  if (!isEventId(event.id)) return renderUnknown(event);
  try {
    return renderKnown(event.id, event.fields, TEXTS[language]);
  } catch {
    // Written by a version whose event of this name had other fields.
    return renderUnknown(event);
  }
}

function renderKnown<Id extends EventId>(id: Id, fields: object, texts: Texts): string {
  // The id says which fields the event has; whoever wrote it was checked by the compiler.
  return texts[id](fields as EventFields[Id]);
}

/** An event of a newer agent is shown as it is rather than not at all. */
function renderUnknown(event: WrittenEvent): string {
  const fields = Object.entries(event.fields).map(([key, value]) => `${key} ${String(value)}`);
  return `${event.id}${fields.length === 0 ? "" : `: ${fields.join(", ")}`}`;
}
