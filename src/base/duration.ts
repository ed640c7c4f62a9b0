/** A span of time, or an instant of `CLOCK_MONOTONIC`, in milliseconds. */
export type Millis = number;

export const SECOND: Millis = 1000;
export const MINUTE: Millis = 60 * SECOND;
export const HOUR: Millis = 60 * MINUTE;
export const DAY: Millis = 24 * HOUR;

const UNITS: Readonly<Record<string, Millis>> = {
  ms: 1,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
  d: DAY,
};

/** What a duration looks like in the configuration and on the command line. */
export const DURATION_PATTERN = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;

/** Reads `30s`, `1h30m`, `500ms`; null when the text is not a duration. */
export function parseDuration(text: string): Millis | null {
  if (!DURATION_PATTERN.test(text)) return null;
  let total = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(number) * (UNITS[unit ?? ""] ?? 0);
  }
  return Math.round(total);
}

/** Writes a span the way it is configured: `90s` is `1m30s`, below a second `250ms`. */
export function formatDuration(span: Millis): string {
  if (span < 0) return `-${formatDuration(-span)}`;
  if (span === 0) return "0s";
  if (span < SECOND) return `${Math.round(span)}ms`;
  let rest = Math.round(span / SECOND) * SECOND;
  let text = "";
  for (const unit of ["d", "h", "m", "s"]) {
    const size = UNITS[unit] ?? 1;
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}
