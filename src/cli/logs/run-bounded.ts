import { spawn } from "node:child_process";
import type { Millis } from "../../base/duration.ts";
import { reasonOf } from "./read-tail.ts";

/** What a program printed, and what was wrong with it. */
export interface Printed {
  /** The last bytes of its output, with what it complained about. */
  readonly output: Buffer;
  readonly isCut: boolean;
  /** Null: it ended with code 0. */
  readonly fault: string | null;
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Runs a program in a session of its own and keeps the end of its output. At the deadline all of it
 * is killed; one that cannot be killed is left alone. Never rejects.
 */
export function runBounded(
  [program, ...words]: readonly [string, ...string[]],
  limitMs: Millis,
  most: number,
): Promise<Printed> {
  const { promise, resolve } = Promise.withResolvers<Printed>();
  // Nothing of our own environment: it may hold what is nobody's business.
  const env = { PATH: process.env["PATH"] ?? PATH, LC_ALL: "C.UTF-8" };
  const child = spawn(program, words, { detached: true, env, stdio: ["ignore", "pipe", "pipe"] });
  const tail = new TailBuffer(most);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => tail.push(chunk));
    stream.on("error", () => {});
  }
  const end = (fault: string | null): void => {
    clearTimeout(limit);
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
    resolve({ ...tail.take(), fault });
  };
  const limit = setTimeout(() => {
    kill(child.pid);
    child.unref();
    end(`it did not end within ${limitMs / 1000} s`);
  }, limitMs);
  child.once("error", (error) => end(`it cannot be run: ${reasonOf(error)}`));
  child.once("close", (code, signal) => {
    if (code === 0) end(null);
    else end(code === null ? `it was ended by ${signal}` : `it ended with code ${code}`);
  });
  return promise;
}

function kill(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended in this moment.
  }
}

/** The last bytes of what comes. */
class TailBuffer {
  readonly #most: number;
  #parts: Buffer[] = [];
  #size = 0;
  #isCut = false;

  constructor(most: number) {
    this.#most = most;
  }

  push(chunk: Buffer): void {
    this.#parts.push(chunk);
    this.#size += chunk.length;
    if (this.#size > 2 * this.#most) this.#trim();
  }

  take(): { readonly output: Buffer; readonly isCut: boolean } {
    if (this.#size > this.#most) this.#trim();
    return { output: Buffer.concat(this.#parts), isCut: this.#isCut };
  }

  #trim(): void {
    const rest = Buffer.concat(this.#parts).subarray(-this.#most);
    this.#parts = [rest];
    this.#size = rest.length;
    this.#isCut = true;
  }
}
