import * as z from "zod/mini";
import { eventRecord } from "./answers.ts";

const span = z.number();
const text = z.string();

/** What can be broken on purpose. Mirrors `base/drill.ts`, which the contract may not import. */
export const drillKind = z.enum(["kill", "freeze", "slow", "fill", "link"]);
/** How a drill ended; mirrored too. */
export const drillVerdict = z.enum([
  "running",
  "recovered",
  "not-detected",
  "not-recovered",
  "cut-short",
]);

/** What a report says in one line. */
export const drillSummary = z.object({
  id: z.number(),
  kind: drillKind,
  target: text,
  by: text,
  /** The configured drill that this was; null = a person asked for it. */
  planned: z._default(z.nullable(text), null),
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

/** A drill that is made in planned windows. */
export const plannedDrill = z.object({
  name: text,
  kind: drillKind,
  target: text,
  window: text,
  /** The window opens then; null = it never does again. */
  nextWall: z.nullable(z.number()),
  /** The window is open and it has not been made in it yet. */
  isWaiting: z.boolean(),
  /** The last time, and the last time that it was recovered from; null = never, or long ago. */
  last: z.nullable(z.object({ id: z.number(), wall: z.number(), verdict: drillVerdict })),
  provenWall: z.nullable(z.number()),
});
export type PlannedDrill = z.infer<typeof plannedDrill>;
