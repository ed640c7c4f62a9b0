import * as z from "zod/mini";
import { fieldValue } from "./answers.ts";
import { availabilityRow } from "./availability-answers.ts";
import { drillKind, drillVerdict } from "./drill-answers.ts";

const wall = z.number();
const text = z.string();

/** An event as its text is made of it. */
const written = z.object({ id: text, fields: z.record(text, fieldValue) });

/** An incident that was open at some time of a period. */
export const reportedIncident = z.object({
  id: text,
  /** A group, or `server`. */
  scope: text,
  /** The monitor (or resource) that failed first, and why. */
  monitor: text,
  reason: text,
  openedWall: wall,
  /** Null: it is still open, or no end of it was written down. */
  endedWall: z.nullable(wall),
  verdict: z.nullable(text),
  /** Steps of recovery that were taken. */
  steps: z.number(),
  isOpen: z.boolean(),
});
export type ReportedIncident = z.infer<typeof reportedIncident>;

/** What a person wants to know of some days. Days as `2026-11-21`, both counted. */
export const reportAnswer = z.object({
  from: text,
  to: text,
  /** When it was put together: what waits, and the monitors, are of then. */
  wall,
  availability: z.array(availabilityRow),
  /** Oldest first; null: the history could not be read. */
  incidents: z.nullable(z.array(reportedIncident)),
  /** Incidents before these that are not in the list. */
  moreIncidents: z.number(),
  /** Boots that began then, oldest first, and why the one before each ended. */
  boots: z.array(z.object({ bootedWall: wall, event: written })),
  /** Oldest first. */
  drills: z.array(
    z.object({
      id: z.number(),
      kind: drillKind,
      target: text,
      beganWall: wall,
      verdict: drillVerdict,
      detectedBy: z.nullable(text),
      detectedMs: z.nullable(z.number()),
      recoveredMs: z.nullable(z.number()),
    }),
  ),
  /** What waits for a person, each as the event that tells what to do. */
  waiting: z.array(written),
  monitors: z.object({
    count: z.number(),
    /** Enabled, probed, and neither ok nor failed for long: nobody knows what they watch. */
    unknown: z.array(z.object({ name: text, reason: text, lastsMs: z.number() })),
    /** Those that never found a real failure since they exist in their present form. */
    neverProven: z.array(text),
    /** Those that were not proven for 90 days. */
    notProven: z.array(text),
  }),
});
export type ReportAnswer = z.infer<typeof reportAnswer>;
