import * as z from "zod/mini";
import { DAY, HOUR, SECOND } from "../base/duration.ts";
import { LANGUAGES } from "../base/language.ts";
import { FINAL_ACTIONS } from "../core/model.ts";
import {
  about,
  absolutePath,
  account,
  command,
  count,
  duration,
  environment,
  line,
  prose,
  size,
} from "../monitors/fields.ts";
import { heartbeat } from "./heartbeat.ts";
import { page } from "./page.ts";
import { watchdog } from "./watchdog.ts";

/** Most groups, resources and monitors of one server. */
export const MAX_GROUPS = 1000;
export const MAX_RESOURCES = 5000;
export const MAX_MONITORS = 5000;
const MAX_NAMES = 1000;
const MEBIBYTE = 1024 * 1024;

/** A list of names; whether they exist is checked when everything has been read. */
export function names() {
  return z.array(line(127)).check(z.maxLength(MAX_NAMES));
}

/** Any final action of this version. */
export function finalAction() {
  return z.enum(FINAL_ACTIONS);
}

export const server = z.strictObject({
  title: about("What people call this server, in status and notices", z._default(prose(200), "")),
  language: about("Language of notices and reports", z._default(z.enum(LANGUAGES), "en")),
});

export const reboots = z.strictObject({
  limit: about(
    "Server-level actions that are remembered before they are held back; 0 = never act on the server",
    z._default(count(0, 100), 3),
  ),
  "least-uptime": about(
    "The server is up at least this long before it is rebooted",
    z.prefault(duration(0, DAY), "10m"),
  ),
  "escalate-after": about(
    "An incident of an application is at least this old before the server is rebooted for it",
    z.prefault(duration(0, DAY), "5m"),
  ),
  "graceful-timeout": about(
    "How long a reboot waits for groups and system to stop before it is forced",
    z.prefault(duration(SECOND, HOUR), "2m"),
  ),
  "shutdown-timeout": about(
    "A shutdown that anybody began and that takes longer is ended by force",
    z.prefault(duration(10 * SECOND, DAY), "10m"),
  ),
});

export const evidence = z.strictObject({
  enabled: about(
    "`false`: nothing is kept of a failure; nothing waits for it then",
    z._default(z.boolean(), true),
  ),
  "keep-for": about("Older incidents are removed", z.prefault(duration(HOUR, 365 * DAY), "30d")),
  "keep-at-most": about(
    "The oldest incidents are removed when all together are larger",
    z.prefault(size(10 * MEBIBYTE, 100 * 1024 * MEBIBYTE), "200M"),
  ),
});

/** The keys that are not maps by name. */
export const root = z.strictObject({
  version: about("Version of this format", z._default(z.literal(1), 1)),
  server: about("Facts about the server itself", z.prefault(server, {})),
  mode: about(
    "`enforce` does what is decided; `observe` only says what would have been done",
    z._default(z.enum(["enforce", "observe"]), "enforce"),
  ),
  reboots: about("Limits of server-level actions", z.prefault(reboots, {})),
  evidence: about(
    "What is kept of a failed resource before it is recovered: processes, stacks, sockets, memory, logs",
    z.prefault(evidence, {}),
  ),
  heartbeat: about("A sign of life for whoever notices when it stops", z.optional(heartbeat)),
  page: about("The page in a browser", z.prefault(page, {})),
  watchdog: about("The kernel watchdog, and what the guard does with it", z.prefault(watchdog, {})),
});

export const group = z.strictObject({
  title: about("Text for people; default: the name", z._default(prose(200), "")),
  comment: about("Text for people", z._default(prose(), "")),
  start: about(
    "Whether it is started together with the agent",
    z._default(z.enum(["auto", "manual"]), "auto"),
  ),
  after: about(
    "Groups that are active before this one starts, and still active when it stops",
    z._default(names(), []),
  ),
  "wait-limit": about(
    "How long it waits for the groups it comes after; then it goes on without them",
    z.prefault(duration(0, DAY), "30m"),
  ),
});

