import type * as z from "zod/mini";
import {
  COMMAND_LINE,
  DURATION_EXPECTED,
  PERCENT_EXPECTED,
  SIZE_EXPECTED,
} from "../monitors/fields.ts";
import type { KeyPath } from "./document.ts";
import { isRaw } from "./named-map.ts";
import { LATER_ACTIONS } from "./names.ts";
import type { Finding, Report } from "./report.ts";
import { didYouMean } from "./suggest.ts";

type Issue = z.core.$ZodIssue;

/** One value that was checked against a schema. */
export interface Checked {
  /** Where it stands in the file. */
  readonly base: KeyPath;
  readonly schema: z.core.$ZodType;
  readonly input: unknown;
  /** Keys of the long form that were written under the short form's key. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** The short form's key, where its value is a map of those keys. */
  readonly mapKey?: string;
  /** Keys that are known beside those of the schema. */
  readonly moreKeys?: readonly string[];
  /** Keys that are proposed, too, but not listed. */
  readonly laterKeys?: Iterable<string>;
}

/** Writes what zod found in the product's words, each at its place. */
export function reportIssues(report: Report, checked: Checked, issues: readonly Issue[]): void {
  const told = new Set<string>();
  for (const issue of issues) {
    // Of several complaints of the same kind about one value, such as two limits, one is enough.
    const id = JSON.stringify([issue.code, issue.path.map(String)]);
    if (!told.has(id)) reportIssue(report, checked, innermost(issue));
    told.add(id);
  }
}

function reportIssue(report: Report, checked: Checked, issue: Issue): void {
  const path = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
  const place = placeOf(checked, path);
  if (issue.code === "unrecognized_keys") {
    const known = [
      ...keysAt(checked.schema, path),
      ...(path.length === 0 ? (checked.moreKeys ?? []) : []),
    ];
    for (const key of issue.keys)
      report.error([...place, key], unknownKey(key, known, checked.laterKeys));
    return;
  }
  const value = valueAt(checked.input, path);
  const last = path.at(-1);
  if (value === undefined && typeof last === "string") {
    const owner = placeOf(checked, path.slice(0, -1));
    report.error([...owner, last], {
      code: "config/missing-key",
      what: "this key is missing",
      hint: null,
      at: "key",
    });
    return;
  }
  const at = issue.code === "invalid_key" ? "key" : "value";
  report.error(place, { ...describe(issue, value), at });
}

/** A key that nobody knows, with what it may have been meant to be. */
export function unknownKey(
  key: string,
  known: Iterable<string>,
  unlisted: Iterable<string> = [],
): Finding {
  const list = [...known];
  const hint = (): string =>
    didYouMean(key, [...list, ...unlisted]) ?? `Known here: ${list.toSorted().join(", ")}.`;
  return { code: "config/unknown-key", what: "unknown key", hint, at: "key" };
}

function placeOf({ base, renamed, mapKey }: Checked, path: readonly (string | number)[]): KeyPath {
  const [first, ...rest] = path;
  const isInMap = first === undefined || (typeof first === "string" && first in (renamed ?? {}));
  if (mapKey !== undefined && isInMap) return [...base, mapKey, ...path];
  if (first === undefined) return base;
  const name = typeof first === "string" ? renamed?.[first] : undefined;
  // The short form's value is all there is to point at.
  return name === undefined ? [...base, first, ...rest] : [...base, name, ...rest];
}

/** Of a union's branches the one that got furthest says what is wrong. */
function innermost(issue: Issue): Issue {
  if (issue.code === "invalid_key") {
    const [inner] = issue.issues;
    return inner === undefined ? issue : { ...issue, message: inner.message };
  }
  if (issue.code !== "invalid_union") return issue;
  const deepest = issue.errors
    .flat()
    .filter((inner) => inner.path.length > 0)
    .toSorted((left, right) => right.path.length - left.path.length)[0];
  if (deepest === undefined) return issue;
  return innermost({ ...deepest, path: [...issue.path, ...deepest.path] });
}

