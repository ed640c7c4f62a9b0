import * as z from "zod/mini";
import {
  configAppliedAnswer,
  configHistoryAnswer,
  configPlanAnswer,
  configVersionFacts,
} from "./config-answers.ts";
import { CONFIG_BODY_MAX, route } from "./route.ts";

const nothing = z.strictObject({});
const versionId = z.coerce.number().check(z.int(), z.minimum(1));
/** A configuration file's text; its size is checked when it is read. */
const configText = z.string();
const token = z.string().check(z.maxLength(200));
const message = z._default(z.string().check(z.maxLength(500)), "");

/** Routes of the configuration in daily life: plan, confirm, apply, undo. */
export const CONFIG_ROUTES = {
  /** The configuration in force, every default filled in, secrets removed. */
  config: route({
    name: "config",
    method: "GET",
    path: "/v1/config",
    request: nothing,
    response: z.object({ path: z.string(), isLastGood: z.boolean(), config: z.unknown() }),
    role: "administrator",
  }),
  /** Reads the configuration file again and applies it when it is valid. */
  reload: route({
    name: "reload",
    method: "POST",
    path: "/v1/reload",
    request: nothing,
    response: z.object({ changes: z.number(), problems: z.array(z.string()) }),
    role: "administrator",
  }),
  /**
   * What a configuration would change, and a token to apply exactly that, valid for 15 minutes.
   * `version` instead of `text`: one of the history. `isRestarting`: active resources whose program
   * is started in another way are restarted. `isOverwriting`: a file that was changed by hand and is
   * not what is in force is kept in the history and replaced.
   */
  planConfig: route({
    name: "planConfig",
    method: "POST",
    path: "/v1/config/plan",
    request: z.strictObject({
      text: z.optional(configText),
      version: z.optional(versionId),
      isRestarting: z._default(z.boolean(), false),
      isOverwriting: z._default(z.boolean(), false),
    }),
    response: configPlanAnswer,
    role: "administrator",
    bodyMax: CONFIG_BODY_MAX,
  }),
  /** Refused when anything that the plan saw is another now. */
  applyConfig: route({
    name: "applyConfig",
    method: "POST",
    path: "/v1/config/apply",
    request: z.strictObject({ text: configText, token, message }),
    response: configAppliedAnswer,
    role: "administrator",
    changesWhatRuns: true,
    isDangerous: true,
    bodyMax: CONFIG_BODY_MAX,
  }),
  /** The same with the text of a version of the history; `token` is that of its plan. */
  rollbackConfig: route({
    name: "rollbackConfig",
    method: "POST",
    path: "/v1/config/rollback",
    request: z.strictObject({ version: versionId, token, message }),
    response: configAppliedAnswer,
    role: "administrator",
    changesWhatRuns: true,
    isDangerous: true,
  }),
  configHistory: route({
    name: "configHistory",
    method: "GET",
    path: "/v1/config/history",
    request: nothing,
    response: configHistoryAnswer,
    role: "administrator",
  }),
  /** The text of one version; without an id of what is in force (`version` is then null if unknown). */
  configVersion: route({
    name: "configVersion",
    method: "GET",
    path: "/v1/config/version",
    request: z.strictObject({ version: z.optional(versionId) }),
    response: z.object({ text: z.string(), version: z.nullable(configVersionFacts) }),
    role: "administrator",
  }),
} as const;
