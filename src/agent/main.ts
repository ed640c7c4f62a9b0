/**
 * The agent:
 *
 *     node src/agent/main.ts [--state <folder>] [--config <file>] [--log <file>]
 *                            [--stop-apps-on-exit] [--no-cgroups] [--back-off]
 *
 * Watches, decides and heals until TERM or INT; applications go on, unless `--stop-apps-on-exit`.
 * `--back-off`: after ends without a word in a row it begins later and later, at most after 5 min.
 * HUP reads the configuration again. Writes one line `ready` to stdout when its control socket
 * listens. Needs a spawner on `<folder>/run/spawner.sock`; asks again until there is one.
 * Exit codes: 0 left when asked, 1 configuration not valid, 2 usage, 4 another agent runs on this
 * state folder, 6 left because the policy says so (`stop-agent`), 70 a bug.
 */
import { mkdirSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import * as z from "zod/mini";
import english from "zod/v4/locales/en.js";
import { INSTALLED, type Paths } from "../base/paths.ts";
import { formatDiagnostic } from "../config/diagnostic.ts";
import { cronFor } from "../config/cron.ts";
import { destinationsFor } from "../config/loaded-destinations.ts";
import { MAX_CONFIG_BYTES } from "../config/loaded-config.ts";
import { nextDeadline } from "../core/deadline.ts";
import { decide } from "../core/decide.ts";
import { createAccessFiles } from "../host/access-files.ts";
import { readBootIdentity } from "../host/boot-facts.ts";
import { createClock } from "../host/clock.ts";
import { createConfigFiles, createVersionFiles } from "../host/config-files.ts";
import { createDisks } from "../host/disk-workers.ts";
import { endProcess } from "../host/end-process.ts";
import { keepsEvidence } from "../host/evidence.ts";
import { ExecDriver, trackedBy } from "../host/exec-driver.ts";
import { giveBackFreeMemory } from "../host/free-memory.ts";
import { openFarFiles } from "../host/far-files.ts";
import { createPosts } from "../host/post.ts";
import { openGuardTalk } from "../host/guard-talk.ts";
import { readLastBoot } from "../host/last-boot.ts";
import { LinkNews } from "../host/link-news.ts";
import { JoinedDriver } from "../host/joined-driver.ts";
import { joinNews } from "../host/news.ts";
import { lockFile } from "../host/file-lock.ts";
import { createLinuxHost, runRole } from "../host/linux-host.ts";
import { giveBackWhenSettled, stayLightlyCompiled } from "../host/own-memory.ts";
import { openPackageLocks } from "../host/package-locks.ts";
import { trustedPeerName } from "../host/peer-name.ts";
import { ProcessWatch } from "../host/process-watch.ts";
import { readStat } from "../host/proc.ts";
import { readProductVersion } from "../host/product-version.ts";
import { PressureNews } from "../host/resources/pressure-news.ts";
import { ServiceDriver } from "../host/service-driver.ts";
import { signalByName } from "../host/signal-process.ts";
import { storageOf } from "../host/storage.ts";
import { findPageSocket } from "../host/page-socket.ts";
import { SpawnerClient } from "../host/spawner-client.ts";
import { forgetStarts, waitForTurn } from "../host/start-pace.ts";
import { isContainer, type KernelWish, readKernelWish } from "../host/surroundings.ts";
import { openUnits } from "../host/systemd/open-units.ts";
import { type ShutdownWatch, watchShutdown } from "../host/systemd/shutdown-watch.ts";
import type { Units } from "../host/systemd/units.ts";
import { openToWebProgram } from "../host/web-socket.ts";
import { createUnitNews } from "../host/unit-news.ts";
import { createHistoryFiles, createStateFiles, readStateId } from "../host/state-files.ts";
import { MONITOR_TYPES } from "../monitors/registry.generated.ts";
import type { Clock } from "../ports/clock.ts";
import type { StateFiles } from "../ports/store.ts";
import { Agent } from "./agent.ts";
import type { AgentParts } from "./agent-parts.ts";
import { Breakdowns, withFault } from "./breakdowns.ts";
import { ConfigSource, LAST_GOOD } from "./config-source.ts";
import type { Control } from "./control.ts";
import { breakDownOn, Departure, listenToBugs, listenToSignals } from "./departure.ts";
import { hearShutdown } from "./hear-shutdown.ts";
import { loadInTurns } from "./load-in-turns.ts";
import { createLog } from "./log.ts";
import { readOptions } from "./options.ts";
import { watchPackages } from "./package-watch.ts";
import { type Codec, createCodec, type LoadedState, loadSavedState } from "./saved-state.ts";
import type { SavedPlaces } from "./saved-state.ts";
import { serveAgent, type ServeParts } from "./serve.ts";

const EXIT_NOT_VALID = 1;
const EXIT_USAGE = 2;
const EXIT_REFUSED = 4;
const EXIT_BY_POLICY = 6;
const EXIT_BUG = 70;

function createConfigSource(paths: Paths, files: StateFiles, wish: KernelWish | null) {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return new ConfigSource({
    path: paths.config,
    // Whether a program is there is not asked: the agent never waits for a path it watches.
    surroundings: {
      ownAddresses: addresses.map((one) => one.address),
      storageOf,
      isContainer: isContainer(),
      isObserveOnly: wish === "observe",
    },
    load: async (text, path, surroundings) =>
      loadInTurns(text, path, {
        ...surroundings,
        ...(await cronFor(text)),
        ...(await destinationsFor(text)),
      }),
    format: formatDiagnostic,
    readText: async (path) => {
      const { size } = await stat(path);
      if (size > MAX_CONFIG_BYTES) throw new Error(`it has ${size} bytes`);
      return await readFile(path, "utf8");
    },
    readLastGood: () => {
      const read = files.readAtStart(LAST_GOOD, MAX_CONFIG_BYTES);
      return read.ok ? read.value : null;
    },
    keepLastGood: (text) => files.replace(LAST_GOOD, text, true),
  });
}

function configurationParts(
  paths: Paths,
  source: ConfigSource,
): Pick<AgentParts, "configuration" | "readConfig"> {
  const configuration = {
    files: createConfigFiles(paths.config, `${paths.state}/config`, MAX_CONFIG_BYTES),
    load: (text: string) => source.check(text),
    keepLastGood: (text: string) => source.keep(text),
  };
  return { configuration, readConfig: () => source.read() };
}

/** One agent on a state folder: the second says who the first one is. */
function takeFolder(paths: Paths): boolean {
  for (const folder of [paths.state, paths.run, paths.logs]) {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
  }
  const since = new Date().toISOString();
  const lock = lockFile(`${paths.state}/agent.lock`, `pid ${process.pid}, since ${since}\n`);
  if (lock.isHeld) return true;
  complain(`another agent runs on ${paths.state}: ${lock.owner.trim() || "starting now"}`);
  process.exitCode = EXIT_REFUSED;
  return false;
}

/** What an earlier agent saved, unless it broke down with it again and again. */
function readSavedState(places: SavedPlaces, codec: Codec, breakdowns: Breakdowns): LoadedState {
  const mark = String(Date.now());
  const fault = breakdowns.setStateAside(mark);
  return withFault(loadSavedState(places, codec, mark), fault);
}

function refuse(problems: readonly string[]): void {
  for (const problem of problems) complain(problem);
  process.exitCode = EXIT_NOT_VALID;
}

/** What is found on this server, read once: how the boot before ended, the guard, another disk. */
function lookAround(paths: Paths): Pick<AgentParts, "boot" | "farFiles" | "guard"> {
  const identity = readBootIdentity();
  const { pid } = process;
  return {
    boot: { ...identity, ...readLastBoot(Date.now() - identity.uptimeMs) },
    farFiles: paths.state === INSTALLED.state ? openFarFiles(paths.state) : null,
    guard: {
      talk: openGuardTalk(paths.run),
      self: { pid, startTime: readStat(pid)?.startTime ?? 0 },
      keepsEvidence: keepsEvidence(),
    },
  };
}

/** Nothing is opened before a monitor wants it. */
const kernelNews = () => ({ link: new LinkNews(), pressure: new PressureNews() });

function mayRun(wish: ReturnType<typeof readKernelWish>): boolean {
  if (wish === "off") complain("`solosafe=off` is on the kernel's command line: it leaves");
  return wish !== "off";
}

/** Where reports are kept, and who does what takes long. */
function reportParts(
  paths: Paths,
  spawner: SpawnerClient,
  watch: ProcessWatch,
): Pick<AgentParts, "drillFiles" | "bootFiles" | "evidencePlaces" | "openPost" | "runRole"> {
  return {
    drillFiles: createVersionFiles(`${paths.state}/drills`),
    bootFiles: createVersionFiles(`${paths.state}/boots`),
    evidencePlaces: { folder: `${paths.state}/evidence`, logs: paths.logs },
    openPost: createPosts(paths, spawner, watch),
    runRole: (...wish) => runRole(spawner, ...wish),
  };
}

async function main(words: readonly string[]): Promise<void> {
  const options = readOptions(words);
  const { paths } = options;
  const wish = readKernelWish();
  if (!mayRun(wish) || !takeFolder(paths)) return;
  if (options.isBackingOff) await waitForTurn(paths.run, complain);
  const clock = createClock();
  const log = createLog(options.log);
  const stateFiles = createStateFiles(paths.state);
  const source = createConfigSource(paths, stateFiles, wish);
  const breakdowns = new Breakdowns(stateFiles, clock.wall());
  const first = await source.first();
  if (!first.ok) return refuse(first.problems);
  const server = lookAround(paths);
  const places = { ...server, files: stateFiles, machineId: server.boot.machineId };
  const spawner = new SpawnerClient(paths.spawner);
  const disks = createDisks(spawner, paths.run);
  const watch = new ProcessWatch();
  const stateId = readStateId(paths.state, paths.run);
  const exec = new ExecDriver({ paths, spawner, watch, stateId, ...trackedBy(options.hasCgroups) });
  const units = openUnits();
  let shutdown: ShutdownWatch | null = null;
  const ask = (): Promise<void> | null => shutdown?.lookNow() ?? null;
  const driver = new JoinedDriver(exec, new ServiceDriver(units, `${paths.run}/units`), ask);
  const news = joinNews({ ...kernelNews(), unit: createUnitNews(units) });
  let control: Control | null = null;
  let agent: Agent | null = null;
  const departure = new Departure({
    log,
    agent: () => agent,
    control: () => control,
    lookLast: async () => await ask(),
    release: () => {
      for (const one of [news, disks, exec, units, watch, spawner]) one.close();
      if (options.isBackingOff) forgetStarts(paths.run);
    },
    exit: endProcess,
  });
  agent = new Agent({
    clock,
    driver,
    news,
    createHost: (own) => createLinuxHost(spawner, own, units, disks),
    policy: { decide, nextDeadline },
    codec: createCodec(first.config, clock),
    stateFiles,
    historyFiles: createHistoryFiles(`${paths.state}/history`),
    saved: readSavedState(places, createCodec(first.config, clock), breakdowns),
    config: first.config,
    configFault: first.fault,
    ...server,
    facts: { version: readProductVersion(), pid: process.pid, stateFolder: paths.state },
    ...reportParts(paths, spawner, watch),
    signal: signalByName,
    adopt: (resource, name, pid) => exec.adopt(resource, name, pid),
    cannotDetect: (type) => MONITOR_TYPES.get(type)?.cannotDetect ?? "",
    ...configurationParts(paths, source),
    logLinesLost: () => log.lost(),
    log,
    onLeave: (reason) => departure.leave(reason, EXIT_BY_POLICY),
    onBroken: breakDownOn(departure, EXIT_BUG, () => void breakdowns.note(clock.wall())),
  });
  listenToBugs(departure, EXIT_BUG);
  listenToSignals(agent, departure, options.isStoppingApps);
  await agent.start();
  shutdown = listenToServer(agent, clock, units);
  control = await serveAgent(servedParts(agent, spawner, { paths, clock, log }));
  process.stdout.write("ready\n");
  giveBackWhenSettled();
}

function listenToServer(agent: Agent, clock: Clock, units: Units): ShutdownWatch | null {
  watchPackages(clock, openPackageLocks(), (isHeld) =>
    agent.engine.submit({ type: "packageWork", isHeld }),
  );
  return watchShutdown(units, hearShutdown(agent));
}

function servedParts(
  agent: Agent,
  spawner: SpawnerClient,
  own: Pick<ServeParts, "paths" | "clock" | "log">,
): ServeParts {
  return {
    ...own,
    history: agent.history,
    routes: agent.routeParts(),
    accessFiles: createAccessFiles(own.paths.state),
    peerName: trustedPeerName,
    openToWebProgram,
    giveBackMemory: giveBackFreeMemory,
    publicSocket: findPageSocket(spawner, own.paths.run),
  };
}

function complain(message: string): void {
  process.stderr.write(`solosafe agent: ${message}\n`);
}

stayLightlyCompiled();
z.config(english());
main(process.argv.slice(2)).catch((error: unknown) => {
  const isUsage = error instanceof TypeError && "code" in error;
  const why = error instanceof Error ? (isUsage ? error.message : error.stack) : String(error);
  complain(why ?? "");
  process.exit(isUsage ? EXIT_USAGE : EXIT_BUG);
});
