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
  /** `start`: where the first key stands. */
  readonly change: (text: string, start: number) => string;
}

const STEPS: readonly Step[] = [
  {
    from: null,
    note: `\`version: ${CONFIG_VERSION}\` is written at the top, so that later programs know the format`,
    change: (text, start) => insertLine(text, start, `version: ${CONFIG_VERSION}`),
  },
];

/**
 * Brings a configuration from an older format to that of today, comments and order kept. What is
 * not a configuration, or one of a later format, is given back as it is: loading it says why.
 */
export function migrateConfig(text: string): Migrated {
  // Reading a large file once more takes as long as checking it; nearly every one says it plainly.
  if (PLAINLY_TODAY.test(text)) return { text, notes: [] };
  const found = findVersion(text);
  const first = STEPS.findIndex((step) => step.from === found?.version);
  if (found === null || first < 0) return { text, notes: [] };
  const steps = STEPS.slice(first);
  return {
    text: steps.reduce((now, step) => step.change(now, found.start), text),
    notes: steps.map((step) => step.note),
  };
}

// The package compares each key with each other one to find those that stand twice; loading does that.
const READING = { prettyErrors: false, logLevel: "error", uniqueKeys: false } as const;

interface Found {
  /** Null when the file does not say; NaN when it says something else than a number. */
  readonly version: number | null;
  /** Where the first key stands. */
  readonly start: number;
}

/** Null when it is not a map of lines: what is in braces has no line to put the version on. */
function findVersion(text: string): Found | null {
  const { contents, errors } = parseDocument(text, READING);
  if (errors.length > 0 || !isMap(contents) || contents.flow === true) return null;
  const start = contents.range?.[0] ?? 0;
  const pair = contents.items.find(({ key }) => isScalar(key) && String(key.value) === "version");
  if (!pair) return { version: null, start };
  const value = isScalar(pair.value) ? pair.value.value : null;
  return { version: typeof value === "number" ? value : Number.NaN, start };
}

/** Before the first key, behind what stands at the top: comments, `%YAML`, `---`. */
function insertLine(text: string, start: number, line: string): string {
  const before = text.slice(0, start);
  // An indented file is one whose every key is.
  const indent = before.slice(before.lastIndexOf("\n") + 1);
  return `${before}${line}\n${indent}${text.slice(start)}`;
}
