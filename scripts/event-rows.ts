import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isWanted } from "../src/agent/destination-policy.ts";
import type { EventId } from "../src/core/event.ts";
import { CATALOGUE, isAboutMail, isEventId } from "../src/events/catalogue.ts";
import { type EventEntry, type EventModule, MODULES } from "../src/events/entry.ts";
import { DESTINATION_TYPES } from "../src/notifiers/registry.ts";
import { ROOT } from "./program.ts";

/** A field of an event, as programs get it. */
interface EventField {
  readonly name: string;
  /** What its value is, in words; null: text, as most are. */
  readonly kind: string | null;
}

/** All that is to be known of one kind of event. */
export interface EventRow extends EventEntry {
  readonly id: EventId;
  readonly fields: readonly EventField[];
  /** Which kinds of destinations are told it, where they are configured without a filter. */
  readonly destinations: readonly string[];
}

/** A filter that names nothing but its scope. */
const EVERYTHING = { least: "info", modules: null, events: null, except: [] } as const;
const TYPES = join(ROOT, "src/core/event.ts");
const KINDS: Readonly<Record<string, string | null>> = {
  string: null,
  number: "number",
  boolean: "true or false",
  Millis: "ms",
};

/** Every event by module, in the order of the modules and of the catalogue. */
export function eventRows(): ReadonlyMap<EventModule, readonly EventRow[]> {
  const fields = readFields(readFileSync(TYPES, "utf8"));
  const rows = Object.entries(CATALOGUE).map(([id, entry]): EventRow => {
    const own = fields.get(id);
    if (!isEventId(id) || own === undefined) throw new Error(`${TYPES} has no fields of ${id}`);
    const isMailed = entry.needsPerson && !isAboutMail(id);
    const others = [...DESTINATION_TYPES.values()].filter((type) =>
      isWanted({ ...EVERYTHING, scope: type.defaults.events }, id, entry),
    );
    const names = others.map(({ name }) => name);
    const destinations = ["log", ...(isMailed ? ["mail"] : []), ...names];
    return { ...entry, id, fields: own, destinations };
  });
  return new Map(
    MODULES.map((module) => [module, rows.filter((row) => row.module === module)] as const),
  );
}

/** The fields of each event, from the text of the interface; the formatter keeps its form. */
export function readFields(text: string): ReadonlyMap<string, readonly EventField[]> {
  const body = /^export interface EventFields \{$(.*?)^\}$/ms.exec(text)?.[1] ?? "";
  const events = body.matchAll(/^ {2}"?([\w-]+)"?: (?:Record<string, never>|\{(.*?)\});$/gms);
  return new Map([...events].map(([, id = "", inner = ""]) => [id, readInner(inner)]));
}

function readInner(inner: string): readonly EventField[] {
  return [...inner.matchAll(/(\w+): ([^;]+?)\s*(?:;|$)/g)].map(([, name = "", type = ""]) => ({
    name,
    kind: kindOf(type),
  }));
}

function kindOf(type: string): string | null {
  if (type.endsWith(" | null")) {
    const kind = kindOf(type.slice(0, -" | null".length));
    return `${kind ?? "text"} or nothing`;
  }
  // Every other type is a union of a few words.
  const kind = KINDS[type];
  return kind === undefined ? "word" : kind;
}
