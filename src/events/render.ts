import type { StatementFields, StatementId } from "../api/statements.ts";
import type { Event, EventFields, EventId } from "../core/event.ts";
import { ENGLISH_SPEECH, type Speech } from "./speech.ts";

/** An event or a statement as it was written down or received: its id may be of a newer version. */
export interface Written {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The text of an event for people. Names stand in backticks. */
export function render(event: Event | Written, speech: Speech = ENGLISH_SPEECH): string {
  if (!isEventId(event.id, speech)) return renderUnknown(event, ": ", ", ");
  try {
    return speech.finish(renderEvent(event.id, event.fields, speech));
  } catch {
    // Written by a version whose event of this name had other fields.
    return renderUnknown(event, ": ", ", ");
  }
}

/** The text of a statement of `explain`; of a newer agent's statement its id and fields. */
export function renderStatement(statement: Written, speech: Speech = ENGLISH_SPEECH): string {
  if (!isStatementId(statement.id, speech)) return renderUnknown(statement, " ", " ");
  try {
    return speech.finish(renderSaid(statement.id, statement.fields, speech));
  } catch {
    // Said by another version, whose statement of this name has other fields.
    return renderUnknown(statement, " ", " ");
  }
}

function isEventId(id: string, speech: Speech): id is EventId {
  return Object.hasOwn(speech.texts, id);
}

function isStatementId(id: string, speech: Speech): id is StatementId {
  return Object.hasOwn(speech.statements, id);
}

function renderEvent<Id extends EventId>(id: Id, fields: object, speech: Speech): string {
  // The id says which fields the event has; whoever wrote it was checked by the compiler.
  return speech.texts[id](fields as EventFields[Id]);
}

function renderSaid<Id extends StatementId>(id: Id, fields: object, speech: Speech): string {
  // The id says which fields the statement has; the agent wrote both.
  return speech.statements[id](fields as StatementFields[Id]);
}

/** What a newer agent says is shown as it is rather than not at all. */
function renderUnknown({ id, fields }: Written, after: string, between: string): string {
  const all = Object.entries(fields).map(([key, value]) => `${key} ${String(value)}`);
  return all.length === 0 ? id : `${id}${after}${all.join(between)}`;
}
