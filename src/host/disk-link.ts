import { connect, type Socket } from "node:net";
import { type Millis, SECOND } from "../base/duration.ts";
import type { DiskEnd, DiskProbe, DiskStep } from "../ports/disk.ts";
import type { ProcessId } from "../ports/host.ts";
import { DISK_ANSWER_BYTES_MOST, type DiskRequest, parseDiskAnswer } from "./disk-protocol.ts";
import { JsonLines } from "./json-lines.ts";
import { peerCredentials } from "./peer-credentials.ts";
import { isRunning, readStat } from "./proc.ts";
import { afterRunning } from "./running-time.ts";
import { signalProcess, SIGKILL } from "./signal-process.ts";
import { usableSocketPath } from "./socket-path.ts";

const ANSWER_DEADLINE: Millis = 5 * SECOND;
/** While probes run the worker is asked so often whether it lives. */
const PING_EVERY: Millis = 5 * SECOND;
/** Counted, not timed: a pause of this process is no silence of the other. */
const SILENT_PINGS = 3;
/** A probe that nobody waits for any more may end so much later; then it counts as hung. */
const GRACE: Millis = SECOND;

interface Pending {
  readonly settle: (end: DiskEnd | Lost) => void;
  readonly onStep: ((step: DiskStep) => void) | undefined;
  /** What it has been doing for more than a second. */
  step: DiskStep | null;
}

/** The worker ended during a probe; `step` is what had been slow, null when nothing was. */
export interface Lost {
  readonly kind: "lost";
  readonly step: DiskStep | null;
}

/** One connection to one disk worker. */
export class DiskLink {
  /** The worker's process, as the kernel knows it. */
  readonly process: ProcessId;
  /** So many probes may hang at once. */
  readonly threads: number;
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #silentPings = 0;
  #timer: NodeJS.Timeout | null = null;
  #isLost = false;
  #isRetired = false;

  private constructor(socket: Socket, process: ProcessId, threads: number) {
    this.#socket = socket;
    this.process = process;
    this.threads = threads;
  }

  /**
   * Null when nobody answers there, or not who is wanted: the socket of a worker that was killed is
   * open while something hangs in it. One that is connected and silent is ended.
   */
  static async open(
    path: string,
    isWanted: (pid: number) => boolean = () => true,
  ): Promise<DiskLink | null> {
    const socket = await connectTo(path);
    const pid = socket === null ? undefined : peerCredentials(socket)?.pid;
    const stat = pid === undefined ? null : readStat(pid);
    if (socket === null || stat === null || !isRunning(stat) || !isWanted(stat.pid)) {
      socket?.destroy();
      return null;
    }
    const { promise, resolve } = Promise.withResolvers<DiskLink | null>();
    const process = { pid: stat.pid, startTime: stat.startTime };
    let link: DiskLink | null = null;
    const limit = afterRunning(ANSWER_DEADLINE, () => {
      // Stopped, or without memory: it would only be in the way.
      signalProcess(process, SIGKILL);
      socket.destroy();
    });
    const lines = new JsonLines(
      DISK_ANSWER_BYTES_MOST,
      (line) => {
        const answer = parseDiskAnswer(line);
        if (link) link.#answered(answer);
        else if (answer && "threads" in answer) {
          limit.cancel();
          link = new DiskLink(socket, process, answer.threads);
          resolve(link);
        }
      },
      () => socket.destroy(),
    );
    socket.on("data", (chunk: Buffer) => lines.push(chunk));
    socket.on("close", () => {
      limit.cancel();
      if (link) link.#lost();
      resolve(null);
    });
    socket.write(`${JSON.stringify({ id: 0, type: "ping" } satisfies DiskRequest)}\n`);
    return await promise;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /**
   * Settles with the end of the probe, or when the worker has ended. A worker whose probe goes on
   * after `signal` is killed: only what cannot be killed hangs in the kernel.
   */
  probe(
    probe: DiskProbe,
    signal: AbortSignal,
    onStep?: (step: DiskStep) => void,
  ): Promise<DiskEnd | Lost> {
    const { promise, resolve } = Promise.withResolvers<DiskEnd | Lost>();
    if (this.#isLost) {
      resolve({ kind: "lost", step: null });
      return promise;
    }
    const id = this.#nextId++;
    const pending: Pending = { settle: resolve, onStep, step: null };
    this.#pending.set(id, pending);
    this.#send({ id, type: "probe", probe });
    this.#timer ??= setInterval(() => this.#ping(), PING_EVERY);
    const giveUp = (): void => {
      afterRunning(GRACE, () => {
        if (!this.#pending.has(id)) return;
        pending.step ??= "open";
        this.#kill();
      });
    };
    // It may have been given up while a worker was being started.
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", giveUp));
  }

  /** The worker is to leave when what runs has ended; it is not asked anything new. */
  retire(): void {
    this.#isRetired = true;
    this.#rest();
  }

  /** Ends the connection; the worker stays a while for whoever comes next, if something hangs in it. */
  close(): void {
    if (this.#pending.size === 0) this.#send({ id: 0, type: "exit" });
    this.#socket.end();
    this.#lost();
  }

  #send(request: DiskRequest): void {
    this.#socket.write(`${JSON.stringify(request)}\n`);
  }

  #ping(): void {
    this.#silentPings += 1;
    if (this.#silentPings <= SILENT_PINGS) {
      this.#send({ id: 0, type: "ping" });
      return;
    }
    this.#kill();
  }

  /** With a thread that hangs its sockets stay open: it is left, not waited for. */
  #kill(): void {
    signalProcess(this.process, SIGKILL);
    this.#socket.destroy();
    this.#lost();
  }

  #answered(answer: ReturnType<typeof parseDiskAnswer>): void {
    this.#silentPings = 0;
    const pending = answer === null ? undefined : this.#pending.get(answer.id);
    if (!answer || !pending) return;
    if ("step" in answer) {
      pending.step = answer.step;
      pending.onStep?.(answer.step);
    } else if ("end" in answer) {
      this.#pending.delete(answer.id);
      pending.settle(answer.end);
      this.#rest();
    }
  }

  #rest(): void {
    if (this.#pending.size > 0) return;
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#silentPings = 0;
    if (this.#isRetired && !this.#isLost) this.close();
  }

  #lost(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    const all = [...this.#pending.values()];
    this.#pending.clear();
    this.#rest();
    for (const { settle, step } of all) settle({ kind: "lost", step });
  }
}

async function connectTo(path: string): Promise<Socket | null> {
  const { promise, resolve } = Promise.withResolvers<Socket | null>();
  try {
    const address = usableSocketPath(path);
    const socket = connect(address.path);
    socket.once("connect", () => resolve(socket));
    // 'close' follows; whoever waits is told by it.
    socket.on("error", () => resolve(null));
    return await promise.finally(() => address.release());
  } catch {
    return null;
  }
}
