import * as z from "zod/mini";
import { type Checked, reportIssues } from "./issues.ts";
import { type Raw, isRaw } from "./named-map.ts";
import type { Report } from "./report.ts";

/** What could be read. `isWhole`: nothing had to be left out. */
export interface Salvaged<Value> {
  readonly value: Value;
  readonly isWhole: boolean;
}

/**
 * Reads what can be read: every wrong key is reported and left out, so that the rest is still
 * checked in the same run. Null when without them nothing is left that makes sense.
 */
export function salvage<Schema extends z.ZodMiniObject>(
  report: Report,
  schema: Schema,
  input: Raw,
  where: Omit<Checked, "schema" | "input">,
): Salvaged<z.output<Schema>> | null {
  const whole = z.safeParse(schema, input);
  if (whole.success) return { value: whole.data, isWhole: true };
  reportIssues(report, { ...where, schema, input }, whole.error.issues);
  const rest = z.safeParse(schema, withoutWrong(input, whole.error.issues));
  return rest.success ? { value: rest.data, isWhole: false } : null;
}

/** The input without the keys that the issues complain about. */
export function withoutWrong(input: Raw, issues: readonly z.core.$ZodIssue[]): Raw {
  let rest = input;
  for (const issue of issues) {
    const path = issue.path.map(String);
    if (issue.code !== "unrecognized_keys") rest = without(rest, path);
    else for (const key of issue.keys) rest = without(rest, [...path, key]);
  }
  return rest;
}

/** A list with a wrong entry is left out as a whole. */
function without(input: Raw, [key, ...below]: readonly string[]): Raw {
  if (key === undefined) return {};
  const { [key]: value, ...rest } = input;
  if (below.length === 0 || !isRaw(value)) return rest;
  return { ...input, [key]: without(value, below) };
}
