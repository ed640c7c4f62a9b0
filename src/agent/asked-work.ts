import { fail, type Result, succeed } from "../base/result.ts";
import type { Refusal } from "./caller.ts";

const RUNNING_MOST = 2;
const WAITING_MOST = 8;

/**
 * Work that takes a program for each request. The spawner has room for 256 programs, and recovery
 * needs it: those who only look share a small part of it.
 */
export class AskedWork {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** In the order in which it was asked for; refused when too much waits already. */
  async run<Value>(work: () => Promise<Value>): Promise<Result<Value, Refusal>> {
    if (this.#running >= RUNNING_MOST) {
      if (this.#waiting.length >= WAITING_MOST) return fail(BUSY);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      // Whoever ends leaves its place to us.
      await promise;
    } else {
      this.#running += 1;
    }
    try {
      return succeed(await work());
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

const BUSY: Refusal = {
  status: 503,
  code: "request/busy",
  message: "too many searches and reports were asked for at once",
  hint: "Try again in a few seconds.",
};
