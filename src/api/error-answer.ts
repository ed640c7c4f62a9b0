import * as z from "zod/mini";

/** The answer to anything that was not done; HTTP status 400 to 429, 500, 503 or 507. */
export const errorAnswer = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    hint: z.optional(z.string()),
    /** Nothing else will be said before. */
    retryAfterMs: z.optional(z.number()),
  }),
});
