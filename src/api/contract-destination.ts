import * as z from "zod/mini";
import { MAIL_ROUTES } from "./contract-mail.ts";
import { route, WAIT_MAX_MS } from "./route.ts";

const name = z.string().check(z.maxLength(63));

const destinationFault = z.object({
  /** How far it came: `connect`, `tls`, `program`, … */
  step: z.string(),
  isFinal: z.boolean(),
  why: z.string(),
  /** What a person can do; null = wait. */
  hint: z.nullable(z.string()),
});

const destinationOutcome = z.object({
  id: z.string(),
  isTaken: z.boolean(),
  faults: z.array(destinationFault),
});
export type DestinationTestEnd = z.infer<typeof destinationOutcome>;

const destinationTestBegun = z.object({
  id: z.string(),
  /** Who is told, for people. */
  place: z.string(),
});
export type DestinationTestBegun = z.infer<typeof destinationTestBegun>;

/** Routes of destinations. */
export const DESTINATION_ROUTES = {
  /** Queues a test, which is tried once. */
  destinationTest: route({
    name: "destinationTest",
    method: "POST",
    path: "/v1/destination/test",
    request: z.strictObject({ name }),
    response: destinationTestBegun,
    role: "operator",
  }),
  /** What became of it; null when that is not known within `waitMs`. */
  destinationTestEnd: route({
    name: "destinationTestEnd",
    method: "GET",
    path: "/v1/destination/test-end",
    request: z.strictObject({
      name,
      id: z.string().check(z.maxLength(100)),
      waitMs: z._default(z.coerce.number().check(z.int(), z.minimum(0), z.maximum(WAIT_MAX_MS)), 0),
    }),
    response: z.object({ outcome: z.nullable(destinationOutcome) }),
    role: "viewer",
  }),
} as const;

/** Routes about everybody who is told. */
export const TELLING_ROUTES = { ...MAIL_ROUTES, ...DESTINATION_ROUTES } as const;
