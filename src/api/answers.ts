import * as z from "zod/mini";
import { heardServer } from "./contract-heard.ts";

/** A span in milliseconds. */
const span = z.number();
const text = z.string();

/** What an event or statement carries beside its id; texts in a language are made outside. */
export const fieldValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string()),
]);
export type FieldValue = z.infer<typeof fieldValue>;

/** One line of history. `seq` grows by one for each event, also over restarts of the agent. */
export const eventRecord = z.object({
  seq: z.number(),
  /** Calendar time, milliseconds since 1970. */
  wall: z.number(),
  id: text,
  incident: z.nullable(text),
  fields: z.record(text, fieldValue),
});
export type EventRecord = z.infer<typeof eventRecord>;

/** Something that is so: why a thing is as it is, or what comes next. */
export const statement = z.object({ id: text, fields: z.record(text, fieldValue) });
export type Statement = z.infer<typeof statement>;

export const resourceStatus = z.object({
  id: text,
  type: text,
  kind: z.enum(["one-shot", "resident"]),
  phase: z.enum(["inactive", "starting", "active", "stopping", "failed", "stop-failed"]),
  /** Why it is failed; empty otherwise. */
  reason: text,
  /** How long it has been in this phase. */
  lastsMs: span,
  pids: z.array(z.number()),
  /** How its tree is tracked: "systemd scope", "cgroup", "session and mark". */
  tracking: text,
  starts: z.number(),
  isStoppedByPerson: z.boolean(),
  isStoppedOutside: z.boolean(),
  /** Why it is held back until a person clears it. */
  blocked: z.nullable(text),
  /** Monitors a starting resource still waits for. */
  awaiting: z.array(text),
  after: z.array(text),
});
export type ResourceStatus = z.infer<typeof resourceStatus>;

export const groupStatus = z.object({
  name: text,
  title: text,
  goal: z.enum(["active", "inactive"]),
  /** The sum of its resources, for one word in a list. */
  phase: z.enum(["active", "inactive", "starting", "stopping", "failed", "partly-active"]),
  isByPerson: z.boolean(),
  lastsMs: span,
  /** How much longer it waits at most for the groups before it; null when it does not wait. */
  waitsMs: z.nullable(span),
  after: z.array(text),
  resources: z.array(resourceStatus),
});
export type GroupStatus = z.infer<typeof groupStatus>;

export const probeReport = z.object({
  outcome: z.enum(["ok", "warning", "failed", "unknown"]),
  reason: text,
  tookMs: span,
  /** How long ago it finished. */
  agoMs: span,
});
export type ProbeReport = z.infer<typeof probeReport>;

export const ladderStatus = z.object({
  scripts: z.number(),
  scriptCount: z.number(),
  reactivations: z.number(),
  reactivationThreshold: z.number(),
  groupRestarts: z.number(),
  groupRestartThreshold: z.number(),
  finalAction: text,
  isExhausted: z.boolean(),
});
export type LadderStatus = z.infer<typeof ladderStatus>;

/** Null: never since the monitor is configured as it is. `isOld`: for 90 days or longer. */
const proof = { provenWall: z.nullable(z.number()), isOld: z.boolean() };

/** When something last really worked: in an incident, a rehearsal or a drill. */
export const provenStatus = z.object({
  /** The monitor exists in its present form since then. */
  sinceWall: z.number(),
  /** It found a real failure. */
  detected: z.object(proof),
  /** Each step of its ladder that is not skipped. */
  steps: z.array(z.object({ step: text, ...proof })),
});
export type ProvenStatus = z.infer<typeof provenStatus>;

export const monitorStatus = z.object({
  name: text,
  type: text,
  /** What it recovers: a resource, a group, "all-groups", "server" or "none". */
  target: text,
  isEnabled: z.boolean(),
  status: z.enum(["ok", "warning", "failed", "suspect", "unknown", "waiting"]),
  reason: text,
  lastsMs: span,
  /** Failed or unknown probes in a row that count now. */
  failures: z.number(),
  retries: z.number(),
  intervalMs: span,
  timeoutMs: span,
  isProbing: z.boolean(),
  lastProbe: z.nullable(probeReport),
  ladder: ladderStatus,
  isFlapping: z.boolean(),
  isChronic: z.boolean(),
  isRehearsed: z.boolean(),
  isSuspended: z.boolean(),
  consequenceOf: z.nullable(text),
  proven: provenStatus,
});
export type MonitorStatus = z.infer<typeof monitorStatus>;

