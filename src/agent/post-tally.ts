import { HOUR } from "../base/duration.ts";
import type { Clock, Timer } from "../ports/clock.ts";

/** What may come again and again: it is told at once, then at most once an hour, with how many. */
export class PostTally {
  readonly #clock: Clock;
  readonly #tell: (count: number) => void;
  #count = 0;
  #timer: Timer | null = null;

  constructor(clock: Clock, tell: (count: number) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  add(count: number): void {
    this.#count += count;
    if (this.#timer === null) this.#tellNow();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #tellNow(): void {
    const count = this.#count;
    this.#count = 0;
    this.#timer = count === 0 ? null : this.#clock.timer(HOUR, () => this.#tellNow());
    if (count > 0) this.#tell(count);
  }
}
