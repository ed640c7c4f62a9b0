import * as z from "zod/mini";
import {
  agentFacts,
  commandAnswer,
  eventRecord,
  monitorStatus,
  serverStatus,
  statement,
} from "./answers.ts";
import { availabilityAnswer } from "./availability-answers.ts";
import { bootsAnswer } from "./boot-answers.ts";
import { ACCESS_ROUTES } from "./contract-access.ts";
import { ALERT_ROUTES } from "./contract-alerts.ts";
import { CONFIG_ROUTES } from "./contract-config.ts";
import { DRILL_ROUTES } from "./contract-drill.ts";
import { EVIDENCE_ROUTES } from "./contract-evidence.ts";
import { HEARD_ROUTES } from "./contract-heard.ts";
import { TELLING_ROUTES } from "./contract-destination.ts";
import { REPORT_ROUTES } from "./contract-report.ts";
import { SERVER_ROUTES } from "./contract-server.ts";
import { PAGE_MAX, route, SUSPEND_MAX_MS, WAIT_MAX_MS } from "./route.ts";

const name = z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/));
const groupOrResource = z
  .string()
  .check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}(?:\/[a-z0-9][a-z0-9-]{0,62})?$/));
const scope = z.string().check(z.regex(/^(?:all|(?:monitor|group):[a-z0-9][a-z0-9-]{0,62})$/));
/** By the calendar of the server, the last one counted. */
const day = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/));
/** A resource (`group/name`), a group or a monitor, as a person types it. */
const anyName = groupOrResource;
const nothing = z.strictObject({});
const waitMs = z._default(z.number().check(z.int(), z.minimum(0), z.maximum(WAIT_MAX_MS)), 0);
const queryNumber = z.coerce.number().check(z.int(), z.minimum(0));

/** `waitMs` 0: answer when it is decided; more: answer when it has ended, or after so long. */
const groupCommand = z.strictObject({ name: groupOrResource, waitMs });
const scopeCommand = z.strictObject({ scope });

/** What a stream of events carries: an event, or a sign of life. */
export const streamLine = z.union([
  z.object({ type: z.literal("event"), event: eventRecord }),
  z.object({ type: z.literal("heartbeat"), lastEvent: z.number() }),
  /** Pruned, or too much for the reader. `count` null: nobody knows, the server ended without notice. */
  z.object({
    type: z.literal("skipped"),
    from: z.number(),
    to: z.number(),
    count: z.nullable(z.number()),
  }),
]);
export type StreamLine = z.infer<typeof streamLine>;

