import { type Millis, MINUTE } from "../base/duration.ts";

/** A longer pause between two looks, and three times the usual one, is a gap: nobody was looking. */
const GAP_LEAST: Millis = 2 * MINUTE;
const GAP_FACTOR = 3;

/** How long things have been true without a break, seen by looking now and then. */
export class Lasting {
  readonly #since = new Map<string, Millis>();
  #last: Millis | null = null;
  #usualMs: Millis = 0;

  /** A look at the time `now` begins. After a gap (a suspended agent, a paused server) nothing has lasted. */
  look(now: Millis): void {
    const stepMs = this.#last === null ? 0 : now - this.#last;
    if (stepMs > Math.max(GAP_LEAST, GAP_FACTOR * this.#usualMs)) this.#since.clear();
    this.#usualMs = stepMs;
    this.#last = now;
  }

  /** How long `key` has been true by now; null when it is not. */
  note(key: string, isTrue: boolean): Millis | null {
    if (!isTrue) {
      this.#since.delete(key);
      return null;
    }
    const now = this.#last ?? 0;
    const since = this.#since.get(key) ?? now;
    this.#since.set(key, since);
    return now - since;
  }
}
