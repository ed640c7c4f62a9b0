import { parseDuration } from "../base/duration.ts";

/**
 * A moment as people write it: `2h` ago, `2026-01-31`, `2026-01-31T20:00` in local time. Undefined:
 * not asked for; null: cannot be read.
 */
export function readTime(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined;
  const span = parseDuration(text);
  if (span !== null) return Date.now() - span;
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00`) : Date.parse(text);
  return Number.isNaN(time) ? null : time;
}
