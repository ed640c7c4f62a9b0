import type { Millis } from "../base/duration.ts";

interface Entry {
  readonly at: Millis;
  readonly key: string;
  readonly run: () => void;
}

/** What will happen later in a simulated world, in order of time; equal times keep their order. */
export class Timeline {
  #entries: Entry[] = [];

  /** `key` names it for `cancel`; several may share one. */
  add(at: Millis, key: string, run: () => void): void {
    let index = this.#entries.length;
    while (index > 0 && (this.#entries[index - 1]?.at ?? 0) > at) index -= 1;
    this.#entries.splice(index, 0, { at, key, run });
  }

  cancel(key: string): void {
    this.#entries = this.#entries.filter((entry) => entry.key !== key);
  }

  clear(): void {
    this.#entries = [];
  }

  /** Everything not yet happened comes so much later. */
  shift(by: Millis): void {
    this.#entries = this.#entries.map((entry) => ({ ...entry, at: entry.at + by }));
  }

  nextAt(): Millis | null {
    return this.#entries[0]?.at ?? null;
  }

  takeFirst(): (() => void) | null {
    return this.#entries.shift()?.run ?? null;
  }
}
