import { closeSync, constants, openSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Millis } from "../base/duration.ts";
import { MARK } from "../host/census.ts";
import { describeEnd, type ProgramEnd, readEnd } from "../host/exit-status.ts";
import { errorName, errorText, reapChild, spawnProgram, type WaitStatus } from "../host/libc.ts";
import { readStat } from "../host/proc.ts";
import type { ProcessWatch } from "../host/process-watch.ts";
import { beginThread, isJoined, touchFreshMemory } from "../host/proof-calls.ts";

const MEMORY_BYTES = 1024 * 1024;
const FILE_BYTES = 4096;
const FILE = "proof";
/** A thread ends within this on a quiet server; asked for again after twice as long, and so on. */
const JOIN_AGAIN: Millis = 1;
const JOIN_AGAIN_MOST: Millis = 500;

/** Programs that do nothing and end with 0; the last is surely there, and costs ten times as much. */
const PROGRAMS: readonly (readonly [string, ...string[]])[] = [
  ["/bin/true"],
  ["/usr/bin/true"],
  [process.execPath, "--version"],
];

const page = Buffer.alloc(FILE_BYTES, 1);

/** Memory can be had. Each of the proofs throws, or never ends, when it cannot be brought. */
export function proveMemory(): void {
  const fault = touchFreshMemory(MEMORY_BYTES);
  if (fault !== null) throw new Error(fault);
}

/** A file can be written and removed again. */
export function proveFile(folder: string): void {
  const path = join(folder, FILE);
  const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_TRUNC, O_WRONLY } = constants;
  const fd = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    writeSync(fd, page);
  } finally {
    closeSync(fd);
    unlinkSync(path);
  }
}

/** A thread can be begun, is scheduled and ends. */
export async function proveThread(): Promise<void> {
  const thread = beginThread();
  if (typeof thread === "string") throw new Error(thread);
  for (let pause = JOIN_AGAIN; !isJoined(thread); pause = Math.min(2 * pause, JOIN_AGAIN_MOST)) {
    await wait(pause, undefined, { ref: false });
  }
}

/** A program can be started, runs, ends and is gone. The kernel tells its end: nobody waits for it. */
export async function proveProgram(watch: ProcessWatch): Promise<void> {
  const end = await endOf(spawnAny(), watch);
  // Where our own reaper was quicker nobody knows how it ended, but it did.
  const isFine = end.kind === "unknown" || (end.kind === "exited" && end.code === 0);
  if (!isFine) throw new Error(describeEnd(end));
}

/** Runs a program that prints nothing, and tells how it ended. Throws when it cannot be started. */
export async function runToEnd(
  command: readonly [string, ...string[]],
  watch: ProcessWatch,
): Promise<ProgramEnd> {
  const pid = spawn(command);
  if (pid < 0) throw new Error(errorText(-pid));
  return await endOf(pid, watch);
}

async function endOf(pid: number, watch: ProcessWatch): Promise<ProgramEnd> {
  const { promise, resolve } = Promise.withResolvers<WaitStatus | null>();
  const reap = (): void => resolve(reapChild(pid));
  const startTime = readStat(pid)?.startTime ?? 0;
  if (watch.watch({ pid, startTime }, reap) === null) reap();
  return readEnd(await promise);
}

function spawn(command: readonly [string, ...string[]]): number {
  return spawnProgram({
    command,
    // A child of ours without a mark would be taken for a daemon of what was started last.
    environment: [`${MARK}=workers/prover`],
    workingDirectory: null,
    output: null,
  });
}

function spawnAny(): number {
  let fault = 0;
  for (const command of PROGRAMS) {
    const pid = spawn(command);
    if (pid > 0) return pid;
    fault = -pid;
    // Another one only where this is not there: too little memory is what is to be found out.
    if (errorName(fault) !== "ENOENT") break;
  }
  throw new Error(errorText(fault));
}
