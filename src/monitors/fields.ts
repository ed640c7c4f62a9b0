import * as z from "zod/mini";
import {
  DAY,
  SECOND,
  DURATION_PATTERN,
  type Millis,
  formatDuration,
  parseDuration,
} from "../base/duration.ts";

/** What a person is told where a duration was meant; the loader finds the unit to propose by it. */
export const DURATION_EXPECTED = "a duration with its unit is needed here, such as `30s` or `5m`";
export const COMMAND_EXPECTED = "a list of words is needed here, or the path of one program";
export const COMMAND_LINE = "this is a command line, not the path of one program";
export const PATTERN_BROKEN = "this is not a regular expression";

/** A program and its words. */
export type Command = readonly [string, ...string[]];

/** Schemas whose text becomes a number when read, with the way back; for showing what is in force. */
export const SPANS = z.registry<Span>();

interface Span {
  readonly write: (value: number) => string;
  /** What is allowed, for the reference. */
  readonly limits: string;
}

/** Adds the sentence that stands in the reference and in editors; no full stop at its end. */
export function about<Schema extends z.core.$ZodType>(description: string, schema: Schema): Schema {
  z.globalRegistry.add(schema, { description });
  return schema;
}

/** A duration as text, in milliseconds when read. */
export function duration(least: Millis = 0, most: Millis = 365 * DAY) {
  const range = `it must be between ${formatDuration(least)} and ${formatDuration(most)}`;
  const text = z.string({ error: DURATION_EXPECTED }).check(
    z.regex(DURATION_PATTERN, { error: DURATION_EXPECTED }),
    z.refine(
      (value) => {
        const span = parseDuration(value);
        return span === null || (span >= least && span <= most);
      },
      { error: range },
    ),
  );
  const schema = z.pipe(
    text,
    z.transform((value: string): Millis => parseDuration(value) ?? 0),
  );
  SPANS.add(schema, {
    write: writeDuration,
    limits: `${formatDuration(least)} to ${formatDuration(most)}`,
  });
  return schema;
}

/** Unlike what people are shown, nothing is rounded. */
function writeDuration(span: Millis): string {
  return span % SECOND === 0 ? formatDuration(span) : `${span}ms`;
}

/** A whole number within limits. */
export function count(least: number, most: number) {
  return z.int().check(z.minimum(least), z.maximum(most));
}

/** Text of one line, not empty. */
export function line(most = 1000) {
  return z
    .string()
    .check(
      z.minLength(1),
      z.maxLength(most),
      z.regex(NO_CONTROL, { error: "one line of text is needed" }),
    );
}

/** Text for people; may be empty and have several lines. */
export function prose(most = 4000) {
  return z.string().check(z.maxLength(most));
}

// Control characters cannot be part of a name, an address or a title, and would break a line of a log.
const NO_CONTROL = /^[ -~\u00a0-\uffff]*$/;

/** A path from the root. */
export function absolutePath() {
  return z
    .string()
    .check(
      z.maxLength(4096),
      z.regex(/^\/[^\0]*$/, { error: "a path from the root is needed here, such as `/srv/shop`" }),
    );
}

/** A program as a list of words, or as one path without arguments; a list when read. */
export function command() {
  const word = z.string().check(z.maxLength(32_768), z.regex(/^[^\0]*$/));
  const path = z.string().check(z.minLength(1), z.regex(/^\S+$/, { error: COMMAND_LINE }));
  const words = z.array(word).check(z.minLength(1), z.maxLength(256));
  return z.pipe(
    z.union([path, words], { error: COMMAND_EXPECTED }),
    z.transform((value: string | string[]): Command => {
      if (typeof value === "string") return [value];
      const [program = "", ...rest] = value;
      return [program, ...rest];
    }),
  );
}

/** Environment variables by name. */
export function environment() {
  const name = z.string().check(
    z.regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, {
      error: "this is not the name of an environment variable",
    }),
  );
  return z.record(name, z.string().check(z.maxLength(32_768), z.regex(/^[^\0]*$/)));
}

/** The name of an account. */
export function account() {
  return z
    .string()
    .check(
      z.regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/, { error: "this is not the name of an account" }),
    );
}

/** Address of a page or a service, `http://` or `https://`. */
export function url() {
  return z.string().check(
    z.maxLength(2000),
    z.refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), {
      error: "an address that begins with `http://` or `https://` is needed here",
    }),
  );
}

/** Where to connect to: a host name or an address, without a port. */
export function hostName() {
  return z
    .string()
    .check(
      z.regex(/^[A-Za-z0-9.:_-]{1,253}$/, { error: "this is neither a host name nor an address" }),
    );
}

export function port() {
  return count(1, 65_535);
}

/** A regular expression as text; it matches anywhere, `.` does not match a line's end, `^` and `$` are of a line. */
export function pattern() {
  return z.string().check(
    z.minLength(1),
    z.maxLength(1000),
    z.refine((value) => compile(value) !== null, { error: PATTERN_BROKEN }),
  );
}

/** The expression of a text that `pattern` accepted; null when it is broken. */
export function compile(text: string): RegExp | null {
  try {
    return new RegExp(text, "mu");
  } catch {
    return null;
  }
}

/** Exit codes of a program. */
export function exitCodes() {
  return z.array(count(0, 255)).check(z.maxLength(256));
}

const SIZES: Readonly<Record<string, number>> = { k: 1024, M: 1024 ** 2, G: 1024 ** 3 };
export const SIZE_EXPECTED = "a size with its unit is needed here, such as `512k` or `10M`";

/** A number of bytes as text (`512k`, `10M`, `1G`; powers of 1024), in bytes when read. */
export function size(least: number, most: number) {
  const text = z.string({ error: SIZE_EXPECTED }).check(
    z.regex(/^\d{1,6}[kMG]$/, { error: SIZE_EXPECTED }),
    z.refine((value) => bytes(value) === null || within(bytes(value) ?? 0, least, most), {
      error: `it must be between ${formatSize(least)} and ${formatSize(most)}`,
    }),
  );
  const schema = z.pipe(
    text,
    z.transform((value: string): number => bytes(value) ?? 0),
  );
  SPANS.add(schema, {
    write: formatSize,
    limits: `${formatSize(least)} to ${formatSize(most)}`,
  });
  return schema;
}

function bytes(text: string): number | null {
  const factor = SIZES[text.slice(-1)];
  return factor === undefined ? null : Number.parseInt(text, 10) * factor;
}

function within(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

function formatSize(value: number): string {
  for (const unit of ["G", "M"]) {
    const factor = SIZES[unit] ?? 1;
    if (value >= factor && value % factor === 0) return `${value / factor}${unit}`;
  }
  return `${Math.round(value / 1024)}k`;
}

export const PERCENT_EXPECTED = "a percentage is needed here, such as `90%`";

/** A share as text (`90%`, `99.5%`), 1 to 100; a number when read. */
export function percent() {
  const text = z.string({ error: PERCENT_EXPECTED }).check(
    z.regex(/^\d{1,3}(?:\.\d)?%$/, { error: PERCENT_EXPECTED }),
    z.refine((value) => !(Number.parseFloat(value) < 1 || Number.parseFloat(value) > 100), {
      error: "it must be between 1% and 100%",
    }),
  );
  const schema = z.pipe(
    text,
    z.transform((value: string): number => Number.parseFloat(value)),
  );
  SPANS.add(schema, { write: (value) => `${value}%`, limits: "1% to 100%" });
  return schema;
}
