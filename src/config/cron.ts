import { fail, type Result, succeed } from "../base/result.ts";
import type { CronTimes } from "./calendar.ts";

/** Reads an expression of five fields; the problem is a sentence without a full stop. */
export type ReadCron = (text: string) => Result<CronTimes, string>;

/**
 * What reads the expressions of planned windows and reports; nothing where a configuration has none,
 * for the package costs memory (1.6 MiB in the build). It says what an expression means and which days
 * it matches; when a window opens is computed here, because the package looks ahead from its own
 * clock only, never back, and leaves out a start that daylight saving time jumps over.
 */
export async function cronFor(text: string): Promise<{ readonly readCron?: ReadCron }> {
  if (!/windows|report/.test(text)) return {};
  const { createTask, validateDetailed } = await import("node-cron");
  return {
    readCron: (expression) => {
      const words = expression.trim().split(/\s+/);
      if (words.length !== 5) return fail(FIVE);
      const { valid: isValid, fields, errors } = validateDetailed(words.join(" "));
      if (!isValid || fields === undefined) return fail(problemOf(errors));
      // In UTC every day has its midnight; which instant of a day is meant is asked of the zone later.
      const days = createTask(`0 0 ${words.slice(2).join(" ")}`, () => {}, { timezone: "Etc/UTC" });
      // It is asked, never run: this takes it off the package's list of tasks.
      void days.destroy();
      return succeed({
        minutes: ascending(fields.minute),
        hours: ascending(fields.hour),
        matchesDay: (day) => days.match(new Date(day)),
      });
    },
  };
}

const FIVE = "five fields are needed: minute, hour, day of the month, month, day of the week";

function ascending(values: readonly number[]): readonly number[] {
  return [...new Set(values)].toSorted((one, other) => one - other);
}

function problemOf(
  errors: readonly { readonly field: string; readonly value?: string; readonly message: string }[],
): string {
  const [first] = errors;
  if (first === undefined || first.field === "expression") {
    return `it is no time and date expression${first ? `: ${first.message}` : ""}`;
  }
  return `\`${first.value ?? ""}\` is not possible as ${FIELDS.get(first.field) ?? first.field}`;
}

const FIELDS: ReadonlyMap<string, string> = new Map([
  ["minute", "minute"],
  ["hour", "hour"],
  ["dayOfMonth", "day of the month"],
  ["month", "month"],
  ["dayOfWeek", "day of the week"],
]);