/** Every route of the control socket, by name. */
export const ROUTES = {
  version: route({
    name: "version",
    method: "GET",
    path: "/v1/version",
    request: nothing,
    response: agentFacts,
    role: "viewer",
  }),
  status: route({
    name: "status",
    method: "GET",
    path: "/v1/status",
    request: nothing,
    response: serverStatus,
    role: "viewer",
  }),
  start: route({
    name: "start",
    method: "POST",
    path: "/v1/start",
    request: groupCommand,
    response: commandAnswer,
    role: "operator",
  }),
  stop: route({
    name: "stop",
    method: "POST",
    path: "/v1/stop",
    request: groupCommand,
    response: commandAnswer,
    role: "operator",
    isDangerous: true,
  }),
  restart: route({
    name: "restart",
    method: "POST",
    path: "/v1/restart",
    request: groupCommand,
    response: commandAnswer,
    role: "operator",
    isDangerous: true,
  }),
  /** `forMs` null: until a person says so; left out: 2 h. */
  suspend: route({
    name: "suspend",
    method: "POST",
    path: "/v1/suspend",
    request: z.strictObject({
      scope,
      forMs: z._default(
        z.nullable(z.number().check(z.int(), z.minimum(1000), z.maximum(SUSPEND_MAX_MS))),
        2 * 3_600_000,
      ),
    }),
    response: commandAnswer,
    role: "operator",
  }),
  resume: route({
    name: "resume",
    method: "POST",
    path: "/v1/resume",
    request: scopeCommand,
    response: commandAnswer,
    role: "operator",
  }),
  monitors: route({
    name: "monitors",
    method: "GET",
    path: "/v1/monitors",
    request: nothing,
    response: z.object({ monitors: z.array(monitorStatus) }),
    role: "viewer",
  }),
  /** One monitor, its parameters in force (secrets removed), and statements about it. */
  monitor: route({
    name: "monitor",
    method: "GET",
    path: "/v1/monitor",
    request: z.strictObject({ name }),
    response: z.object({
      monitor: monitorStatus,
      params: z.record(z.string(), z.unknown()),
      /** What this type cannot detect. */
      cannotDetect: z.string(),
      statements: z.array(statement),
    }),
    role: "viewer",
  }),
  rehearse: route({
    name: "rehearse",
    method: "POST",
    path: "/v1/rehearse",
    request: z.strictObject({ monitor: name, isOn: z._default(z.boolean(), true) }),
    response: commandAnswer,
    role: "operator",
    isDangerous: true,
  }),
  /** `name` null: everything. */
  clear: route({
    name: "clear",
    method: "POST",
    path: "/v1/clear",
    request: z.strictObject({ name: z.nullable(anyName) }),
    response: commandAnswer,
    role: "operator",
  }),
  /** Events with `seq` > `after`, oldest first; without `after` the newest ones; `seq` < `before`. */
  events: route({
    name: "events",
    method: "GET",
    path: "/v1/events",
    request: z.strictObject({
      after: z.optional(queryNumber),
      before: z.optional(queryNumber),
      limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(PAGE_MAX)), 100),
      incident: z.optional(z.string().check(z.maxLength(64))),
    }),
    response: z.object({ events: z.array(eventRecord), firstSeq: z.number(), lastSeq: z.number() }),
    role: "viewer",
  }),
  /** First the events after `after` (none of the past without it), then each as it happens. */
  eventStream: route({
    name: "eventStream",
    method: "GET",
    path: "/v1/events/stream",
    request: z.strictObject({ after: z.optional(queryNumber) }),
    response: streamLine,
    role: "viewer",
    isStream: true,
  }),
  /** Why it is as it is and what comes next; `name` null: the server. */
  explain: route({
    name: "explain",
    method: "GET",
    path: "/v1/explain",
    request: z.strictObject({ name: z.optional(anyName) }),
    response: z.object({
      name: z.string(),
      kind: z.enum(["monitor", "resource", "group", "server"]),
      statements: z.array(statement),
      /** The last events that name it, oldest first. */
      events: z.array(eventRecord),
    }),
    role: "viewer",
  }),
  message: route({
    name: "message",
    method: "POST",
    path: "/v1/message",
    request: z.strictObject({
      monitor: name,
      outcome: z.enum(["ok", "failed"]),
      text: z.string().check(z.maxLength(500)),
    }),
    response: z.object({ monitor: z.string() }),
    role: "operator",
  }),
  /** How boots ended, newest first. */
  boots: route({
    name: "boots",
    method: "GET",
    path: "/v1/boots",
    request: nothing,
    response: bootsAnswer,
    role: "viewer",
  }),
  /** Measured availability, from the first of this month on unless asked otherwise. */
  availability: route({
    name: "availability",
    method: "GET",
    path: "/v1/availability",
    request: z.strictObject({ from: z.optional(day), to: z.optional(day) }),
    response: availabilityAnswer,
    role: "viewer",
  }),
  /** Everything that is measured, in Prometheus' text format. */
  metrics: route({
    name: "metrics",
    method: "GET",
    path: "/metrics",
    request: nothing,
    response: z.string(),
    role: "viewer",
    isText: true,
  }),
  ...ACCESS_ROUTES,
  ...ALERT_ROUTES,
  ...DRILL_ROUTES,
  ...EVIDENCE_ROUTES,
  ...HEARD_ROUTES,
  ...TELLING_ROUTES,
  ...REPORT_ROUTES,
  ...SERVER_ROUTES,
  /** Puts a process that a start script began under watch, as `name` in the life of its resource. */
  watch: route({
    name: "watch",
    method: "POST",
    path: "/v1/watch",
    request: z.strictObject({
      group: name,
      name,
      pid: z.number().check(z.int(), z.minimum(2)),
    }),
    response: z.object({ resource: z.string(), name: z.string(), pid: z.number() }),
    role: "operator",
  }),
  ...CONFIG_ROUTES,
  /** Stops all groups in reverse order; then the agent leaves. */
  stopAll: route({
    name: "stopAll",
    method: "POST",
    path: "/v1/stop-all",
    request: z.strictObject({ waitMs }),
    response: commandAnswer,
    role: "administrator",
    isDangerous: true,
  }),
} as const;

export type Routes = typeof ROUTES;
export type RouteName = keyof Routes;
/** What a caller passes. */
export type RequestOf<Name extends RouteName> = z.input<Routes[Name]["request"]>;
/** What the agent gets, defaults filled in. */
export type ParsedRequest<Name extends RouteName> = z.output<Routes[Name]["request"]>;
export type ResponseOf<Name extends RouteName> = z.output<Routes[Name]["response"]>;
