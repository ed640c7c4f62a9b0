import * as z from "zod/mini";
import { DAY, HOUR, SECOND } from "../base/duration.ts";
import type { FailurePlan, Resource, ResourceId } from "../core/model.ts";
import {
  about,
  absolutePath,
  account,
  command,
  count,
  duration,
  environment,
  exitCodes,
  port,
  prose,
  size,
} from "../monitors/fields.ts";
import type { ExecParams } from "../ports/driver.ts";
import { finalAction, names } from "./schema.ts";

const RETRIES_MOST = 100;

/** What is done about a start that failed or stalled. */
export const startPlan = z.strictObject({
  retries: about("Further tries", z._default(count(0, RETRIES_MOST), 1)),
  action: about("What is done then", z._default(finalAction(), "stop-group")),
});

/** What is done about a stop that failed. */
export const stopPlan = z.strictObject({
  retries: about("Further tries", z._default(count(0, RETRIES_MOST), 0)),
  action: about(
    "What is done then; `none`: the resource is blocked until a person clears it",
    z._default(finalAction(), "none"),
  ),
});

const ready = z.strictObject({
  script: about("It is ready when this program ends with exit code 0", z.optional(command())),
  tcp: about("It is ready when this TCP port of this server accepts", z.optional(port())),
  interval: about("Pause between two looks", z.prefault(duration(100, HOUR), "1s")),
});

/** A resource of type `exec`: a program, or a pair of scripts. */
export const execResource = z.strictObject({
  title: about("Text for people; default: the name", z._default(prose(200), "")),
  comment: about("Text for people", z._default(prose(), "")),
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
  "start-timeout": about(
    "A start that takes longer stalls",
    z.prefault(duration(SECOND, 7 * DAY), "30m"),
  ),
  "stop-timeout": about(
    "After a stop that takes longer its tree is killed",
    z.prefault(duration(SECOND, 7 * DAY), "30m"),
  ),
  "start-failure": about("What is done when it cannot be started", z.prefault(startPlan, {})),
  "start-stall": about("What is done when its start takes too long", z.prefault(startPlan, {})),
  "stop-failure": about("What is done when its tree cannot be ended", z.prefault(stopPlan, {})),
  after: about("Resources of the same group that are active before it", z._default(names(), [])),
  "outside-stop": about(
    "`respect`: stopped by others, it stays stopped; `restore`: that is a failure",
    z._default(z.enum(["respect", "restore"]), "respect"),
  ),
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
    id: `${group}/${name}`,
    group,
    name,
    type: "exec",
    kind: given.kind,
    after,
    startTimeoutMs: given["start-timeout"],
    stopTimeoutMs: given["stop-timeout"],
    startFailure: plan(given["start-failure"]),
    startStall: plan(given["start-stall"]),
    stopFailure: plan(given["stop-failure"]),
    hasReadyCheck: given.ready !== undefined,
    outsideStop: given["outside-stop"],
    isPackaged: PACKAGED.test(given.start[0]),
  };
}

function plan(given: FailurePlan): FailurePlan {
  return { retries: given.retries, action: given.action };
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