const recoveryScript = z.strictObject({
  run: about("The program and its words", command()),
  count: about("How often it is run before the first reactivation", z._default(count(1, 100), 1)),
  timeout: about("It is ended when it runs longer", z.prefault(duration(100, DAY), "1m")),
  user: about("Account that it runs as", z.optional(account())),
  directory: about("Working directory", z.optional(absolutePath())),
  environment: about(
    "Environment variables besides those of every script",
    z._default(environment(), {}),
  ),
});

export const recovery = z.strictObject({
  target: about(
    "What is recovered: `group/resource`, a group, `all-groups`, `server` or `none`; default: the resource that a `process` monitor watches, else none",
    z.optional(line(127)),
  ),
  script: about("Program that is run before the first reactivation", z.optional(recoveryScript)),
  "reactivation-threshold": about(
    "Reactivations of the target before the next step; default: 3, for targets server and none 0",
    z.optional(count(0, 100)),
  ),
  "group-restart-threshold": about(
    "Restarts of the group before the next step; default: 1, for targets server and none 0",
    z.optional(count(0, 100)),
  ),
  "failover-threshold": about(
    "Reserved for the cluster; does nothing on one server",
    z._default(count(0, 100), 0),
  ),
  "final-action": about("The last step; default: see the monitor type", z.optional(finalAction())),
  "repeat-reboot": about(
    "Reboot again, up to the limit, although a reboot did not help; default: `true` for `disk` on this server only",
    z.optional(z.boolean()),
  ),
});

/** What every monitor has; defaults that depend on the type are filled in by the reader. */
export const monitor = z.strictObject({
  title: about("Text for people; default: the name", z._default(prose(200), "")),
  comment: about("Text for people", z._default(prose(), "")),
  enabled: about("`false`: it is not probed", z._default(z.boolean(), true)),
  interval: about(
    "From the begin of one probe to the begin of the next; default: see the monitor type",
    z.optional(duration(100, DAY)),
  ),
  timeout: about(
    "A probe that takes longer has failed; default: see the monitor type",
    z.optional(duration(10, HOUR)),
  ),
  retries: about(
    "Failed probes in a row that are forgiven; default: see the monitor type",
    z.optional(count(0, 1000)),
  ),
  "start-delay": about(
    "Wait before the first probe, after the resource is ready",
    z.prefault(duration(0, DAY), "0s"),
  ),
  timing: about(
    "`active`: probed only while its target is active; default: `active` when the target is a resource or a group, else `always`",
    z.optional(z.enum(["always", "active"])),
  ),
  "delay-warning": about(
    "Percent of the timeout after which an ok probe is warned about; 0 = always, 100 = never",
    z._default(count(0, 100), 80),
  ),
  "retry-on-timeout": about(
    "`false`: a timeout is not forgiven by `retries`",
    z._default(z.boolean(), true),
  ),
  "recover-on-timeout": about(
    "`false`: a timeout is told and not recovered from",
    z._default(z.boolean(), true),
  ),
  requires: about(
    "Monitors that are probed before recovery begins; when one of them fails, this one is its consequence",
    z._default(names(), []),
  ),
  target: about("Short for `recovery: { target: … }`", z.optional(line(127))),
  recovery: about("What is done when it has failed", z.prefault(recovery, {})),
  "failure-timeout": about(
    "Ok for this long is cured: counts are forgotten",
    z.prefault(duration(SECOND, 30 * DAY), "10m"),
  ),
  "flapping-limit": about(
    "More changes between failed and recovered than this within an hour are flapping",
    z._default(count(1, 1000), 6),
  ),
  "chronic-limit": about(
    "More cures than this within 24 hours are chronic",
    z._default(count(1, 1000), 10),
  ),
  chronic: about(
    "`escalate`: a chronic fault goes on to the next step",
    z._default(z.enum(["alert", "escalate"]), "alert"),
  ),
});