export const stepReport = z.object({
  step: text,
  target: text,
  wall: z.number(),
  result: z.nullable(text),
  tookMs: z.nullable(span),
  isSimulated: z.boolean(),
});

export const incidentStatus = z.object({
  id: text,
  /** Group name; null for the server's own. */
  group: z.nullable(text),
  openedWall: z.number(),
  lastsMs: span,
  cause: text,
  members: z.array(text),
  steps: z.array(stepReport),
  waitingFor: z.nullable(text),
});
export type IncidentStatus = z.infer<typeof incidentStatus>;

export const suspensionStatus = z.object({
  scope: text,
  by: text,
  lastsMs: span,
  /** Null: until a person says so. */
  leftMs: z.nullable(span),
});
export type SuspensionStatus = z.infer<typeof suspensionStatus>;

export const agentFacts = z.object({
  version: text,
  pid: z.number(),
  /** How long this agent has run. */
  uptimeMs: span,
  bootId: text,
  mode: z.enum(["enforce", "observe"]),
  config: text,
  stateFolder: text,
});
export type AgentFacts = z.infer<typeof agentFacts>;

/** Short truths to be shown first: ids of `NOTES`. */
export const NOTES = [
  /** `solosafe=observe` on the kernel's command line, whatever the configuration says. */
  "observe-by-kernel",
  /** The guard is not heard of, has armed nothing yet, has no device, or gets no proofs. */
  "guard-gone",
  "guard-waits",
  "guard-uncovered",
  "guard-unproven",
  /** No guard: reboot, poweroff, reset and panic are decided and written down, never done. */
  "server-actions-simulated",
  "observe-mode",
  "shutdown-in-progress",
  "package-work",
  "save-faulty",
  "record-faulty",
  "config-faulty",
  "mail-faulty",
  "destination-faulty",
  /** Events that were not written or not shown because a queue was full; field `count`. */
  "events-lost",
  /** Lines of the log that were dropped; field `count`. */
  "log-lines-lost",
] as const;

export const serverStatus = z.object({
  /** The first word for people: whether everything that is judged is well. */
  isHealthy: z.boolean(),
  agent: agentFacts,
  server: text,
  wall: z.number(),
  groups: z.array(groupStatus),
  monitors: z.array(monitorStatus),
  incidents: z.array(incidentStatus),
  suspensions: z.array(suspensionStatus),
  /** Other servers whose heartbeat comes here. */
  heard: z.array(heardServer),
  /** What runs now: kind, target, reason. */
  plans: z.array(z.object({ id: text, kind: text, target: text, reason: text, lastsMs: span })),
  notes: z.array(statement),
  lastEvent: z.number(),
});
export type ServerStatus = z.infer<typeof serverStatus>;

const recordEntry = z.object({
  kind: text,
  monitor: z.nullable(text),
  bootId: text,
  wall: z.number(),
});

export const rebootsAnswer = z.object({
  limit: z.number(),
  counted: z.array(recordEntry),
  /** The same, counted in observe mode. */
  observed: z.array(recordEntry),
  intent: z.nullable(recordEntry),
  didNotHelp: z.array(text),
  powerLosses: z.number(),
  fault: z.nullable(text),
});
export type RebootsAnswer = z.infer<typeof rebootsAnswer>;

/** What became of a command. A refusal is an error answer (status 409), not one of these. */
export const commandAnswer = z.object({
  /** `accepted`: decided and begun; `done`: what it asked for is so; `failed`: it was tried. */
  outcome: z.enum(["accepted", "done", "failed"]),
  /** One sentence for people; empty when the events say it all. */
  reason: text,
  /** Events that the decision (and, with `waitMs`, what followed) told. */
  events: z.array(eventRecord),
});
export type CommandAnswer = z.infer<typeof commandAnswer>;
