import type { Socket } from "node:net";
import { connect } from "node:net";
import type { Millis } from "../base/duration.ts";
import { SECOND } from "../base/duration.ts";
import { JsonLines } from "./json-lines.ts";
import { afterRunning, type Wait } from "./running-time.ts";
import { usableSocketPath } from "./socket-path.ts";
import {
  ANSWER_BYTES_MOST,
  REQUEST_BYTES_MOST,
  type SpawnerAnswer,
  type SpawnerRequest,
} from "./spawner-protocol.ts";

/** Starting a program takes about a millisecond; behind a dead disk it takes for ever. */
export const ANSWER_DEADLINE: Millis = 5 * SECOND;
const RECONNECT_DELAY: Millis = 250;
const WAITING_MOST = 4096;

/** `lost`: no connection. `silent`: connected, and a request was not answered in its deadline. */
export type SpawnerState = "connecting" | "connected" | "lost" | "silent";

interface Waiting {
  readonly settle: (answer: SpawnerAnswer<never>) => void;
  readonly limit: Wait;
  /** Null when it was sent. */
  line: string | null;
}

/**
 * The agent's side of the spawner's socket. It reconnects by itself; what was asked meanwhile fails
 * with a reason. Every request is settled within its deadline, counted while we run.
 */
export class SpawnerClient {
  readonly #path: string;
  readonly #listeners: ((state: SpawnerState) => void)[] = [];
  readonly #waiting = new Map<number, Waiting>();
  #socket: Socket | null = null;
  #state: SpawnerState = "connecting";
  #nextId = 1;
  #isClosed = false;
  #reconnect: NodeJS.Timeout | null = null;

  /** `path`: the spawner's socket (`Paths.spawner`). Connects at once; nothing is thrown. */
  constructor(path: string) {
    this.#path = path;
    this.#connect();
  }

  get state(): SpawnerState {
    return this.#state;
  }

  /** Called at each change: `lost` and `silent` ask for a new spawner. */
  onState(listener: (state: SpawnerState) => void): void {
    this.#listeners.push(listener);
  }

  /** Never rejects: no answer within `deadlineMs` is the fault `silent`, no connection `lost`. */
  request<Type extends SpawnerRequest["type"]>(
    request: Extract<SpawnerRequest, { type: Type }>,
    deadlineMs: Millis = ANSWER_DEADLINE,
  ): Promise<SpawnerAnswer<Type>> {
    const { promise, resolve } = Promise.withResolvers<SpawnerAnswer<Type>>();
    const id = this.#nextId++;
    const line = `${JSON.stringify({ ...request, id })}\n`;
    if (Buffer.byteLength(line) > REQUEST_BYTES_MOST) {
      resolve(refuse("E2BIG", "the command and its environment are longer than 64 KiB"));
    } else if (this.#isClosed || this.#waiting.size >= WAITING_MOST) {
      resolve(refuse("lost", "the spawner is not connected"));
    } else {
      const limit = afterRunning(deadlineMs, () => this.#silent(id, deadlineMs));
      const waiting: Waiting = { settle: resolve, limit, line };
      this.#waiting.set(id, waiting);
      if (this.#isConnected) this.#send(waiting);
    }
    return promise;
  }

  /** Ends the connection; what waits for an answer fails. The spawner goes on. */
  close(): void {
    this.#isClosed = true;
    if (this.#reconnect) clearTimeout(this.#reconnect);
    this.#failAll("the agent closed its connection to the spawner", () => true);
    this.#socket?.destroy();
  }

  #connect(): void {
    let address: ReturnType<typeof usableSocketPath>;
    try {
      address = usableSocketPath(this.#path);
    } catch {
      this.#ended();
      return;
    }
    const socket = connect(address.path);
    this.#socket = socket;
    const lines = new JsonLines(
      ANSWER_BYTES_MOST,
      (value) => this.#answered(value),
      () => socket.destroy(),
    );
    socket.on("connect", () => {
      address.release();
      this.#enter("connected");
      for (const waiting of this.#waiting.values()) this.#send(waiting);
    });
    socket.on("data", (chunk: Buffer) => lines.push(chunk));
    // The reason is of no use: 'close' follows, and the state says that it is lost.
    socket.on("error", () => {});
    socket.on("close", () => {
      address.release();
      this.#ended();
    });
  }

  #ended(): void {
    this.#socket = null;
    if (this.#isClosed) return;
    // What was sent may or may not have been done; the rest waits for the next spawner.
    this.#failAll("the spawner ended", (waiting) => waiting.line === null);
    if (this.#state !== "connecting") this.#enter("lost");
    this.#reconnect = setTimeout(() => this.#connect(), RECONNECT_DELAY);
  }

  #answered(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    const id: unknown = Reflect.get(value, "id");
    const waiting = typeof id === "number" ? this.#waiting.get(id) : undefined;
    if (!waiting || typeof id !== "number") return;
    this.#waiting.delete(id);
    waiting.limit.cancel();
    this.#enter("connected");
    // The spawner is our own program of the same version; its answers are what the protocol says.
    waiting.settle(value as SpawnerAnswer<never>);
  }

  #silent(id: number, deadlineMs: Millis): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    const seconds = Math.round(deadlineMs / SECOND);
    waiting.settle(
      this.#isConnected
        ? refuse("silent", `the spawner did not answer within ${seconds} s`)
        : refuse("lost", `the spawner could not be reached for ${seconds} s`),
    );
    this.#enter(this.#isConnected ? "silent" : "lost");
  }

  get #isConnected(): boolean {
    return this.#state === "connected" || this.#state === "silent";
  }

  #send(waiting: Waiting): void {
    if (waiting.line !== null) this.#socket?.write(waiting.line);
    waiting.line = null;
  }

  #failAll(message: string, isMeant: (waiting: Waiting) => boolean): void {
    for (const [id, waiting] of this.#waiting) {
      if (!isMeant(waiting)) continue;
      this.#waiting.delete(id);
      waiting.limit.cancel();
      waiting.settle(refuse("lost", message));
    }
  }

  #enter(state: SpawnerState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

function refuse(code: string, message: string): SpawnerAnswer<never> {
  return { ok: false, fault: { code, message } };
}
