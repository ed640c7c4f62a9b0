/**
 * Feeds the kernel watchdog while user space proves that it lives, and carries out the last resort:
 *
 *     node src/guard/main.ts --run <folder> [--settings <file>] [--root <folder>] [--real]
 *
 * It is told everything over the FIFO `guard.fifo` in `<folder>` and tells about itself in
 * `guard.report` there. `--settings`: a copy of the settings that the agent told last. Without
 * `--real` neither device nor sysrq is opened, and what would be done is said on stdout. `--root`
 * holds `proc` and `run` for a test. It runs until TERM or INT; exit codes: 0 left when asked,
 * 2 usage, 1 anything else.
 */
import { readFile, writeSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Millis } from "../base/duration.ts";
import { GUARD_FIFO, GUARD_REPORT, type GuardSettings } from "../base/guard-message.ts";
import type { GuardReport } from "../base/guard-report.ts";
import type { Result } from "../base/result.ts";
import { type Held, initialGuardState } from "../core/guard-state.ts";
import { monotonic } from "../host/clock.ts";
import { openGuardLines } from "../host/guard-lines.ts";
import { harden } from "../host/hardening.ts";
import { createKernelWatchdog } from "../host/kernel-watchdog.ts";
import {
  type LastResortPlaces,
  NULL_PLACES,
  openLastResort,
  REAL_PLACES,
} from "../host/last-resort.ts";
import { giveBackGarbage, giveBackStart, stayUncompiled } from "../host/own-memory.ts";
import { readGuardSettings } from "../host/parse-guard-line.ts";
import { readStat } from "../host/proc.ts";
import { openReportFile, readGuardReport } from "../host/report-file.ts";
import { isContainer, readKernelWish } from "../host/surroundings.ts";
import { Guard } from "./guard.ts";
import { watchInit } from "./init-watch.ts";
import { watchNewest } from "./newest-process.ts";
import { rehearse } from "./rehearse.ts";
import { createStandIns, type StandIns } from "./stand-ins.ts";

const USAGE = "usage: main.ts --run <folder> [--settings <file>] [--root <folder>] [--real]";
/**
 * The shortest time anything is counted in is a second; every rung and every feeding has several.
 * More often would be more CPU time on every server, for nothing that anybody could notice.
 */
const TICK: Millis = 500;

function main(words: readonly string[]): void {
  const { run, settings: cache, root, isReal } = readArguments(words);
  const startedAt = monotonic();
  const held = isContainer(root) ? "container" : readKernelWish(root);
  const isShutdown = watchInit(root);
  const before = readGuardReport(join(run, GUARD_REPORT));
  const lines = orFail(openGuardLines(join(run, GUARD_FIFO)));
  const report = orFail(openReportFile(join(run, GUARD_REPORT)));
  const parts = isReal ? openReal(held) : createStandIns(say);
  prepareMemory();
  const hardeningFault = isReal && held === null ? harden() : null;
  if (hardeningFault !== null) parts.power.note("warning", hardeningFault);
  let isReading = cache !== null;
  const guard = new Guard(
    {
      ...parts,
      lines,
      writeReport: (text) => void report.write(text),
      // In the middle of a boot somebody may have stopped the others before this guard was started.
      readNewest: before === null ? watchNewest(root) : () => null,
      self: { pid: process.pid, startTime: readStat(process.pid)?.startTime ?? 0 },
      hardeningFault,
      // An ordinary exit waits for a thread that hangs in a file.
      exit: () => (isReading ? process.kill(process.pid, "SIGKILL") : process.exit(0)),
    },
    initialGuardState(startedAt, held, isInherited(before, startedAt)),
  );
  if (cache !== null) {
    readKept(cache, (settings) => {
      isReading = false;
      if (settings !== null) guard.hearKept(settings, monotonic());
    });
  }
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => guard.leave(monotonic(), isShutdown()));
  }
  // The first one comes after what is kept, where that can be read at all.
  setInterval(() => guard.tick(monotonic()), TICK);
}

/**
 * Leaves in memory what every way needs, and nothing else: what only this start needed is given back
 * first, and the second walk brings back what must be there when the disk is dead. Measured with
 * pagemap: an order, a stall, a kill and a flood of lines then need no page that was not there.
 */
function prepareMemory(): void {
  stayUncompiled();
  walkOnce();
  giveBackStart();
  walkOnce();
  giveBackGarbage();
}

function walkOnce(): void {
  const { power } = openLastResort(NULL_PLACES);
  // Our own pid at another time: nobody.
  rehearse(power, { pid: process.pid, startTime: 0 });
  power.close();
}

interface Arguments {
  readonly run: string;
  readonly settings: string | null;
  readonly root: string;
  readonly isReal: boolean;
}

function readArguments(words: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...words],
    options: {
      run: { type: "string" },
      settings: { type: "string" },
      root: { type: "string" },
      real: { type: "boolean" },
    },
  });
  if (values.run === undefined) throw new Error(USAGE);
  const { run, settings = null, root = "/", real = false } = values;
  return { run, settings, root, isReal: real };
}

/** In earnest: what is opened here can end this boot. In a container only its own init is asked. */
function openReal(held: Held | null): StandIns {
  const { power, faults } = openLastResort(placesFor(held));
  for (const fault of faults) power.note("warning", fault);
  return { power, createWatchdog: createKernelWatchdog };
}

function placesFor(held: Held | null): LastResortPlaces {
  if (held === "container") return { ...NULL_PLACES, init: REAL_PLACES.init };
  // The kernel's log harms nobody, and tells what would have been done.
  return held === null ? REAL_PLACES : { ...NULL_PLACES, kernelLog: REAL_PLACES.kernelLog };
}

/** A pipe that nobody reads must not stop the guard. */
function say(line: string): void {
  try {
    writeSync(process.stdout.fd, `${line}\n`);
  } catch {
    // It is full, or gone.
  }
}

/** Its disk may hang: then only the agent can tell, and what is armed already is fed all the same. */
function readKept(path: string, done: (settings: GuardSettings | null) => void): void {
  readFile(path, "utf8", (error, text) => done(error === null ? parseKept(text) : null));
}

function parseKept(text: string): GuardSettings | null {
  try {
    return readGuardSettings(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The report is kept in memory: it is of this boot, unless somebody put the folder on a disk. */
function isInherited(before: GuardReport | null, now: Millis): boolean {
  return before !== null && before.at <= now && before.device !== null;
}

function orFail<Value>(result: Result<Value>): Value {
  if (result.ok) return result.value;
  throw new Error(result.problem.message);
}

function run(words: readonly string[]): void {
  try {
    main(words);
  } catch (fault) {
    const message = fault instanceof Error ? fault.message : String(fault);
    const isUsage = message.startsWith("usage");
    console.error(isUsage ? message : `guard: ${message}`);
    process.exit(isUsage ? 2 : 1);
  }
}

run(process.argv.slice(2));
