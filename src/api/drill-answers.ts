import * as z from "zod/mini";
import { eventRecord } from "./answers.ts";

const span = z.number();
const text = z.string();

/** What can be broken on purpose. */
export const DRILL_KINDS = ["kill", "freeze", "slow", "fill", "link"] as const;
export const drillKind = z.enum(DRILL_KINDS);
export type DrillKind = z.infer<typeof drillKind>;

/** How a drill ended. */
export const drillVerdict = z.enum([
  "running",
  /** The fault was found, and everything works again. */
  "recovered",
  /** No monitor found the fault while it was there. */
  "not-detected",
  /** It was found, and something is still not well. */
  "not-recovered",
  /** The agent ended, or a person ended it, before it was over; the fault was undone. */
  "cut-short",
]);
export type DrillVerdict = z.infer<typeof drillVerdict>;

/** What a report says in one line. */
export const drillSummary = z.object({
  id: z.number(),
  kind: drillKind,
  target: text,
  by: text,
  mode: z.enum(["enforce", "observe"]),
  beganWall: z.number(),
  verdict: drillVerdict,
  /** Since the fault was made, as all spans here; null = not so far. */
  detectedMs: z.nullable(span),
  detectedBy: z.nullable(text),
  recoveredMs: z.nullable(span),
  undoneMs: z.nullable(span),
  /** Why the fault could not be undone; a person has to. */
  undoFault: z.nullable(text),
  steps: z.number(),
});
export type DrillSummary = z.infer<typeof drillSummary>;

/** The written report of a drill. */
export const drillReport = z.object({
  ...drillSummary.shape,
  /** What was done to what, as a sentence without a full stop. */
  fault: text,
  /** How long the fault is there at most. */
  forMs: span,
  /** What was looked at: the drill is over when all of these are well again. */
  monitors: z.array(text),
  /** What happened meanwhile to what was drilled, oldest first. */
  events: z.array(eventRecord),
  /** More happened than is kept. */
  isCut: z.boolean(),
});
export type DrillReport = z.infer<typeof drillReport>;
