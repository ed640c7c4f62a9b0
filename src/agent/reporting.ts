import type { ReportAnswer } from "../api/report-answers.ts";
import { daysBefore, dayOf, type ReportDays, type ReportPeriod } from "../base/report-days.ts";
import { DAY } from "../base/duration.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { AgentParts } from "./agent-parts.ts";
import type { Drills } from "./drills.ts";
import type { History } from "./history.ts";
import type { MailDuty } from "./mail-duty.ts";
import { PlannedReport } from "./planned-report.ts";
import type { Reports } from "./reports.ts";
import type { ShellFacts } from "./status.ts";
import type { View } from "./view.ts";

/** What a report is made of. */
export interface ReportingParts {
  readonly history: Pick<History, "settled">;
  readonly view: () => View;
  readonly shell: () => ShellFacts;
  readonly reports: Reports;
  readonly drills: Pick<Drills, "list">;
}

/** Reports for people: those that the calendar asks for, and those that somebody asks for. */
export interface Reporting {
  configure(config: Pick<LoadedConfig, "mail">): void;
  /** The boot before is explained: what was missed may be sent. */
  begin(): void;
  /** A period of whole days before today, or these days; without both the last seven and today. */
  make(wanted: {
    readonly period?: ReportPeriod | undefined;
    readonly from?: string | undefined;
    readonly to?: string | undefined;
  }): Promise<ReportAnswer>;
  /** Queues a report as the calendar would now; null where no mail is configured. */
  mail(
    period: ReportPeriod,
  ): Promise<{ readonly days: ReportDays; readonly recipients: readonly string[] } | null>;
  leave(): void;
}

/** What makes reports is loaded when the first one is made. */
export function reportingOf(
  { clock, stateFiles: files, runRole, log }: AgentParts,
  parts: ReportingParts,
  mail: Pick<MailDuty, "send">,
): Reporting {
  const make = async (days: ReportDays): Promise<ReportAnswer> => {
    const { makeReport } = await import("./report.ts");
    return await makeReport({ ...parts, clock, runRole }, days);
  };
  const send = async (report: ReportAnswer): Promise<readonly string[] | null> => {
    const { reportMail } = await import("./report-mail.ts");
    return await mail.send((source) => reportMail(report, source));
  };
  const planned = new PlannedReport({
    clock,
    files,
    make,
    send: async (report) => void (await send(report)),
    onFault: (what, error) => log.fault(what, error),
  });
  let isFirst = true;
  return {
    configure: (config) => {
      const wanted = config.mail?.report ?? null;
      if (isFirst) planned.configureFirst(wanted);
      else planned.configure(wanted);
      isFirst = false;
    },
    begin: () => planned.begin(),
    make: async ({ period, from, to }) => {
      const wall = clock.wall();
      if (period !== undefined) return await make(daysBefore(wall, period));
      const last = to ?? dayOf(wall);
      return await make({ from: from ?? weekBefore(last), to: last });
    },
    mail: async (period) => {
      const days = daysBefore(clock.wall(), period);
      const recipients = await send(await make(days));
      return recipients === null ? null : { days, recipients };
    },
    leave: () => planned.stop(),
  };
}

/** The day seven days before. */
function weekBefore(day: string): string {
  return new Date(Date.parse(day) - 7 * DAY).toISOString().slice(0, 10);
}
