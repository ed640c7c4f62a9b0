import * as z from "zod/mini";
import { fieldValue, statement } from "./answers.ts";

/** Why the boot before ended, as it was found out early in this one. */
export const bootReport = z.object({
  id: z.number(),
  /** The boot that began then. */
  bootId: z.string(),
  /** Calendar time at which it began. */
  bootedWall: z.number(),
  /** Release of its kernel. */
  kernel: z.string(),
  verdict: z.enum(["by-solosafe", "by-person", "watchdog-reset", "panic", "power-loss", "unknown"]),
  confidence: z.enum(["certain", "likely", "guess"]),
  /** Between the last sign of life and the beginning of this boot; null where nobody knows. */
  awayMs: z.nullable(z.number()),
  /** What was told, as an event: what happened, what was done, what is left to do. */
  event: z.object({ id: z.string(), fields: z.record(z.string(), fieldValue) }),
  /** What speaks for the verdict. */
  facts: z.array(statement),
});
export type BootReport = z.infer<typeof bootReport>;

/** Newest first. `isThisBoot`: the newest is about the boot we are in. */
export const bootsAnswer = z.object({ isThisBoot: z.boolean(), boots: z.array(bootReport) });
export type BootsAnswer = z.infer<typeof bootsAnswer>;
