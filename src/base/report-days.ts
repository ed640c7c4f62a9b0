import { DAY, type Millis } from "./duration.ts";

/** What a report is about: whole days, the last of them the one before it is written. */
export const REPORT_PERIODS = ["day", "week", "month"] as const;
export type ReportPeriod = (typeof REPORT_PERIODS)[number];

/** Days of the calendar, both counted: `2026-11-21`. */
export interface ReportDays {
  readonly from: string;
  readonly to: string;
}

/**
 * The day before `wall`, the seven days before it, or the month before its month, where the calendar
 * of `zone` shows that instant; null = the server's.
 */
export function daysBefore(
  wall: Millis,
  period: ReportPeriod,
  zone: string | null = null,
): ReportDays {
  const date = new Date(noonOf(zone === null ? dayOf(wall) : dayIn(zone, wall)));
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  // Noon is there on every day, whatever the clocks do in the night.
  const at = (...when: readonly [number, number, number]): string =>
    dayOf(new Date(...when, 12).getTime());
  if (period === "month") return { from: at(year, month - 1, 1), to: at(year, month, 0) };
  const to = at(year, month, day - 1);
  return period === "day" ? { from: to, to } : { from: at(year, month, day - 7), to };
}

/** The first instant of the first day, and of the day after the last. */
export function wallsOf({ from, to }: ReportDays): { sinceWall: Millis; untilWall: Millis } {
  const noonAfter = noonOf(to) + DAY;
  return { sinceWall: beginOf(noonOf(from)), untilWall: beginOf(noonAfter) };
}

/** The day as people here call it: `2026-11-21`. */
export function dayOf(wall: Millis): string {
  const date = new Date(wall);
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function dayIn(zone: string, wall: Millis): string {
  const shown = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).formatToParts(wall);
  const part = (type: string): string => shown.find((one) => one.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}`;
}

function noonOf(day: string): Millis {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date, 12).getTime();
}

function beginOf(wall: Millis): Millis {
  const date = new Date(wall);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