const UNTOLD = "Invalid input";

function describe(issue: Issue, value: unknown): Finding {
  const own = issue.message === UNTOLD ? null : issue.message;
  if (own === DURATION_EXPECTED || own === SIZE_EXPECTED) return unitMissing(own, value);
  if (own === PERCENT_EXPECTED) return percentMissing(own, value);
  if (own === COMMAND_LINE) {
    const words = String(value)
      .split(/\s+/)
      .filter((word) => word !== "");
    return { code: "config/wrong-value", what: own, hint: `Write \`${flowList(words)}\`.` };
  }
  if (issue.code === "invalid_type") return wrongType(own, issue.expected, value);
  if (issue.code === "invalid_value") return wrongValue(issue.values.map(String), value);
  if (issue.code === "too_small" || issue.code === "too_big") return wrongSize(issue, value);
  return { code: "config/wrong-value", what: own ?? `${show(value)} does not fit here` };
}

function unitMissing(what: string, value: unknown): Finding {
  const isDuration = what === DURATION_EXPECTED;
  const text = String(value).trim();
  const number = /^(\d{1,9}(?:\.\d+)?)\s*([a-zA-Z]*)$/.exec(text);
  const unit = isDuration ? durationUnit(number?.[2]) : sizeUnit(number?.[2]);
  const hint = number === null || unit === null ? null : `Write \`${number[1] ?? ""}${unit}\`.`;
  return { code: "config/wrong-unit", what, hint };
}

function percentMissing(what: string, value: unknown): Finding {
  const number = /^(\d{1,3}(?:\.\d)?)\s*(?:%|percent)?$/i.exec(String(value).trim())?.[1];
  const isShare = number !== undefined && Number(number) >= 1 && Number(number) <= 100;
  return { code: "config/wrong-unit", what, hint: isShare ? `Write \`${number}%\`.` : null };
}

function durationUnit(word: string | undefined): string | null {
  if (word === undefined || word === "") return "s";
  const units: readonly [RegExp, string][] = [
    [/^(ms|msecs?|milliseconds?)$/i, "ms"],
    [/^(s|secs?|seconds?)$/i, "s"],
    [/^(m|mins?|minutes?)$/i, "m"],
    [/^(h|hrs?|hours?)$/i, "h"],
    [/^(d|days?)$/i, "d"],
  ];
  return units.find(([pattern]) => pattern.test(word))?.[1] ?? null;
}

function sizeUnit(word: string | undefined): string | null {
  if (word === undefined || word === "") return "M";
  const first = word[0]?.toLowerCase();
  if (!/^[kmg](i?b)?$/i.test(word)) return null;
  return first === "k" ? "k" : first === "m" ? "M" : "G";
}

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "`true` or `false`",
  array: "a list",
  object: "keys and values",
  record: "keys and values",
};

function wrongType(own: string | null, expected: string, value: unknown): Finding {
  if (expected === "string" && isSecret(value)) return notBuilt("secret", "{ file } or { env }");
  const wanted =
    own ??
    `${KINDS[expected] ?? expected} ${expected === "object" || expected === "record" ? "are" : "is"} needed here, not ${contrast(expected, value)}`;
  return { code: "config/wrong-type", what: wanted, hint: typeHint(expected, value) };
}

/** The shape that is reserved for what must not stand in the file itself. */
function isSecret(value: unknown): boolean {
  if (!isRaw(value)) return false;
  const [key, more] = Object.keys(value);
  return more === undefined && (key === "file" || key === "env");
}

