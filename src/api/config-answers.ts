import * as z from "zod/mini";

const text = z.string();
const names = z.array(text);

/** One problem of a configuration, at the place a person has to look at. */
export const configProblem = z.object({
  severity: z.enum(["error", "warning"]),
  code: z.templateLiteral(["config/", z.string()]),
  file: text,
  line: z.number(),
  column: z.number(),
  key: text,
  what: text,
  hint: z.nullable(text),
});
export type ConfigProblem = z.infer<typeof configProblem>;

const configChange = z.object({
  /** `monitors.page.interval` */
  key: text,
  kind: z.enum(["added", "removed", "changed"]),
  /** As one writes it, cut to a line, secrets hidden; null where there is none or it is a map. */
  before: z.nullable(text),
  after: z.nullable(text),
});

/** What applying a configuration would change and do now. */
export const configPlan = z.object({
  /** False: it is, letter by letter, what is in force. */
  isDifferent: z.boolean(),
  changes: z.array(configChange),
  /** Changes that are not in the list because there are too many. */
  moreChanges: z.number(),
  /** Resources that are stopped, and those that are started (both: restarted). */
  stops: names,
  starts: names,
  /** Added resources that run already, from an earlier configuration: taken as they are. */
  adopted: names,
  /** Active resources whose program is started in another way: as it is now until their next start. */
  atNextStart: names,
  /** Active resources that are removed: they go on running and are not watched any more. */
  leftRunning: names,
  /** Monitors that begin anew, and those that are gone. */
  anew: names,
  gone: names,
  /** Open incidents that close as withdrawn. */
  withdrawn: z.array(z.object({ id: text, scope: text })),
  /** What an older format makes necessary; it is written together with the change. */
  migration: names,
});
export type ConfigPlan = z.infer<typeof configPlan>;

export const configPlanAnswer = z.object({
  isValid: z.boolean(),
  /** Errors, or what is warned about in a valid one. */
  problems: z.array(configProblem),
  /** Null when it is not valid. */
  plan: z.nullable(configPlan),
  /** To be given back to apply exactly this; null when it cannot be applied. */
  token: z.nullable(text),
  /** Why a valid one cannot be applied now, and what to do. */
  obstacle: z.nullable(z.object({ code: text, message: text, hint: z.optional(text) })),
});
export type ConfigPlanAnswer = z.infer<typeof configPlanAnswer>;

export const configAppliedAnswer = z.object({
  /** Of what is in force now. */
  version: z.number(),
  /** Rolling back to this version undoes it; null when nothing was to be done. */
  undo: z.nullable(z.number()),
  changes: z.number(),
  /** Resources that are being restarted for it. */
  restarted: names,
});
export type ConfigAppliedAnswer = z.infer<typeof configAppliedAnswer>;

/** How a version came: found when the agent started, read again, applied, rolled back to, or found in the file. */
export const VERSION_KINDS = ["start", "reload", "apply", "rollback", "file"] as const;

export const configVersionFacts = z.object({
  id: z.number(),
  /** Calendar time, milliseconds since 1970. */
  wall: z.number(),
  by: text,
  message: text,
  kind: z.enum(VERSION_KINDS),
  /** The version whose text it is, for a rollback. */
  of: z.nullable(z.number()),
  /** SHA-256 of its text. */
  hash: text,
});
export type ConfigVersionFacts = z.infer<typeof configVersionFacts>;

export const configHistoryAnswer = z.object({
  /** The file that is read and written. */
  path: text,
  /** Null: what is in force could not be kept. */
  inForce: z.nullable(z.number()),
  /** The file is not valid and the last good configuration is in force. */
  isLastGood: z.boolean(),
  /** Oldest first. */
  versions: z.array(configVersionFacts),
});
export type ConfigHistoryAnswer = z.infer<typeof configHistoryAnswer>;
