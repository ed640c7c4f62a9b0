import type { Millis } from "../base/duration.ts";
import type { OperationEnd } from "../ports/driver.ts";
import type { ProcessId } from "../ports/host.ts";

/** A start or stop that runs; it ends exactly once. */
export class Operation {
  readonly op: string;
  readonly doing: "start" | "stop";
  readonly promise: Promise<OperationEnd>;
  /** The runner of its script, once there is one. */
  runner: ProcessId | null = null;
  isOver = false;
  readonly #resolve: (end: OperationEnd) => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(op: string, doing: "start" | "stop") {
    this.op = op;
    this.doing = doing;
    const { promise, resolve } = Promise.withResolvers<OperationEnd>();
    this.promise = promise;
    this.#resolve = resolve;
  }

  /** Only the first end counts. */
  settle(end: OperationEnd): void {
    if (this.isOver) return;
    this.isOver = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#resolve(end);
  }

  /** Calls once after `delayMs` unless it has ended by then. */
  after(delayMs: Millis, work: () => void): void {
    this.#timer = setTimeout(work, delayMs);
  }
}

export function done(reason: string): OperationEnd {
  return { result: "done", reason };
}

export function failed(reason: string): OperationEnd {
  return { result: "failed", reason };
}
