import type * as z from "zod/mini";
import { type Steps, toEnd } from "../base/steps.ts";
import { checkContainer } from "./check-container.ts";
import { checkPlan, checkStopTimeouts } from "./check-plans.ts";
import { checkCycles, checkDisabled, checkNames, resolveTarget } from "./check-references.ts";
import { completeMonitor, targetText } from "./complete-monitor.ts";
import { type Completed, effective, loadedMonitor, recoveryScripts } from "./completed-monitor.ts";
import { documentSteps } from "./document.ts";
import { bindUnits, implicitMonitors } from "./implicit-monitor.ts";
import type {
  ConfigSurroundings,
  LoadedConfig,
  LoadedMonitor,
  LoadedOrProblems,
} from "./loaded-config.ts";
import { laterVersion } from "./migrate.ts";
import { type Raw, type Reading, isRaw } from "./named-map.ts";
import { loadHeartbeat } from "./heartbeat.ts";
import { LATER_KEYS } from "./names.ts";
import { loadPage } from "./page.ts";
import { folderOf } from "./programs.ts";
import { drilledWindows, type ReadDrills, readDrills } from "./read-drills.ts";
import { type ReadGroups, readGroups } from "./read-groups.ts";
import { type LoadedDestinations, NO_DESTINATIONS } from "./loaded-destinations.ts";
import { type ReadLogs, readLogs } from "./read-logs.ts";
import { type ReadMail, readMail } from "./read-mail.ts";
import { type ReadWindows, readWindows } from "./read-windows.ts";
import { type MonitorDraft, readMonitors, writtenNames } from "./read-monitors.ts";
import { Report } from "./report.ts";
import { salvage } from "./salvage.ts";
import { root as rootSchema } from "./schema.ts";
import { type ReadServersHeard, readServersHeard } from "./servers-heard.ts";
import { loadWatchdog } from "./watchdog.ts";
import { written } from "./written.ts";

type Root = z.output<typeof rootSchema>;

/** Keys at the top that have a reader of their own. */
const READ_APART = "groups monitors windows drills mail destinations logs servers-heard".split(" ");

/**
 * Reads a configuration. `path` is named in problems, and programs written as `./…` lie in its
 * folder. Never throws for what a file can contain.
 */
export function loadConfig(
  text: string,
  path: string,
  surroundings: ConfigSurroundings = {},
): LoadedOrProblems {
  return toEnd(configSteps(text, path, surroundings));
}

/** The same in steps, for who has something else to do meanwhile: a large file takes a second. */
export function* configSteps(
  text: string,
  path: string,
  surroundings: ConfigSurroundings,
): Steps<LoadedOrProblems> {
  const document = yield* documentSteps(text, path);
  if (!document.ok) return { ok: false, problems: document.problem };
  const report = new Report(path, document.value);
  const raw = document.value.root;
  if (!isRaw(raw)) {
    const what = "keys and values are needed here";
    report.error([], {
      code: "config/wrong-type",
      what,
      hint: "Begin with `groups:` or `monitors:`.",
    });
    return { ok: false, problems: report.list() };
  }
  const later = laterVersion(raw["version"]);
  if (later !== null) {
    report.error(["version"], later);
    return { ok: false, problems: report.list() };
  }
  const reading: Reading = { report, folder: folderOf(path), surroundings };
  const root = readRoot(report, raw);
  const groups = yield* readGroups(reading, raw["groups"]);
  const configured = bindUnits(groups, yield* readMonitors(reading, raw["monitors"]));
  const drafts = [
    ...configured,
    ...implicitMonitors(groups, configured, writtenNames(raw["monitors"])),
  ];
  const completed = yield* complete(reading, groups, drafts, raw, root);
  const { readCron, wall } = surroundings;
  const names = new Set(drafts.map(({ name }) => name));
  const windows = readWindows(reading, raw["windows"], {
    groups,
    monitors: names,
    drilled: drilledWindows(raw["drills"]),
    readCron,
    wall,
  });
  const monitors = completed.map(({ monitor }) => monitor);
  const drills = readDrills(reading, raw["drills"], { groups, monitors, windows });
  const mail = readMail(report, raw["mail"], { readCron, wall });
  const told = surroundings.readDestinations?.(reading, raw["destinations"]) ?? NO_DESTINATIONS;
  const logs = readLogs(reading, raw["logs"]);
  const heard = readServersHeard(reading, raw["servers-heard"]);
  if (report.hasErrors || root === null) return { ok: false, problems: report.list() };
  const parts = { groups, completed, windows, drills, mail, told, logs, heard };
  const config = yield* assemble(text, path, root, parts);
  const isHeld = surroundings.isObserveOnly === true;
  const inForce = isHeld ? observed(config) : config;
  return { ok: true, config: inForce, warnings: report.list() };
}

/** Everything is decided and nothing done, whatever the file says. */
function observed(config: LoadedConfig): LoadedConfig {
  return { ...config, model: { ...config.model, mode: "observe" } };
}

