import { isMap, isScalar, parseDocument } from "yaml";
import type { Finding } from "./report.ts";

/** The format that this program writes and reads. */
export const CONFIG_VERSION = 1;

/** A key at the begin of a line is one of the top: whatever is inside something stands further right. */
const PLAINLY_TODAY = new RegExp(`^version: +${CONFIG_VERSION} *(?:#.*)?$`, "m");

/** A configuration in the format of today. */
export interface Migrated {
  readonly text: string;
  /** What was changed for it, a sentence each without a full stop; empty when nothing was. */
  readonly notes: readonly string[];
}

/**
 * What to say of a file in a format of a later program; nothing else in it is judged, for its words
 * may mean something else. Null for every other file.
 */
export function laterVersion(version: unknown): Finding | null {
  if (typeof version !== "number" || version <= CONFIG_VERSION) return null;
  return {
    code: "config/later-version",
    what: `format ${version} is of a later program; this one reads up to ${CONFIG_VERSION}`,
    hint: "Upgrade SoloSafe, or go back to the file as it was before the upgrade.",
  };
}

/** One step from an older format to the next one; it changes the text and nothing that it means. */
interface Step {
  /** Null: a file that does not say. */
  readonly from: number | null;
  readonly note: string;
  readonly change: (text: string) => string;
}

// The package compares each key with each other one to find those that stand twice; loading does that.
const READING = { prettyErrors: false, logLevel: "error", uniqueKeys: false } as const;

const STEPS: readonly Step[] = [
  {
    from: null,
    note: `\`version: ${CONFIG_VERSION}\` is written at the top, so that later programs know the format`,
    change: (text) => insertAtTop(text, `version: ${CONFIG_VERSION}\n`),
  },
];

/**
 * Brings a configuration from an older format to that of today, comments and order kept. What is
 * not a configuration, or one of a later format, is given back as it is: loading it says why.
 */
export function migrateConfig(text: string): Migrated {
  // Reading a large file once more takes as long as checking it; nearly every one says it plainly.
  if (PLAINLY_TODAY.test(text)) return { text, notes: [] };
  const notes: string[] = [];
  let now = text;
  for (const step of STEPS) {
    if (versionOf(now) !== step.from) continue;
    now = step.change(now);
    notes.push(step.note);
  }
  return { text: now, notes };
}

/** Null when the file does not say; undefined when it is not a map, or says something else. */
function versionOf(text: string): number | null | undefined {
  const document = parseDocument(text, READING);
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
  // What is written in braces has no line of its own to put the version on.
  if (document.contents.flow === true) return undefined;
  const pair = document.contents.items.find(
    ({ key }) => isScalar(key) && String(key.value) === "version",
  );
  if (!pair) return null;
  return isScalar(pair.value) && typeof pair.value.value === "number"
    ? pair.value.value
    : undefined;
}

/** Before the first key, behind what stands at the top: comments, `%YAML`, `---`. */
function insertAtTop(text: string, line: string): string {
  const { contents } = parseDocument(text, READING);
  const start = isMap(contents) ? (contents.range?.[0] ?? 0) : 0;
  const before = text.slice(0, start);
  // An indented file is one whose every key is.
  const indent = before.slice(before.lastIndexOf("\n") + 1);
  return `${before}${line}${indent}${text.slice(start)}`;
}
