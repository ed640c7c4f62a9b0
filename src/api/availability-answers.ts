import * as z from "zod/mini";

const span = z.number();

/** Measured times of the server (`server`) or a group; milliseconds. */
export const availabilityRow = z.object({
  name: z.string(),
  up: span,
  down: span,
  /** Stopped by a person, suspended, in a planned window: not counted. */
  planned: span,
  /** No agent was there: not counted, and told. */
  unwatched: span,
  failures: z.number(),
  /** Part of `up` in `up` and `down`; null when nothing was measured. */
  availability: z.nullable(z.number()),
  /** Mean time to repair, and between failures; null without a failure. */
  repairMs: z.nullable(span),
  betweenMs: z.nullable(span),
});
export type AvailabilityRow = z.infer<typeof availabilityRow>;

/** The server first, then groups by name. Days as `2026-11-21`, both counted. */
export const availabilityAnswer = z.object({
  from: z.string(),
  to: z.string(),
  rows: z.array(availabilityRow),
});
export type AvailabilityAnswer = z.infer<typeof availabilityAnswer>;
