import * as z from "zod/mini";
import { type Checked, reportIssues } from "./issues.ts";
import type { KeyPath } from "./document.ts";
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

/** The input without the keys that the issues complain about; a list with a wrong entry goes whole. */
export function withoutWrong(input: Raw, issues: readonly z.core.$ZodIssue[]): Raw {
  // Taken out together below each owner: one by one, each would copy all the others.
  const wrong = new Map<string, { readonly owner: KeyPath; readonly keys: Set<string> }>();
  const mark = (owner: KeyPath, key: string): void => {
    const id = JSON.stringify(owner);
    const known = wrong.get(id) ?? { owner, keys: new Set<string>() };
    wrong.set(id, known);
    known.keys.add(key);
  };
  for (const issue of issues) {
    const path = issue.path.map(String);
    const { owner, last } = deepestKey(input, path);
    if (issue.code === "unrecognized_keys") for (const key of issue.keys) mark(path, key);
    else if (last !== null) mark(owner, last);
  }
  return [...wrong.values()].reduce((rest, { owner, keys }) => without(rest, owner, keys), input);
}

/** How far a path goes through keys, before the first list. */
function deepestKey(input: Raw, path: readonly string[]): { owner: KeyPath; last: string | null } {
  let owner: unknown = input;
  for (const [depth, key] of path.entries()) {
    const value: unknown = isRaw(owner) ? owner[key] : undefined;
    if (depth === path.length - 1 || !isRaw(value))
      return { owner: path.slice(0, depth), last: key };
    owner = value;
  }
  return { owner: [], last: null };
}

function without(input: Raw, [first, ...below]: KeyPath, keys: ReadonlySet<string>): Raw {
  if (first === undefined) {
    return Object.fromEntries(Object.entries(input).filter(([key]) => !keys.has(key)));
  }
  const value = input[first];
  return isRaw(value) ? { ...input, [first]: without(value, below, keys) } : input;
}
