import { closeSync, constants, existsSync, writeSync } from "node:fs";
import { formatGuardLine, type GuardMessage } from "../base/guard-message.ts";
import { isSameFile, openFifo } from "./guard-fifo.ts";

/**
 * Tells the guard. One write is one line, whole or not at all (pipe(7)), and never waits: what
 * cannot be written now is dropped, and the FIFO is opened again for the next line.
 */
export class GuardWriter {
  readonly #path: string;
  #fd: number | null = null;

  /** Nothing is opened before the first line. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Null when it was written; else why it was dropped, in one sentence. */
  send(message: GuardMessage): string | null {
    const line = formatGuardLine(message);
    if (line === null) return "the line to the guard is too long";
    const fault = this.open();
    if (fault !== null || this.#fd === null) return fault;
    try {
      writeSync(this.#fd, line);
      return null;
    } catch (error) {
      // A full pipe is not a broken one, but the guard may have been replaced and its FIFO with it.
      this.close();
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Null when a guard listens; else why not. */
  open(): string | null {
    // Another FIFO has the name now: what is written to this one nobody reads.
    if (this.#fd !== null && !isSameFile(this.#path, this.#fd)) this.close();
    if (this.#fd !== null) return null;
    // Asked for every few seconds on a server without a guard: an exception costs a millisecond.
    if (!existsSync(this.#path)) return `ENOENT: there is no ${this.#path}`;
    const opened = openFifo(this.#path, constants.O_WRONLY);
    if (!opened.ok) return opened.problem.message;
    this.#fd = opened.value;
    return null;
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }
}
