import * as z from "zod/mini";
import { evidenceAnswer, evidencePart } from "./evidence-answers.ts";
import { route } from "./route.ts";

const incident = z.string().check(z.regex(/^[\w-]{1,64}$/));

/** Routes of what is kept of failed resources; it holds no secrets, so everybody may read it. */
export const EVIDENCE_ROUTES = {
  /** Of all incidents, without the names of files; or of one. */
  evidence: route({
    name: "evidence",
    method: "GET",
    path: "/v1/evidence",
    request: z.strictObject({ incident: z.optional(incident) }),
    response: evidenceAnswer,
    role: "viewer",
  }),
  /** A part of a file, from `from` on, in bytes. */
  evidenceFile: route({
    name: "evidenceFile",
    method: "GET",
    path: "/v1/evidence/file",
    request: z.strictObject({
      incident,
      taking: z.string().check(z.regex(/^\d{1,3}-[\w.-]{1,80}$/)),
      file: z.string().check(z.regex(/^[a-z0-9-]{1,60}\.(?:txt|json)$/)),
      from: z._default(z.coerce.number().check(z.int(), z.minimum(0)), 0),
    }),
    response: evidencePart,
    role: "viewer",
  }),
} as const;
