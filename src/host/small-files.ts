import {
  close,
  closeSync,
  constants,
  fstat,
  fstatSync,
  open,
  openSync,
  read,
  readlinkSync,
  readSync,
  type Stats,
} from "node:fs";
import { stat, statfs } from "node:fs/promises";
import { promisify } from "node:util";
import { MINUTE, type Millis, SECOND } from "../base/duration.ts";
import { fail, type Result, succeed } from "../base/result.ts";
import type { Soon } from "../base/soon.ts";
import { FileChanges } from "./file-changes.ts";
import { faultOf } from "./http-talk.ts";
import { FirstOfTurn, OnceATurn } from "./once-a-turn.ts";

/** File systems that are nothing but memory: tmpfs, ramfs (statfs(2)). An inode of theirs is at hand. */
const MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);
/** Those whose inodes tell the truth at once: ext, xfs, btrfs, overlay. On others we read each time. */
const LOCAL: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x9123683e, 0x794c7630]);
/** What is held open there is in nobody's way: an administrator does not unmount these. */
const HOLDABLE = /^\/(?:run|var\/run|dev\/shm)\//;
/** Times of a file advance with the clock tick: what was changed just now may change unseen. */
const SETTLED: Millis = SECOND;
/** A folder above the file may have been renamed: so often a held one is asked where it is. */
const ASK_PLACE_AGAIN: Millis = 5 * MINUTE;
/** Something may have been mounted over it: so often its path is walked again. */
const WALK_AGAIN: Millis = 10 * MINUTE;
/** One that nobody asked for so long is let go. */
const UNUSED: Millis = 10 * MINUTE;
const READS_BETWEEN_SWEEPS = 4096;
const KEPT_MOST = 2000;
/** Tables that the kernel makes up from its memory, without a lock that the network can hold. */
const KERNEL_TABLE = /^\/proc\/net\/[a-z0-9_]+$/;

const openFile = promisify(open);
const statFile = promisify(fstat);
const closeFile = promisify(close);
const readInto = promisify(read);

interface Kept {
  readonly answer: Result<string>;
  readonly maxBytes: number;
  readonly mark: Mark;
  /** When its path was walked last, and when it was last asked where it is. */
  walkedAt: Millis;
  placedAt: Millis;
  /** Descriptor of a file in memory; null: it is asked for by its path, in another thread. */
  readonly held: number | null;
  /** Set: nothing befell a held file since it was compared with `mark`, or we would be told. */
  watch: ReturnType<FileChanges["watch"]>;
  usedAt: Millis;
}

type Mark = Pick<Stats, "ino" | "dev" | "size" | "mtimeMs" | "ctimeMs" | "nlink">;

/**
 * Small files that are read again and again, such as pid files. What was read stays good while
 * inode, size and times are the same. Asking for those is one call to another thread instead of
 * four, and none for a file in memory: those tell of their changes, in one call for all of them.
 */
export class SmallFiles {
  readonly #kept = new Map<string, Kept>();
  readonly #tables = new OnceATurn<Result<string>>();
  readonly #changes = new FileChanges();
  readonly #turn = new FirstOfTurn();
  #lookedAt: Millis = 0;
  readonly #settledMs: Millis;
  readonly #askPlaceAgainMs: Millis;
  #reads = 0;

  /** `settledMs`: how old a file's last change must be; more than the kernel's tick (1 to 10 ms). */
  constructor(settledMs: Millis = SETTLED, askPlaceAgainMs: Millis = ASK_PLACE_AGAIN) {
    this.#settledMs = settledMs;
    this.#askPlaceAgainMs = askPlaceAgainMs;
  }

  /** The first `maxBytes` of a file as text. Does nothing in this thread that could hang. */
  read(path: string, maxBytes: number): Soon<Result<string>> {
    const kept = this.#kept.get(path);
    if (kept === undefined && KERNEL_TABLE.test(path)) {
      return this.#tables.answer(`${maxBytes} ${path}`, () => readTable(path, maxBytes));
    }
    if (this.#turn.begins()) {
      this.#changes.look();
      this.#lookedAt = performance.now();
    }
    const now = this.#lookedAt;
    this.#sweep(now);
    if (kept === undefined || kept.maxBytes !== maxBytes || !this.#isAtHand(path, kept, now)) {
      return this.#readSlowly(path, maxBytes, kept);
    }
    kept.usedAt = now;
    return kept.answer;
  }

