import { dayOf } from "../base/report-days.ts";
import { fail, succeed } from "../base/result.ts";
import { availabilityReport } from "../core/availability.ts";
import type { Clock } from "../ports/clock.ts";
import type { AskedWork } from "./asked-work.ts";
import type { Handlers } from "./control.ts";
import { NO_MAIL } from "./mail-routes.ts";
import type { Engine } from "./engine.ts";
import { Metrics } from "./metrics.ts";
import type { Reporting } from "./reporting.ts";
import type { Reports } from "./reports.ts";
import type { ShellFacts } from "./status.ts";
import type { View } from "./view.ts";

export interface ReportRouteParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly reports: Reports;
  readonly view: () => View;
  readonly shell: () => ShellFacts;
  readonly telling: { readonly reporting: Reporting };
  readonly asked: AskedWork;
}

/** Routes of what was found out and measured. */
export function reportHandlers(
  parts: ReportRouteParts,
): Pick<Handlers, "boots" | "availability" | "metrics" | "report" | "reportMail"> {
  const { engine, clock, reports, telling, asked } = parts;
  const { boots, availability } = reports;
  const metrics = new Metrics({ ...parts, availability, now: () => clock.now() });
  return {
    metrics: async () => succeed(metrics.text()),
    boots: async () => succeed({ isThisBoot: boots.isThisBoot, boots: [...boots.list] }),
    report: async (wanted) => await asked.run(() => telling.reporting.make(wanted)),
    reportMail: async ({ period }) => {
      const made = await asked.run(() => telling.reporting.mail(period));
      if (!made.ok) return made;
      const queued = made.value;
      if (queued === null) return fail(NO_MAIL);
      return succeed({ ...queued.days, recipients: [...queued.recipients] });
    },
    availability: async ({ from, to }) => {
      availability.count(engine.model, engine.state);
      const { ledger } = availability;
      const last = to ?? dayOf(ledger.wall);
      const first = from ?? `${last.slice(0, 8)}01`;
      return succeed({ from: first, to: last, rows: availabilityReport(ledger, first, last) });
    },
  };
}
