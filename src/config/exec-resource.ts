import * as z from "zod/mini";
import { HOUR } from "../base/duration.ts";
import type { Resource, ResourceId } from "../core/model.ts";
import {
  about,
  absolutePath,
  account,
  command,
  duration,
  environment,
  exitCodes,
  port,
  size,
} from "../monitors/fields.ts";
import type { ExecParams } from "../ports/driver.ts";
import { lifeKeys, lifeOf, namingKeys } from "./resource-keys.ts";

const ready = z.strictObject({
  script: about("It is ready when this program ends with exit code 0", z.optional(command())),
  tcp: about("It is ready when this TCP port of this server accepts", z.optional(port())),
  interval: about("Pause between two looks", z.prefault(duration(100, HOUR), "1s")),
});

/** A resource of type `exec`: a program, or a pair of scripts. */
export const execResource = z.strictObject({
  ...namingKeys,
  kind: about(
    "`one-shot` runs and ends; `resident` stays, and its life is watched also when it forks into the background",
    z._default(z.enum(["one-shot", "resident"]), "resident"),
  ),
  start: about("The program and its words; never a shell's command line", command()),
  stop: about(
    "Program that stops it; default: TERM, then KILL of the whole tree",
    z.optional(command()),
  ),
  user: about("Account that its programs run as; default: the agent's own", z.optional(account())),
  directory: about("Working directory", z.optional(absolutePath())),
  environment: about(
    "Environment variables besides those of every script",
    z._default(environment(), {}),
  ),
  "success-codes": about(
    "Exit codes of its programs that mean success",
    z._default(exitCodes().check(z.minLength(1)), [0]),
  ),
  ready: about("How it is known that it may be judged by its monitors", z.optional(ready)),
  "log-size": about(
    "Its output is kept up to this size, twice (one older file); units are `k`, `M` and `G`",
    z.prefault(size(4 * 1024, 1024 ** 3), "10M"),
  ),
  ...lifeKeys({
    startTimeout: "A start that takes longer stalls",
    stopTimeout: "After a stop that takes longer its tree is killed",
    stopFailure: "What is done when its tree cannot be ended",
    restore: "that is a failure",
  }),
  aliases: about(
    "Give its scripts the environment variables under the older product's names, too",
    z._default(z.boolean(), false),
  ),
});
export type ExecResource = z.output<typeof execResource>;

// What a package manager may be replacing while it works; /usr/local and /opt belong to people.
const PACKAGED = /^\/(?:usr\/(?!local\/)|bin\/|sbin\/|lib(?:32|64|x32)?\/)/;

/** What the policy knows of a resource; `after` as complete ids. */
export function toResource(
  group: string,
  name: string,
  given: ExecResource,
  after: readonly ResourceId[],
): Resource {
  return {
    ...lifeOf(group, name, given, after),
    type: "exec",
    kind: given.kind,
    hasReadyCheck: given.ready !== undefined,
    isPackaged: PACKAGED.test(given.start[0]),
  };
}

/** What the driver needs to run it. */
export function toParams(id: ResourceId, given: ExecResource): ExecParams {
  return {
    type: "exec",
    id,
    kind: given.kind,
    start: given.start,
    stop: given.stop ?? null,
    user: given.user ?? null,
    workingDirectory: given.directory ?? null,
    environment: given.environment,
    successCodes: given["success-codes"],
    ready:
      given.ready === undefined
        ? null
        : {
            command: given.ready.script ?? null,
            tcpPort: given.ready.tcp ?? null,
            intervalMs: given.ready.interval,
          },
    logMaxBytes: given["log-size"],
    hasAliases: given.aliases,
  };
}
