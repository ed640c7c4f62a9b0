import { closeSync, constants, mkdirSync, readSync } from "node:fs";
import { dirname } from "node:path";
import koffi from "koffi";
import { GUARD_LINE_MAX, type GuardMessage } from "../base/guard-message.ts";
import { type Result, succeed } from "../base/result.ts";
import { isSameFile, openFifo } from "./guard-fifo.ts";
import { parseGuardLine } from "./parse-guard-line.ts";

/** Lines and reads in one round: a flood must not keep the guard from feeding. */
const STEPS_A_ROUND = 128;
const NEW_LINE = 10;

type MakeFifo = (path: string, mode: number) => number;

/**
 * The FIFO on which the guard is told everything. It is opened for writing too, so that it never
 * ends when a writer goes away (fifo(7)). Reading is synchronous and never waits. What is torn, too
 * long, not JSON or of another version is counted and dropped.
 */
export class GuardLines {
  readonly #path: string;
  readonly #makeFifo: MakeFifo;
  #fd: number;
  /** What was read and not taken yet; a line that does not fit in is too long. */
  readonly #bytes = Buffer.alloc(2 * GUARD_LINE_MAX);
  #length = 0;
  /** The rest of a line that was too long is still to come. */
  #isSkipping = false;
  #hasMore = false;
  #dropped = 0;

  constructor(path: string, makeFifo: MakeFifo, fd: number) {
    this.#path = path;
    this.#makeFifo = makeFifo;
    this.#fd = fd;
  }

  /** Lines that were no messages, since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The last round ended at its limit: there may be more at once. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** What has arrived, in order; not more than one round of it. */
  read(): readonly GuardMessage[] {
    const messages: GuardMessage[] = [];
    for (let step = 0; step < STEPS_A_ROUND; step += 1) {
      const line = this.#nextLine();
      if (line === null) {
        if (this.#fill()) continue;
        this.#hasMore = false;
        return messages;
      }
      const message = parseGuardLine(line);
      if (message === null) this.#dropped += 1;
      else messages.push(message);
    }
    this.#hasMore = true;
    return messages;
  }

  /**
   * Makes and opens it anew where somebody removed or replaced it: nobody would be heard any more,
   * which is a stall. What cannot be had now is tried again at the next call.
   */
  renew(): void {
    if (isSameFile(this.#path, this.#fd)) return;
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
    } catch {
      return;
    }
    const opened = makeAndOpen(this.#path, this.#makeFifo);
    if (!opened.ok) return;
    closeSync(this.#fd);
    this.#fd = opened.value;
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** False when nothing waits. */
  #fill(): boolean {
    let read: number;
    try {
      read = readSync(this.#fd, this.#bytes, this.#length, this.#bytes.length - this.#length, null);
    } catch {
      // EAGAIN: it is empty.
      return false;
    }
    this.#length += read;
    return read > 0;
  }

  /** A whole line without its end, taken out; null when there is none. */
  #nextLine(): string | null {
    for (;;) {
      const end = this.#bytes.subarray(0, this.#length).indexOf(NEW_LINE);
      if (end < 0) {
        if (this.#length > GUARD_LINE_MAX) this.#skip();
        return null;
      }
      const line = this.#bytes.toString("latin1", 0, end);
      this.#take(end + 1);
      if (this.#isSkipping) this.#isSkipping = false;
      else if (end >= GUARD_LINE_MAX) this.#dropped += 1;
      else return line;
    }
  }

  /** The end of this line does not come in time: it is thrown away up to its end. */
  #skip(): void {
    if (!this.#isSkipping) this.#dropped += 1;
    this.#isSkipping = true;
    this.#length = 0;
  }

  #take(count: number): void {
    this.#bytes.copyWithin(0, count, this.#length);
    this.#length -= count;
  }
}

/** Opens the guard's FIFO, and makes it (mode 0600) where there is none. */
export function openGuardLines(path: string): Result<GuardLines> {
  const makeFifo: MakeFifo = koffi.load(null).func("int mkfifo(const char *path, uint mode)");
  const opened = makeAndOpen(path, makeFifo);
  return opened.ok ? succeed(new GuardLines(path, makeFifo, opened.value)) : opened;
}

function makeAndOpen(path: string, makeFifo: MakeFifo): Result<number> {
  // It fails when there is something already; `openFifo` says whether that will do.
  makeFifo(path, 0o600);
  return openFifo(path, constants.O_RDWR);
}