function readRoot(report: Report, raw: Raw): Root | null {
  const own: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw)) {
    if (READ_APART.includes(key)) continue;
    if (key === "users") {
      const hint = "Take it out; `solosafe user add NAME` adds one.";
      report.error([key], {
        code: "config/unknown-key",
        what: "no file lists users",
        hint,
        at: "key",
      });
    } else if (!LATER_KEYS.has(key)) own[key] = value;
    else {
      const what = `\`${key}\` is known but not built yet, and ignored`;
      report.warn([key], { code: "config/not-built", what, at: "key" });
    }
  }
  if (!raw["groups"] && !raw["monitors"]) {
    const hint = "Write at least one group or monitor.";
    report.warn([], { code: "config/never-acts", what: "nothing is watched", hint });
  }
  const where = {
    base: [],
    moreKeys: READ_APART,
    laterKeys: LATER_KEYS,
  };
  return salvage(report, rootSchema, own, where)?.value ?? null;
}

function* complete(
  { report, surroundings }: Reading,
  groups: ReadGroups,
  drafts: readonly MonitorDraft[],
  raw: Raw,
  root: Root | null,
): Steps<readonly Completed[]> {
  const names = new Set([...writtenNames(raw["monitors"]), ...drafts.map((draft) => draft.name)]);
  const ownAddresses = surroundings.ownAddresses ?? [];
  const completed: Completed[] = [];
  for (const draft of drafts) {
    yield;
    checkNames(report, draft, groups, names);
    const target = resolveTarget(report, draft, groups, surroundings);
    if (target === null) continue;
    const monitor = completeMonitor(draft, target, surroundings);
    const rebootLimit = root?.reboots.limit ?? 1;
    if (draft.isWhole) checkPlan(report, draft, monitor, { rebootLimit, ownAddresses });
    completed.push({ draft, monitor, targetText: targetText(draft, surroundings) });
  }
  checkDisabled(report, drafts);
  if (surroundings.isContainer === true) checkContainer(report, raw, drafts, groups);
  checkCycles(report, groups, drafts);
  if (root !== null) {
    checkStopTimeouts(report, groups, root.reboots["graceful-timeout"], raw);
  }
  return completed;
}

interface Parts {
  readonly groups: ReadGroups;
  readonly completed: readonly Completed[];
  readonly windows: ReadWindows;
  readonly drills: ReadDrills;
  readonly mail: ReadMail;
  readonly told: LoadedDestinations;
  readonly logs: ReadLogs;
  readonly heard: ReadServersHeard;
}

function* assemble(
  text: string,
  path: string,
  root: Root,
  { groups, completed, windows, drills, mail, told, logs, heard }: Parts,
): Steps<LoadedConfig> {
  const { mode, reboots, server, watchdog } = root;
  const monitors = new Map<string, LoadedMonitor>();
  const shown: Record<string, Raw> = {};
  for (const one of completed) {
    yield;
    monitors.set(one.monitor.name, loadedMonitor(one));
    shown[one.monitor.name] = effective(one);
  }
  return {
    path,
    text,
    model: {
      mode,
      reboots: {
        limit: reboots.limit,
        leastUptimeMs: reboots["least-uptime"],
        escalateAfterMs: reboots["escalate-after"],
        gracefulTimeoutMs: reboots["graceful-timeout"],
      },
      groups: groups.groups,
      resources: groups.resources,
      monitors: completed.map(({ monitor }) => monitor),
      windows: windows.planned,
    },
    watchdog: loadWatchdog(watchdog),
    heartbeat: loadHeartbeat(root.heartbeat),
    serversHeard: heard.servers,
    page: loadPage(root.page),
    mail: mail.mail,
    destinations: told.destinations,
    logs: logs.logs,
    logUpload: logs.upload,
    evidence: {
      isEnabled: root.evidence.enabled,
      keepMs: root.evidence["keep-for"],
      keepBytes: root.evidence["keep-at-most"],
    },
    shutdownTimeoutMs: reboots["shutdown-timeout"],
    server,
    resources: groups.params,
    monitors,
    scripts: recoveryScripts(completed),
    captions: groups.captions,
    windows: windows.windows,
    drills: drills.drills,
    effective: {
      ...written(rootSchema, root),
      ...(mail.mail === null ? {} : { mail: mail.effective }),
      groups: groups.effective,
      monitors: shown,
      ...(windows.windows.size === 0 ? {} : { windows: windows.effective }),
      ...(drills.drills.size === 0 ? {} : { drills: drills.effective }),
      ...(told.destinations.size === 0 ? {} : { destinations: told.effective }),
      ...(Object.keys(logs.effective).length === 0 ? {} : { logs: logs.effective }),
      ...(heard.servers.length === 0 ? {} : { "servers-heard": heard.effective }),
    },
  };
}
