import { closeSync } from "node:fs";
import { Socket } from "node:net";
import { type Millis, SECOND } from "../base/duration.ts";
import { MARK, MarkCache } from "../host/census.ts";
import { readEnd } from "../host/exit-status.ts";
import { openPipe, reapChild, type WaitStatus } from "../host/libc.ts";
import type { ProcessWatch } from "../host/process-watch.ts";
import { afterRunning } from "../host/running-time.ts";
import { type LaunchProgram, OUTPUT_BYTES_MOST } from "../host/spawner-protocol.ts";
import { ProcessTree } from "../host/tree.ts";
import type { ProcessId, ProgramRun } from "../ports/host.ts";
import { launch } from "./launch.ts";

/** What was printed just before the end may still be on its way. */
const DRAIN: Millis = 100;
const KILL_AGAIN: Millis = 20;
const KILL_FOR: Millis = 2 * SECOND;
const AT_ONCE_MOST = 256;

export interface BoundedProgram extends LaunchProgram {
  /** Its own for each run of one asker, for `end`; null = there will be none. */
  readonly name: string | null;
  readonly timeoutMs: Millis;
  readonly maxOutputBytes: number;
}

interface Running {
  readonly asker: object;
  readonly name: string | null;
  readonly end: () => void;
}

/**
 * Runs programs to their end and tells what they printed. Nothing a program does can hold it: output
 * beyond the cap is thrown away, at the timeout everything it started is killed, and children it
 * leaves behind in its session, or at its output, are killed too. It does not outlive who asked for
 * it: nobody would hear how it ended, and the next agent would run its own beside it.
 */
export class BoundedRuns {
  readonly #watch: ProcessWatch;
  readonly #marks = new MarkCache();
  readonly #ends = new Set<Running>();
  #running = 0;
  #count = 0;

  constructor(watch: ProcessWatch) {
    this.#watch = watch;
  }

  /** `asker`: for whom it runs, see `leave`. */
  async run(program: BoundedProgram, asker: object): Promise<ProgramRun> {
    if (this.#running >= AT_ONCE_MOST) {
      return notStarted("EAGAIN", `${AT_ONCE_MOST} programs run already`);
    }
    this.#running += 1;
    try {
      return await this.#run(program, asker);
    } finally {
      this.#running -= 1;
    }
  }

  /** Ends everything that runs for this asker, as at a timeout. */
  leave(asker: object): void {
    for (const one of this.#ends) if (one.asker === asker) one.end();
  }

  /** Ends one run, as at its timeout. */
  end(asker: object, name: string): void {
    for (const one of this.#ends) if (one.asker === asker && one.name === name) one.end();
  }

  async #run(program: BoundedProgram, asker: object): Promise<ProgramRun> {
    const pipe = openPipe();
    if (!pipe) return notStarted("EMFILE", "no descriptors are left");
    this.#count += 1;
    const mark = `probe/${process.pid}/${this.#count}`;
    const environment = program.environment.filter((one) => !one.startsWith(`${MARK}=`));
    const marked = { ...program, environment: [...environment, `${MARK}=${mark}`] };
    const launched = launch(marked, null, pipe.write);
    if (!launched.ok) {
      closeSync(pipe.read);
      return notStarted(launched.fault.code, launched.fault.message);
    }
    const tree = new ProcessTree(mark, null, null, this.#marks);
    tree.add(launched.value);
    const output = new CappedOutput(pipe.read, Math.min(program.maxOutputBytes, OUTPUT_BYTES_MOST));
    const status = await this.#end(launched.value, program, asker);
    if (status === "timeout") {
      void killAll(tree);
      return { kind: "timedOut", output: output.close() };
    }
    const isDrained = await output.ended(DRAIN);
    if (!isDrained || hasGroup(launched.value.pid)) void killAll(tree);
    const end = readEnd(status);
    const text = output.close();
    if (end.kind === "exited") return { kind: "exited", code: end.code, output: text };
    return { kind: "signaled", signal: end.kind === "signaled" ? end.signal : "0", output: text };
  }

  #end(
    id: ProcessId,
    { name, timeoutMs }: BoundedProgram,
    asker: object,
  ): Promise<WaitStatus | "timeout"> {
    const { promise, resolve } = Promise.withResolvers<WaitStatus | "timeout">();
    const end = (): void => {
      watched?.cancel();
      resolve("timeout");
    };
    const limit = afterRunning(timeoutMs, end);
    const watched = this.#watch.watch(id, () => resolve(reapChild(id.pid) ?? 0));
    const running = { asker, name, end };
    this.#ends.add(running);
    return promise.finally(() => {
      limit.cancel();
      this.#ends.delete(running);
    });
  }
}

function notStarted(code: string, message: string): ProgramRun {
  return { kind: "notStarted", code, message };
}

/** Whether somebody is left in the process group of a leader that was reaped. */
function hasGroup(leader: number): boolean {
  try {
    process.kill(-leader, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Kills until nothing is left; what cannot be killed within 2 s is left to the kernel. Counted in
 * tries: time also passes while this program stands still and kills nobody.
 */
export async function killAll(tree: ProcessTree): Promise<void> {
  for (let left = KILL_FOR / KILL_AGAIN; left > 0 && !tree.isEmpty(); left -= 1) {
    tree.kill();
    await new Promise((resolve) => setTimeout(resolve, KILL_AGAIN));
  }
}

/** The first bytes that come out of a pipe; the rest is read and thrown away. */
class CappedOutput {
  readonly #socket: Socket;
  readonly #maxBytes: number;
  readonly #parts: Buffer[] = [];
  readonly #end = Promise.withResolvers<boolean>();
  #size = 0;

  constructor(fd: number, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#socket = new Socket({ fd, readable: true, writable: false });
    this.#socket.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => this.#end.resolve(true));
  }

  /** Whether everybody has closed the other end, within `limitMs`. */
  ended(limitMs: Millis): Promise<boolean> {
    const limit = afterRunning(limitMs, () => this.#end.resolve(false));
    return this.#end.promise.finally(() => limit.cancel());
  }

  close(): string {
    this.#socket.destroy();
    return Buffer.concat(this.#parts).toString("utf8");
  }

  #take(chunk: Buffer): void {
    const room = this.#maxBytes - this.#size;
    if (room <= 0) return;
    const part = chunk.subarray(0, room);
    // A copy: the chunk's memory is the stream's, and larger.
    this.#parts.push(Buffer.from(part));
    this.#size += part.length;
  }
}