  /** Whether what was read of a file in memory is what its path leads to and what it holds now. */
  #isAtHand(path: string, kept: Kept, now: Millis): boolean {
    if (kept.held === null) return false;
    if (kept.watch === null && !isSame(kept.mark, fstatSync(kept.held))) return false;
    if (now - kept.placedAt <= this.#askPlaceAgainMs) return true;
    if (now - kept.walkedAt > WALK_AGAIN || placeOf(kept.held) !== path) return false;
    kept.placedAt = now;
    return true;
  }

  async #readSlowly(
    path: string,
    maxBytes: number,
    kept: Kept | undefined,
  ): Promise<Result<string>> {
    if (kept !== undefined) {
      const isFit = kept.maxBytes === maxBytes;
      if (isFit && isSame(kept.mark, await stat(path).catch(() => null))) {
        const now = performance.now();
        Object.assign(kept, { usedAt: now, walkedAt: now, placedAt: now });
        return kept.answer;
      }
      if (this.#kept.get(path) === kept) this.#forget(path, kept);
    }
    try {
      return succeed(await this.#readAnew(path, maxBytes));
    } catch (error) {
      return fail(faultOf(error, path));
    }
  }

  async #readAnew(path: string, maxBytes: number): Promise<string> {
    // A FIFO with no writer would hold the opening thread for ever.
    const fd = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK);
    let isHeld = false;
    try {
      const mark = await statFile(fd);
      const buffer = Buffer.alloc(maxBytes);
      const { bytesRead } = await readInto(fd, buffer, 0, maxBytes, 0);
      const text = buffer.toString("utf8", 0, bytesRead);
      const isSettled = Date.now() - Math.max(mark.ctimeMs, mark.mtimeMs) > this.#settledMs;
      if (isSettled && mark.isFile()) {
        isHeld = await this.#keep(path, fd, { answer: succeed(text), maxBytes, mark });
      }
      return text;
    } finally {
      if (!isHeld) await closeFile(fd);
    }
  }

  /** Whether the descriptor is held from now on. */
  async #keep(
    path: string,
    fd: number,
    seen: Pick<Kept, "answer" | "maxBytes" | "mark">,
  ): Promise<boolean> {
    const { type } = await statfs(path);
    const isHeld = MEMORY.has(type) && HOLDABLE.test(path);
    const mayKeep = this.#kept.size < KEPT_MOST && !this.#kept.has(path);
    if (!mayKeep || !(isHeld || LOCAL.has(type) || MEMORY.has(type))) return false;
    const now = performance.now();
    const held = isHeld ? fd : null;
    const kept = { ...seen, held, watch: null, walkedAt: now, placedAt: now, usedAt: now };
    this.#kept.set(path, kept);
    if (isHeld) this.#watch(kept, fd);
    return isHeld;
  }

  #watch(kept: Kept, fd: number): void {
    const onChange = (): void => {
      kept.watch = null;
    };
    kept.watch = this.#changes.watch(fd, onChange);
    // What happened between the look and the watch is found at the next look.
    if (isSame(kept.mark, fstatSync(fd))) return;
    kept.watch?.cancel();
    kept.watch = null;
  }

  #forget(path: string, kept: Kept): void {
    this.#kept.delete(path);
    kept.watch?.cancel();
    if (kept.held !== null) closeSync(kept.held);
  }

  #sweep(now: Millis): void {
    this.#reads += 1;
    if (this.#reads % READS_BETWEEN_SWEEPS !== 0) return;
    const before = now - UNUSED;
    for (const [path, kept] of this.#kept) if (kept.usedAt < before) this.#forget(path, kept);
  }
}

// One for all: they are read within one call.
const part = Buffer.alloc(16 * 1024);

/** Tables stay open: opening one takes as long as reading it. There are few that match the pattern. */
const openTables = new Map<string, number>();

function readTable(path: string, maxBytes: number): Result<string> {
  let fd = openTables.get(path);
  try {
    fd ??= openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    openTables.set(path, fd);
    let text = "";
    while (text.length < maxBytes) {
      const length = readSync(fd, part, 0, part.length, text.length);
      if (length === 0) break;
      text += part.toString("latin1", 0, length);
    }
    return succeed(text.slice(0, maxBytes));
  } catch (error) {
    openTables.delete(path);
    if (fd !== undefined) closeSync(fd);
    return fail(faultOf(error, path));
  }
}

/** Where the kernel says that an open file is, without walking any path (proc(5)). */
function placeOf(fd: number): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return null;
  }
}

/** A file that was replaced or removed has no name any more, or another time of its inode. */
function isSame(before: Mark, now: Stats | null): boolean {
  return (
    now !== null &&
    now.ino === before.ino &&
    now.dev === before.dev &&
    now.size === before.size &&
    now.mtimeMs === before.mtimeMs &&
    now.ctimeMs === before.ctimeMs &&
    now.nlink === before.nlink
  );
}
