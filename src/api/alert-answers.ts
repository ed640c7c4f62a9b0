import * as z from "zod/mini";

/** A line of the alert log, in the language that was asked for. */
export const alert = z.object({
  seq: z.number(),
  /** When it was written down here, and when it happened. */
  receivedWall: z.number(),
  wall: z.number(),
  server: z.string(),
  module: z.string(),
  id: z.string(),
  severity: z.enum(["info", "notice", "warning", "error", "critical"]),
  message: z.string(),
  incident: z.nullable(z.string()),
});

/** Newest first. `hasMore`: ask on with `beforeSeq` of the last one. */
export const alertsAnswer = z.object({ alerts: z.array(alert), hasMore: z.boolean() });
export type AlertsAnswer = z.infer<typeof alertsAnswer>;
