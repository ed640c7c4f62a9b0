import * as z from "zod/mini";
import {
  type DrillReport,
  drillReport,
  type DrillSummary,
  drillSummary,
} from "../api/drill-answers.ts";
import type { Clock } from "../ports/clock.ts";
import type { VersionFiles } from "../ports/config-files.ts";
import type { Undo } from "./drill-faults.ts";
import { NumberedFiles } from "./numbered-files.ts";

/** So many reports are kept. */
const DRILLS_MAX = 100;
const FORMAT = 1;

const processes = z.array(z.object({ pid: z.number(), startTime: z.number() }));
const undo = z.discriminatedUnion("is", [
  z.object({ is: z.literal("nothing") }),
  z.object({ is: z.literal("continue"), processes }),
  z.object({ is: z.literal("remove"), path: z.string() }),
  z.object({ is: z.literal("link-up"), namespace: z.string(), interface: z.string() }),
]);
const savedDrill = z.object({
  v: z.literal(FORMAT),
  bootId: z.string(),
  undo,
  report: drillReport,
});

export interface SavedDrill {
  readonly bootId: string;
  readonly undo: Undo;
  readonly report: DrillReport;
}

export type DrillFiles = NumberedFiles<SavedDrill, DrillSummary>;

/** The written reports of drills. */
export function createDrillFiles(clock: Clock, files: VersionFiles): DrillFiles {
  return new NumberedFiles<SavedDrill, DrillSummary>(clock, files, {
    most: DRILLS_MAX,
    rowOf: ({ report }) => z.parse(drillSummary, report),
    read: (text) => {
      const read = z.safeParse(savedDrill, JSON.parse(text));
      return read.success ? read.data : null;
    },
    write: (saved) => JSON.stringify({ v: FORMAT, ...saved }),
  });
}

/** A drill that an earlier agent did not end, or did not undo. */
export function isLeftOpen({ report }: SavedDrill): boolean {
  return report.verdict === "running" || report.undoFault !== null;
}
