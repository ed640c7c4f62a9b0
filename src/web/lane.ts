/** Lets a few through at a time and a few more wait; whoever else comes is sent away at once. */
export class Lane {
  readonly #max: number;
  readonly #waitingMax: number;
  #inside = 0;
  readonly #waiting: ((isIn: boolean) => void)[] = [];

  constructor(max: number, waitingMax: number) {
    this.#max = max;
    this.#waitingMax = waitingMax;
  }

  /** True: `leave` must be called. False: too many wait, or `signal` was aborted meanwhile. */
  async enter(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#inside < this.#max) {
      this.#inside += 1;
      return true;
    }
    if (this.#waiting.length >= this.#waitingMax) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const giveUp = (): void => {
      const at = this.#waiting.indexOf(resolve);
      if (at >= 0) this.#waiting.splice(at, 1);
      resolve(false);
    };
    this.#waiting.push(resolve);
    signal.addEventListener("abort", giveUp);
    const isIn = await promise;
    signal.removeEventListener("abort", giveUp);
    return isIn;
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#inside -= 1;
    else next(true);
  }
}
