import { constants, type FSWatcher, mkdirSync, openSync, watch } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Millis, SECOND } from "../base/duration.ts";
import type { OutputLog } from "../host/spawner-protocol.ts";

const LOGS_MOST = 4096;
/** All logs are looked at so often while one grows, and ever more seldom while none does. */
const LOOK_EVERY: Millis = SECOND;
const LOOK_SELDOM: Millis = 8 * SECOND;
/** A log that was written to is looked at again after so long, and then ever later. */
const CHASE_FIRST: Millis = 10;
const CHASE_LAST: Millis = 50;
/** So many looks at a log that hardly grows end the chase. */
const CALM_LOOKS = 4;
/** Of its limit. A program can write 2 GB a second: looks come so quickly that a log grows by less. */
const GROWTH_SHARE = 0.25;
const CHUNK = 256 * 1024;

interface Watched {
  readonly maxBytes: number;
  size: number;
}

/**
 * The output logs of everything that was started. A log that reaches its limit is cut: its last half
 * is kept in `<path>.1`, and the program writes on at the start of the same file (it was opened for
 * appending), so that programs need not know. File work is asynchronous and one at a time.
 */
export class OutputLogs {
  readonly #logs = new Map<string, Watched>();
  /** Logs that are looked at quickly now. */
  readonly #chased = new Set<string>();
  /** Quiet logs: the kernel tells when one is written to. */
  readonly #alarms = new Map<string, FSWatcher>();
  #pause: Millis = LOOK_EVERY;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  /** Opens a log for a program; its folder is made. Throws what the file system says. */
  open(log: OutputLog): number {
    const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    // O_NONBLOCK: a FIFO at this place must not hold the spawner; it means nothing to a file.
    const flags = O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK;
    this.watch(log);
    void this.#chase(log.path);
    try {
      return openSync(log.path, flags, 0o640);
    } catch (fault) {
      if (!isMissing(fault)) throw fault;
      mkdirSync(dirname(log.path), { recursive: true, mode: 0o750 });
      return openSync(log.path, flags, 0o640);
    }
  }

  /** Keeps a log below its limit; the oldest is forgotten when there are too many. */
  watch(log: OutputLog): void {
    const size = this.#logs.get(log.path)?.size ?? 0;
    this.#logs.delete(log.path);
    this.#logs.set(log.path, { maxBytes: log.maxBytes, size });
    const [oldest] = this.#logs.keys();
    if (this.#logs.size > LOGS_MOST && oldest !== undefined) {
      this.#logs.delete(oldest);
      this.#disarm(oldest);
    }
    if (!this.#timer) this.#plan();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    for (const path of this.#alarms.keys()) this.#disarm(path);
  }

  #plan(): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#look(), this.#pause);
  }

  /** The safety net: where the kernel does not tell, and where nobody knows that a log grows. */
  async #look(): Promise<void> {
    this.#pause = Math.min(this.#pause * 2, LOOK_SELDOM);
    for (const [path, watched] of this.#logs) {
      if (this.#chased.has(path)) continue;
      const grown = await this.#lookAt(path, watched);
      if (grown !== 0) this.#pause = LOOK_EVERY;
      if (grown > watched.maxBytes * GROWTH_SHARE) void this.#chase(path);
    }
    this.#plan();
  }

  /** Looks at one log again and again until it is calm, and then waits for the kernel's word. */
  async #chase(path: string): Promise<void> {
    if (this.#chased.has(path)) return;
    this.#chased.add(path);
    this.#disarm(path);
    let pause = CHASE_FIRST;
    for (let calm = 0; calm < CALM_LOOKS; calm += 1) {
      await wait(pause, undefined, { ref: false });
      const watched = this.#logs.get(path);
      if (watched === undefined || this.#isClosed) break;
      const tooFast = (await this.#lookAt(path, watched)) / (watched.maxBytes * GROWTH_SHARE);
      pause = tooFast > 1 ? Math.max(1, pause / tooFast) : Math.min(pause * 2, CHASE_LAST);
      if (tooFast > 1) calm = 0;
    }
    this.#chased.delete(path);
    this.#arm(path);
  }

  #arm(path: string): void {
    if (this.#isClosed || !this.#logs.has(path)) return;
    try {
      const alarm = watch(path, { persistent: false }, () => void this.#chase(path));
      alarm.on("error", () => this.#disarm(path));
      this.#alarms.set(path, alarm);
    } catch {
      // It is gone, or the kernel watches no more files: it is looked at seldom.
    }
  }

  #disarm(path: string): void {
    this.#alarms.get(path)?.close();
    this.#alarms.delete(path);
  }

  /** Answers by how much it has grown. */
  async #lookAt(path: string, watched: Watched): Promise<number> {
    try {
      const { size } = await stat(path);
      const grown = size - watched.size;
      watched.size = size > watched.maxBytes ? await shorten(path, watched.maxBytes) : size;
      return grown;
    } catch {
      // Gone, or its disk is full or dead: the program's output is not worth more than this.
      watched.size = 0;
      return 0;
    }
  }
}

/** Cuts a log that is too long; answers its length then. */
async function shorten(path: string, maxBytes: number): Promise<number> {
  const file = await open(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const { size } = await file.stat();
    if (size <= maxBytes) return size;
    await cut(path, file, size, Math.floor(maxBytes / 2));
    return 0;
  } finally {
    await file.close();
  }
}

/** Keeps the last `keep` bytes in `<path>.1` and empties the file. */
async function cut(path: string, file: FileHandle, size: number, keep: number): Promise<void> {
  const older = await open(`${path}.1`, "w", 0o640);
  try {
    const buffer = Buffer.alloc(Math.min(CHUNK, keep));
    for (let at = size - keep; at < size; ) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, size - at), at);
      if (bytesRead === 0) break;
      await older.write(buffer, 0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await older.close();
    await file.truncate(0);
  }
}

function isMissing(fault: unknown): boolean {
  return fault instanceof Error && Reflect.get(fault, "code") === "ENOENT";
}
