import type { Clock, Timer } from "../../src/ports/clock.ts";

interface Entry {
  readonly due: number;
  readonly callback: () => void;
}

/** A clock that a test moves by hand. Timers fire in order of their time. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  #wallMinusNow = 1_800_000_000_000;
  #entries: Entry[] = [];

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wallMinusNow + this.#now;
  }

  timer(delayMs: number, callback: () => void): Timer {
    const entry = { due: this.#now + delayMs, callback };
    this.#entries.push(entry);
    return { cancel: () => this.#drop(entry) };
  }

  at(instant: number, callback: () => void): Timer {
    const entry = { due: instant, callback };
    this.#entries.push(entry);
    return { cancel: () => this.#drop(entry) };
  }

  #drop(entry: Entry): void {
    this.#entries = this.#entries.filter((one) => one !== entry);
  }

  /** Lets time pass; what comes due runs, with what follows at once from it. */
  async pass(spanMs: number): Promise<void> {
    const until = this.#now + spanMs;
    for (;;) {
      await settle();
      const next = this.#entries.toSorted((one, two) => one.due - two.due)[0];
      if (!next || next.due > until) break;
      this.#now = Math.max(this.#now, next.due);
      this.#drop(next);
      next.callback();
    }
    this.#now = until;
    await settle();
  }

  /** Time passes and the process does not run: nothing fires until the next `pass`. */
  freeze(spanMs: number): void {
    this.#now += spanMs;
  }

  /** Somebody sets the calendar. */
  setWall(wall: number): void {
    this.#wallMinusNow = wall - this.#now;
  }

  get waiting(): number {
    return this.#entries.length;
  }
}

/** Lets everything go on that only waits for its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
