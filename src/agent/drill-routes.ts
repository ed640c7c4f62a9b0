import type { DRILL_ROUTES } from "../api/contract-drill.ts";
import { fail, succeed } from "../base/result.ts";
import type { Handlers } from "./control.ts";
import { conflict, type DrillPreparation, prepareDrill } from "./drill-prepare.ts";
import type { DrillSchedule } from "./drill-schedule.ts";
import type { Drills } from "./drills.ts";

export interface DrillRouteParts {
  readonly drills: Drills;
  readonly schedule: DrillSchedule;
  readonly preparation: DrillPreparation;
}

/** Routes of drills. */
export function drillHandlers(parts: DrillRouteParts): Pick<Handlers, keyof typeof DRILL_ROUTES> {
  const { drills, schedule, preparation } = parts;
  return {
    drillBegin: async (request, caller) => {
      const busy = drills.busyWith;
      if (busy !== null) return fail({ status: 409, code: "drill/busy", message: busy });
      const order = await prepareDrill(preparation, request, caller.name);
      if (!order.ok) return order;
      const made = await drills.make(order.value);
      return made.ok ? made : fail(conflict(made.problem));
    },
    drillEnd: async () => {
      const ended = await drills.end();
      return ended.ok ? ended : fail(conflict(ended.problem));
    },
    drills: async () => succeed({ drills: [...drills.list], planned: [...schedule.list] }),
    drill: async ({ id }) => {
      const report = await drills.show(id ?? null);
      if (report !== null) return succeed(report);
      const message = id === undefined ? "there was no drill yet" : `there is no drill ${id}`;
      return fail({ status: 404, code: "drill/unknown", message });
    },
  };
}
