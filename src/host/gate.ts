/**
 * Lets so many pieces of work run at once; the others wait in order. A thousand starts asked of the
 * spawner at once would all miss the deadline that one start has.
 */
export class Gate {
  readonly #most: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Runs the work at once when there is room, without another turn of the event loop. */
  async run<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#running >= this.#most) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      await promise;
    }
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }
}
