import * as z from "zod/mini";
import { route, WAIT_MAX_MS } from "./route.ts";

const mailFault = z.object({
  /** How far it came: `connect`, `tls`, `login`, … */
  step: z.string(),
  /** The recipient that it is about; null = all. */
  to: z.nullable(z.string()),
  isFinal: z.boolean(),
  why: z.string(),
  /** What a person can do; null = wait. */
  hint: z.nullable(z.string()),
});

const mailOutcome = z.object({
  id: z.string(),
  tries: z.number(),
  /** Each server that was asked, in order. */
  attempts: z.array(
    z.object({ server: z.string(), taken: z.array(z.string()), faults: z.array(mailFault) }),
  ),
  /** Recipients for whom no server took it. */
  refused: z.array(z.string()),
});

const mailTestBegun = z.object({
  id: z.string(),
  to: z.array(z.string()),
  servers: z.array(z.object({ server: z.string(), security: z.string() })),
});
export type MailTestBegun = z.infer<typeof mailTestBegun>;
export type MailTestEnd = z.infer<typeof mailOutcome>;

/** Routes of mail. */
export const MAIL_ROUTES = {
  /** Queues a test mail, which is tried once at each server. */
  mailTest: route({
    name: "mailTest",
    method: "POST",
    path: "/v1/mail/test",
    request: z.strictObject({}),
    response: mailTestBegun,
    role: "operator",
  }),
  /** What became of it; null when that is not known within `waitMs`. */
  mailTestEnd: route({
    name: "mailTestEnd",
    method: "GET",
    path: "/v1/mail/test-end",
    request: z.strictObject({
      id: z.string().check(z.maxLength(100)),
      waitMs: z._default(z.coerce.number().check(z.int(), z.minimum(0), z.maximum(WAIT_MAX_MS)), 0),
    }),
    response: z.object({ outcome: z.nullable(mailOutcome) }),
    role: "viewer",
  }),
} as const;
