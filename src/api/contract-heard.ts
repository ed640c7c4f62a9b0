import * as z from "zod/mini";
import { route } from "./route.ts";

// What a heartbeat may say. Mirrors `base/beat.ts`.
const VERSION = 1;
const STATES = ["well", "failing", "leaving", "going-down"] as const;
const ANNOUNCEMENTS = ["reboot", "poweroff", "reset", "panic", "shutdown"] as const;
const NAMES_MOST = 20;
const NEXT_WITHIN_MOST_MS = 3 * 3_600_000;

const text = (most: number) => z.string().check(z.maxLength(most));
const number = z.number().check(z.int(), z.minimum(0));

/** What a server tells of itself. Keys that a newer one adds are read over. */
export const beat = z.object({
  v: z.literal(VERSION),
  /** Its host name. */
  server: text(253).check(z.minLength(1)),
  title: z._default(text(200), ""),
  bootId: text(64).check(z.minLength(1)),
  /** Grows within a boot. */
  seq: number,
  /** Its calendar time. */
  wall: number,
  /** The next one comes within this time, or something is wrong. */
  nextWithinMs: number.check(z.minimum(1000), z.maximum(NEXT_WITHIN_MOST_MS)),
  state: z.enum(STATES),
  /** Monitors that fail. */
  failed: z.array(text(127)).check(z.maxLength(NAMES_MOST)),
  /** What ends its boot, when it is on its way. */
  announced: z.nullable(z.enum(ANNOUNCEMENTS)),
});
export type HeardBeat = z.infer<typeof beat>;

/** Another server whose heartbeat is listened to. */
export const heardServer = z.object({
  name: z.string(),
  /** What people call it there; empty: it did not say. */
  title: z.string(),
  /** What it said last; null: it was never heard. */
  state: z.nullable(z.enum(STATES)),
  failed: z.array(z.string()),
  announced: z.nullable(z.enum(ANNOUNCEMENTS)),
  /** It has been told as silent, and was not heard since. */
  isSilent: z.boolean(),
  /** How long ago it was heard; null: never. */
  agoMs: z.nullable(z.number()),
  /** It is silent when nothing is heard for this long now. */
  silenceMs: z.number(),
});
export type HeardServer = z.infer<typeof heardServer>;

/** Where other servers send their heartbeat. */
export const HEARD_ROUTES = {
  /** 404: nobody listens to a server of this name. 409: a newer one came already. */
  heartbeat: route({
    name: "heartbeat",
    method: "POST",
    path: "/v1/heartbeat",
    request: beat,
    /** Where it is silent from when no other comes. */
    response: z.object({ silenceMs: z.number() }),
    role: "viewer",
  }),
} as const;