function typeHint(expected: string, value: unknown): string | null {
  if (expected === "string" && isPlain(value)) return `Write \`"${String(value)}"\`.`;
  if (expected === "array" && (isPlain(value) || typeof value === "string")) {
    return `Write \`${flowList([value])}\`.`;
  }
  if ((expected === "number" || expected === "int") && typeof value === "string") {
    return value.trim() !== "" && Number.isFinite(Number(value))
      ? `Write \`${Number(value)}\`.`
      : null;
  }
  if (expected === "boolean" && typeof value === "string") {
    if (/^(yes|on)$/i.test(value)) return "Write `true`.";
    if (/^(no|off)$/i.test(value)) return "Write `false`.";
  }
  return null;
}

function wrongValue(values: readonly string[], value: unknown): Finding {
  const text = typeof value === "string" ? value : "";
  if (LATER_ACTIONS.has(text)) return notBuilt("final action", text);
  const list = values.map((one) => `\`${one}\``).join(", ");
  const near = typeof value === "string" ? didYouMean(value, values) : null;
  const what = `${show(value)} is not one of ${list}`;
  return { code: "config/wrong-value", what, hint: near };
}

/** For names of the product that come with a later version. */
export function notBuilt(kind: string, name: string): Finding {
  const what = `${kind} \`${name}\` is known but not built yet`;
  return { code: "config/not-built", what, hint: "It comes with a later version." };
}

function wrongSize(
  issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig,
  value: unknown,
): Finding {
  const isSmall = issue.code === "too_small";
  const limit = String(isSmall ? issue.minimum : issue.maximum);
  const bound = `${isSmall ? "at least" : "at most"} ${limit}`;
  const code = "config/out-of-range";
  if (issue.origin === "string") {
    if (isSmall && limit === "1") return { code, what: "it must not be empty" };
    return { code, what: `the text must have ${bound} characters` };
  }
  if (issue.origin === "array") {
    if (isSmall && limit === "1") return { code, what: "the list must not be empty" };
    return { code, what: `the list must have ${bound} entries` };
  }
  return { code, what: `${show(value)} is out of range, it must be ${bound}` };
}

/** What a person wrote instead; a number where a number is expected is shown. */
function contrast(expected: string, value: unknown): string {
  const isNumber = expected === "number" || expected === "int";
  return isNumber && typeof value === "number" ? `\`${value}\`` : kindOf(value);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "keys and values";
  if (typeof value === "string") return "text";
  return typeof value === "number" ? "a number" : `\`${JSON.stringify(value)}\``;
}

function show(value: unknown): string {
  if (typeof value === "string") return `\`${value.slice(0, 60)}\``;
  return isPlain(value) ? `\`${String(value)}\`` : kindOf(value);
}

function isPlain(value: unknown): value is number | boolean {
  return typeof value === "number" || typeof value === "boolean";
}

function flowList(words: readonly unknown[]): string {
  return `[${words.map((word) => (/^[\w./-]+$/.test(String(word)) ? String(word) : JSON.stringify(word))).join(", ")}]`;
}

function valueAt(input: unknown, path: readonly (string | number)[]): unknown {
  let value = input;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value)) value = value[Number(step)];
    else value = isRaw(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}

/** The keys a schema knows below a path. */
function keysAt(schema: z.core.$ZodType, path: readonly (string | number)[]): readonly string[] {
  let current: z.core.$ZodType | null = schema;
  for (const step of path) current = current === null ? null : below(unwrap(current), step);
  const inner = current === null ? null : unwrap(current);
  return inner === null ? [] : Object.keys(shapeOf(inner) ?? {});
}

/** Takes defaults, options and transforms off. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const isWrapped = def.type === "optional" || def.type === "default" || def.type === "prefault";
  if (isWrapped) return unwrap(def.innerType);
  return def.type === "pipe" ? unwrap(def.in) : schema;
}

/** The keys of an object's schema; null when it is something else. */
export function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> | null {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === "object" ? def.shape : null;
}

function below(schema: z.core.$ZodType, step: string | number): z.core.$ZodType | null {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === "array") return def.element;
  if (def.type === "record") return def.valueType;
  return shapeOf(schema)?.[step] ?? null;
}
