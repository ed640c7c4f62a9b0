import * as z from "zod/mini";
import { drillKind, drillReport, drillSummary, plannedDrill } from "./drill-answers.ts";
import { DRILL_MAX_MS, route } from "./route.ts";

const nothing = z.strictObject({});
/** A resource (`group/name`), a group or a monitor, as a person types it. */
const target = z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}(?:\/[a-z0-9][a-z0-9-]{0,62})?$/));
const forMs = z.number().check(z.int(), z.minimum(100), z.maximum(DRILL_MAX_MS));

/** Routes of drills: real faults, made by the agent, which undoes them whoever goes away. */
export const DRILL_ROUTES = {
  /** Answers when the fault is made. One drill at a time. */
  drillBegin: route({
    name: "drillBegin",
    method: "POST",
    path: "/v1/drill/begin",
    request: z.strictObject({
      kind: drillKind,
      target,
      forMs: z._default(forMs, 60_000),
      /** `slow`: how long it stands still at a time. */
      pauseMs: z.optional(forMs),
      /** `fill`: the folder, where the monitor has several. */
      path: z.optional(z.string().check(z.regex(/^\/[^\0]{0,1000}$/))),
      /** `link`: the network namespace, and the interface in it. */
      namespace: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_][\w.-]{0,63}$/))),
      interface: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_][\w.@:-]{0,14}$/))),
    }),
    response: drillReport,
    role: "operator",
    isDangerous: true,
  }),
  /** Undoes the fault of the drill that runs, and ends it. */
  drillEnd: route({
    name: "drillEnd",
    method: "POST",
    path: "/v1/drill/end",
    request: nothing,
    response: drillReport,
    role: "operator",
  }),
  /** Newest first; and those that are made in planned windows, in the order of the configuration. */
  drills: route({
    name: "drills",
    method: "GET",
    path: "/v1/drills",
    request: nothing,
    response: z.object({ drills: z.array(drillSummary), planned: z.array(plannedDrill) }),
    role: "viewer",
  }),
  /** One report; without an id the newest. */
  drill: route({
    name: "drill",
    method: "GET",
    path: "/v1/drill",
    request: z.strictObject({ id: z.optional(z.coerce.number().check(z.int(), z.minimum(1))) }),
    response: drillReport,
    role: "viewer",
  }),
} as const;
