import * as z from "zod/mini";
import { REPORT_PERIODS, type ReportPeriod } from "../base/report-days.ts";
import { about, line } from "../monitors/fields.ts";
import { type Calendar, isZone, windowAt } from "./calendar.ts";
import type { ReadCron } from "./cron.ts";
import type { KeyPath } from "./document.ts";
import type { Report } from "./report.ts";
import { didYouMean } from "./suggest.ts";

/** A report that is mailed by a calendar. */
export const plannedReport = z.strictObject({
  cron: about(
    "When it is sent: minute, hour, day of the month, month, day of the week; all of them must match",
    z._default(line(200), "0 7 * * 1"),
  ),
  period: about(
    "What it is about: the `day` before, the seven days before (`week`), or the `month` before",
    z._default(z.enum(REPORT_PERIODS), "week"),
  ),
  zone: about(
    "Time zone of `cron`, such as `Asia/Tokyo`; default: that of the server",
    z.optional(line(64)),
  ),
});

/** What is configured about the planned report. */
export interface LoadedReport {
  readonly calendar: Calendar;
  readonly period: ReportPeriod;
  /** Tells one calendar from another. */
  readonly name: string;
}

/** When it is read. */
export interface ReportSurroundings {
  readonly readCron?: ReadCron | undefined;
  /** Calendar time, to find what never comes; left out = that is not looked at. */
  readonly wall?: number | undefined;
}

/** Null when it cannot be read; then why is reported. */
export function loadReport(
  report: Report,
  path: KeyPath,
  { cron, period, zone }: z.output<typeof plannedReport>,
  { readCron, wall }: ReportSurroundings,
): LoadedReport | null {
  if (zone !== undefined && !isZone(zone)) {
    const what = `there is no time zone \`${zone}\``;
    const hint = (): string | null => didYouMean(zone, Intl.supportedValuesOf("timeZone"));
    report.error([...path, "zone"], { code: "config/unknown-name", what, hint });
    return null;
  }
  const read = readCron?.(cron);
  if (read === undefined) return null;
  if (!read.ok || read.value.minutes.length > 1) {
    const what = read.ok ? "a report comes once in an hour at most" : read.problem;
    const hint = 'Write `"0 7 * * 1"` for each Monday at seven.';
    report.error([...path, "cron"], { code: "config/wrong-value", what, hint });
    return null;
  }
  const calendar = { times: read.value, zone: zone ?? null, forMs: 0 };
  if (wall !== undefined && windowAt(calendar, wall).changesAt === null) {
    const what = "no such day comes in the next eight years";
    report.warn([...path, "cron"], { code: "config/never-acts", what });
  }
  return { calendar, period, name: `${cron} ${zone ?? ""} ${period}` };
}
