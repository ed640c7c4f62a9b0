import { succeed } from "../base/result.ts";
import { availabilityReport } from "../core/availability.ts";
import { dayOf } from "./availability.ts";
import type { Handlers } from "./control.ts";
import type { Engine } from "./engine.ts";
import type { Reports } from "./reports.ts";

export interface ReportRouteParts {
  readonly engine: Engine;
  readonly reports: Reports;
}

/** Routes of what was found out and measured. */
export function reportHandlers({
  engine,
  reports,
}: ReportRouteParts): Pick<Handlers, "boots" | "availability"> {
  const { boots, availability } = reports;
  return {
    boots: async () => succeed({ isThisBoot: boots.isThisBoot, boots: [...boots.list] }),
    availability: async ({ from, to }) => {
      availability.count(engine.model, engine.state);
      const { ledger } = availability;
      const last = to ?? dayOf(ledger.wall);
      const first = from ?? `${last.slice(0, 8)}01`;
      return succeed({ from: first, to: last, rows: availabilityReport(ledger, first, last) });
    },
  };
}
