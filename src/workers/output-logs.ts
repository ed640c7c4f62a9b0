import { constants, mkdirSync, openSync } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type Millis, SECOND } from "../base/duration.ts";
import type { OutputLog } from "../host/spawner-protocol.ts";

const LOGS_MOST = 4096;
/** A log is looked at so often while it grows, and ever more seldom while it does not. */
const LOOK_EVERY: Millis = SECOND;
const LOOK_SELDOM: Millis = 8 * SECOND;
/** While a log grows fast, and just after a start. */
const LOOK_QUICKLY: Millis = 50;
const QUICK_FOR: Millis = 5 * SECOND;
const FAST_BYTES = 256 * 1024;
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
  #quickUntil = 0;
  #pause: Millis = LOOK_EVERY;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  /** Opens a log for a program; its folder is made. Throws what the file system says. */
  open(log: OutputLog): number {
    const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    // O_NONBLOCK: a FIFO at this place must not hold the spawner; it means nothing to a file.
    const flags = O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK;
    this.watch(log);
    this.#quickUntil = performance.now() + QUICK_FOR;
    this.#plan();
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
    if (this.#logs.size > LOGS_MOST && oldest !== undefined) this.#logs.delete(oldest);
    if (!this.#timer) this.#plan();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #plan(): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#isClosed) return;
    const isQuick = performance.now() < this.#quickUntil;
    this.#timer = setTimeout(() => void this.#look(), isQuick ? LOOK_QUICKLY : this.#pause);
  }

  async #look(): Promise<void> {
    this.#pause = Math.min(this.#pause * 2, LOOK_SELDOM);
    for (const [path, watched] of this.#logs) {
      try {
        await this.#lookAt(path, watched);
      } catch {
        // Gone, or its disk is full or dead: the program's output is not worth more than this.
        watched.size = 0;
      }
    }
    this.#plan();
  }

  async #lookAt(path: string, watched: Watched): Promise<void> {
    const { size } = await stat(path);
    if (size - watched.size > FAST_BYTES) this.#quickUntil = performance.now() + QUICK_FOR;
    if (size !== watched.size) this.#pause = LOOK_EVERY;
    watched.size = size;
    if (size > watched.maxBytes) watched.size = await shorten(path, watched.maxBytes);
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
