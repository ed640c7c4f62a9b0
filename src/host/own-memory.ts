import { closeSync, openSync, readlinkSync, readSync } from "node:fs";
import koffi from "koffi";
import { HOUR, type Millis, MINUTE, SECOND } from "../base/duration.ts";

const libc = koffi.load(null);
const madvise = libc.func("int madvise(uintptr_t address, size_t bytes, int advice)");
const trimHeap = libc.func("int malloc_trim(size_t kept)");

const MADV_DONTNEED = 4;
/** By then a process has done everything once that it does again and again. */
const SETTLED_AFTER: Millis = 10 * SECOND;
/** V8 forgets the compiled form of what did not run between a few collections. */
const COLLECTIONS = 4;
const BETWEEN_COLLECTIONS: Millis = SECOND;
/** What a compiler touched for a while is given back, too. Seldom: what comes back takes 20 ms. */
const AGAIN_AFTER: Millis = 10 * MINUTE;
const AGAIN_MOST: Millis = HOUR;

const HEAD = /^([\da-f]+)-([\da-f]+) (r-[-x]p) [\da-f]+ \S+ \d+ +(\/.*)$/;
const ANY_HEAD = /^[\da-f]+-[\da-f]+ /;
/** Loaded before our first line and never moved; what is being loaded elsewhere may move meanwhile. */
const SETTLED_FILES = /\/(?:koffi\.node|lib(?:c|m|gcc_s|stdc\+\+)\.so[.\d]*)$/;
/** No page differs from the file: none in memory, none on the swap device. */
const UNCHANGED = /^(?:Anonymous|Swap): +0 kB$/;
const UNCHANGED_BOTH = 2;
const CHUNK_BYTES = 16 * 1024;
/** A process has some hundred mappings, each told in 700 bytes. */
const CHUNKS_MOST = 256;

/** A part of this process's memory: address of its first byte, and length in bytes. */
export interface Range {
  readonly address: number;
  readonly bytes: number;
}

/**
 * Gives back, once this process has settled, what only its start needed: garbage, compiled code,
 * free memory of the C library, and pages of the program files. A page that is wanted again comes
 * from the page cache. Whatever the kernel refuses stays as it is. Keeps no process alive.
 */
export function giveBackWhenSettled(): void {
  let left = COLLECTIONS;
  let collect: (() => void) | null = null;
  const round = (): void => {
    collect ??= collector();
    collect();
    left -= 1;
    if (left > 0) {
      setTimeout(round, BETWEEN_COLLECTIONS).unref();
      return;
    }
    collect = null;
    collectAll();
    giveBackAgain(listUnchanged(), AGAIN_AFTER);
  };
  setTimeout(round, SETTLED_AFTER).unref();
}

function giveBackAgain(ranges: readonly Range[], nextMs: Millis): void {
  giveBackPages(ranges);
  const later = Math.min(nextMs * 2, AGAIN_MOST);
  setTimeout(() => giveBackAgain(ranges, later), nextMs).unref();
}

/**
 * Gives back at once what only the start needed. For a process that then does once more whatever it
 * may have to do later, and keeps that: compiled code is not forgotten from now on. Takes 50 ms.
 */
export function giveBackStart(): void {
  const collect = collector();
  for (let round = 0; round < COLLECTIONS; round += 1) collect();
  giveBackPages(listUnchanged());
  process.getBuiltinModule("node:v8").setFlagsFromString("--no-flush-bytecode");
}

/** Collects all garbage, and brings the collector's own code into memory by that. */
export function giveBackGarbage(): void {
  collectAll();
  trimHeap(0);
}

function giveBackPages(ranges: readonly Range[]): void {
  trimHeap(0);
  for (const { address, bytes } of ranges) madvise(address, bytes, MADV_DONTNEED);
}

/**
 * For a process that does the same few things again and again, as fast without machine code: V8
 * makes none from now on. Not by flags of the command line, see `src/cli/run/programs.ts`.
 */
export function stayUncompiled(): void {
  const { setFlagsFromString } = process.getBuiltinModule("node:v8");
  for (const flag of ["--no-sparkplug", "--no-maglev", "--no-opt"]) setFlagsFromString(flag);
}

/**
 * For a process that does a little, in short bursts, for ever: V8's last compiler is left out. With a
 * thousand probes every 30 s it takes a fifth of all processor time, and 6 MiB of pages that nothing
 * else needs; each second its code is no faster than what its compiler took (both measured).
 */
export function stayLightlyCompiled(): void {
  process.getBuiltinModule("node:v8").setFlagsFromString("--no-opt");
}

/** V8 shows its collector only to a context that is made after it was asked for: 0.4 MiB while in use. */
function collector(): () => void {
  const { setFlagsFromString } = process.getBuiltinModule("node:v8");
  const { runInNewContext } = process.getBuiltinModule("node:vm");
  // Pages of its heap that are nearly empty are given up, too: a quarter of a MiB.
  setFlagsFromString("--compact-on-every-full-gc");
  setFlagsFromString("--expose-gc");
  const collect: NodeJS.GCFunction | undefined = runInNewContext("globalThis.gc");
  setFlagsFromString("--no-expose-gc");
  return () => collect?.({ type: "major", execution: "sync", flavor: "last-resort" });
}

class Nothing {}

/** Looking for something makes V8 collect everything first, that context too (nodejs.org, v8). */
function collectAll(): void {
  const { queryObjects, setFlagsFromString } = process.getBuiltinModule("node:v8");
  queryObjects(Nothing);
  setFlagsFromString("--no-compact-on-every-full-gc");
}

/**
 * Mappings of our program files that can be read from them again, byte for byte: what the loader or
 * we have written to is not among them (proc(5), smaps). Empty where the kernel does not tell.
 */
export function listUnchanged(): readonly Range[] {
  const ranges: Range[] = [];
  let range: Range | null = null;
  let proofs = 0;
  try {
    const executable = readlinkSync("/proc/self/exe");
    for (const line of readLines("/proc/self/smaps")) {
      if (ANY_HEAD.test(line)) {
        range = readHead(line, executable);
        proofs = 0;
      } else if (range !== null && UNCHANGED.test(line)) {
        proofs += 1;
        if (proofs === UNCHANGED_BOTH) ranges.push(range);
      }
    }
  } catch {
    return [];
  }
  return ranges;
}

function readHead(line: string, executable: string): Range | null {
  const [, from = "", to = "", , file = ""] = HEAD.exec(line) ?? [];
  if (file !== executable && !SETTLED_FILES.test(file)) return null;
  const address = Number.parseInt(from, 16);
  return { address, bytes: Number.parseInt(to, 16) - address };
}

/** Line by line: the whole text would be garbage as large as what is given back. */
function* readLines(path: string): Generator<string> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const fd = openSync(path, "r");
  try {
    let rest = "";
    for (let count = 0; count < CHUNKS_MOST; count += 1) {
      const length = readSync(fd, chunk, 0, CHUNK_BYTES, null);
      if (length === 0) break;
      const lines = (rest + chunk.toString("latin1", 0, length)).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } finally {
    closeSync(fd);
  }
}
