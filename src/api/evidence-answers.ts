import * as z from "zod/mini";

/** What was kept of one resource at one moment, in a folder of its own. */
export const taking = z.object({
  incident: z.string(),
  /** Of its folder below that of the incident: `1-shop_web`. */
  name: z.string(),
  folder: z.string(),
  resource: z.string(),
  takenWall: z.number(),
  /** The resource still lived; null: the taking did not come to its end. */
  isAlive: z.nullable(z.boolean()),
  bytes: z.number(),
  /** `isCut`: there was more of it than may be kept. */
  files: z.array(z.object({ name: z.string(), bytes: z.number(), isCut: z.boolean() })),
});
export type Taking = z.infer<typeof taking>;

/** Newest first. `hasMore`: these are only the newest ones. */
export const evidenceAnswer = z.object({ takings: z.array(taking), hasMore: z.boolean() });
export type EvidenceAnswer = z.infer<typeof evidenceAnswer>;

/** A part of a file, what a terminal would act upon replaced. `next`: where the rest begins; null: none. */
export const evidencePart = z.object({ text: z.string(), next: z.nullable(z.number()) });
export type EvidencePart = z.infer<typeof evidencePart>;
