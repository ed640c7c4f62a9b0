import * as z from "zod/mini";
import { alertsAnswer } from "./alert-answers.ts";
import { route } from "./route.ts";

const wall = z.coerce.number().check(z.int(), z.minimum(0));
const word = z.string().check(z.regex(/^[a-z0-9-]{1,63}$/));

/** Routes of the alert log. */
export const ALERT_ROUTES = {
  /** Searches what was told, in a process of its own: a long history never holds the agent. */
  alerts: route({
    name: "alerts",
    method: "GET",
    path: "/v1/alerts",
    request: z.strictObject({
      sinceWall: z.optional(wall),
      untilWall: z.optional(wall),
      /** Part of the message, of the event's name or of a field; case does not matter. */
      grep: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
      module: z.optional(word),
      /** This one and those that ask for more attention. */
      severity: z.optional(z.enum(["info", "notice", "warning", "error", "critical"])),
      incident: z.optional(word),
      beforeSeq: z.optional(z.coerce.number().check(z.int(), z.minimum(1))),
      limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(1000)), 100),
      language: z._default(z.enum(["en", "ja", "zh"]), "en"),
    }),
    response: alertsAnswer,
    role: "viewer",
  }),
} as const;
