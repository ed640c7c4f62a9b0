import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from "node:fs";
import { readFile, readlink } from "node:fs/promises";
import { basename } from "node:path";
import type { ProcessFacts, ProcessId } from "../ports/host.ts";
import type { WaitStatus } from "./libc.ts";

/** What /proc/pid/stat says; reading it takes no lock that a hung program can hold. */
export interface ProcessStat extends ProcessId {
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly state: string;
  readonly name: string;
  /** Field 52, for a zombie that we may look into; otherwise 0. */
  readonly exitStatus: WaitStatus;
}

/** No scan looks at more processes than this. */
export const PROCESSES_MOST = 65_536;
/** Looks at the list of processes; on a server on which something is always started the last one counts. */
const LOOKS_MOST = 4;

/** Reads one line of /proc/pid/stat; null when it is not one. */
export function parseStat(text: string): ProcessStat | null {
  const open = text.indexOf("(");
  // The name may hold spaces and brackets itself: its end is the last one.
  const close = text.lastIndexOf(")");
  if (open < 0 || close < open) return null;
  const fields = text.slice(close + 2).split(" ");
  const number = (field: number): number => Number(fields[field - 3]);
  const startTime = number(22);
  if (!Number.isFinite(startTime)) return null;
  return {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    state: fields[0] ?? "?",
    parent: number(4),
    group: number(5),
    session: number(6),
    startTime,
    exitStatus: number(52) || 0,
  };
}

// One buffer for all: a scan of all processes is on the way of a restart.
const line = Buffer.alloc(1024);

/** Null when there is no such process; a thread is named `<pid>/task/<thread>`. */
export function readStat(pid: number | string): ProcessStat | null {
  let fd: number;
  try {
    fd = openSync(`/proc/${pid}/stat`, "r");
  } catch {
    return null;
  }
  try {
    return parseStat(line.toString("latin1", 0, readSync(fd, line, 0, line.length, null)));
  } catch {
    // It ended between the two calls.
    return null;
  } finally {
    closeSync(fd);
  }
}

/** Whether exactly this process still runs; a zombie does not. */
export function isAlive(id: ProcessId): boolean {
  const stat = readStat(id.pid);
  return stat !== null && stat.startTime === id.startTime && isRunning(stat);
}

/**
 * Whether any thread of exactly this process still runs. One that was killed lives on while a thread
 * hangs in the kernel, also when its first thread, by which it is listed, has ended.
 */
export function hasThreads(id: ProcessId): boolean {
  if (readStat(id.pid)?.startTime !== id.startTime) return false;
  try {
    return readdirSync(`/proc/${id.pid}/task`).some((thread) => {
      const stat = readStat(`${id.pid}/task/${thread}`);
      return stat !== null && isRunning(stat);
    });
  } catch {
    return false;
  }
}

/** A zombie, or one being taken away, has ended. */
export function isRunning(stat: ProcessStat): boolean {
  return stat.state !== "Z" && stat.state !== "X" && stat.state !== "x";
}

/** The status of a process that ended and was not reaped yet; null when it is gone or runs. */
export function readExitStatus(id: ProcessId): WaitStatus | null {
  const stat = readStat(id.pid);
  if (stat === null || stat.startTime !== id.startTime || isRunning(stat)) return null;
  return stat.exitStatus;
}

/**
 * All processes, zombies included, in order of pid. The list is read again until it names nobody new:
 * who forked after it was read and ended before its own line was would hide its child.
 */
export function listStats(): ProcessStat[] {
  const found: ProcessStat[] = [];
  const listed = new Set<string>();
  for (let look = 0; look < LOOKS_MOST; look += 1) {
    const before = listed.size;
    for (const name of readdirSync("/proc")) {
      const first = name.charCodeAt(0);
      if (first < 49 || first > 57 || listed.has(name)) continue;
      if (found.length >= PROCESSES_MOST) break;
      listed.add(name);
      const stat = readStat(Number(name));
      if (stat) found.push(stat);
    }
    if (listed.size === before) return look < 2 ? found : found.toSorted(byPid);
  }
  return found.toSorted(byPid);
}

function byPid(one: ProcessStat, other: ProcessStat): number {
  return one.pid - other.pid;
}

/**
 * The value of one variable in the environment a process was started with; null when it has none
 * or may not be read.
 */
export function readEnvironmentMark(pid: number, name: string): string | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    return null;
  }
  const start = text.startsWith(`${name}=`) ? 0 : text.indexOf(`\0${name}=`) + 1;
  if (start === 0 && !text.startsWith(`${name}=`)) return null;
  const from = start + name.length + 1;
  const end = text.indexOf("\0", from);
  return text.slice(from, end < 0 ? undefined : end);
}

/** Path of the program a process runs; null when it may not be read. */
export function readExecutable(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return null;
  }
}

/** Reads what people recognise a process by. The command line may be slow: not in the main loop. */
export async function readFacts(pid: number): Promise<ProcessFacts | null> {
  const stat = readStat(pid);
  if (!stat) return null;
  return describe(stat);
}

async function describe(stat: ProcessStat): Promise<ProcessFacts> {
  const [command, executable] = await Promise.all([
    readFile(`/proc/${stat.pid}/cmdline`, "utf8").catch(() => null),
    readlink(`/proc/${stat.pid}/exe`).catch(() => null),
  ]);
  const words = command === null ? null : command.split("\0").slice(0, -1);
  const { pid, startTime, parent, session, state, name } = stat;
  return { pid, startTime, parent, session, state, name, command: words, executable };
}

const READS_AT_ONCE = 32;

/**
 * Processes that run whose kernel name, path of the program, or base name of argv[0] is `name`.
 */
export async function findByName(name: string): Promise<ProcessFacts[]> {
  const stats = listStats().filter(isRunning);
  const found: ProcessFacts[] = [];
  for (let at = 0; at < stats.length; at += READS_AT_ONCE) {
    const facts = await Promise.all(stats.slice(at, at + READS_AT_ONCE).map(describe));
    found.push(...facts.filter((one) => isNamed(one, name)));
  }
  return found;
}

function isNamed(facts: ProcessFacts, name: string): boolean {
  if (facts.name === name || facts.executable === name) return true;
  const first = facts.command?.[0];
  return first !== undefined && (first === name || basename(first) === name);
}
