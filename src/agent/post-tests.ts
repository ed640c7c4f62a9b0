import type { Millis } from "../base/duration.ts";
import { type Outcome, POST_VERSION, type Queued } from "../base/post.ts";
import type { Clock } from "../ports/clock.ts";

/** Tests that somebody may still ask about. */
const TESTS_MOST = 20;

/** What became of tests, for those who wait for it. */
export class PostTests {
  readonly #ends = new Map<string, Outcome | null>();
  readonly #items = new Map<string, Queued>();
  readonly #waiting = new Set<() => void>();

  begin(item: Queued): void {
    this.#ends.set(item.id, null);
    this.#items.set(item.id, item);
    const [oldest = ""] = this.#ends.keys();
    if (this.#ends.size <= TESTS_MOST) return;
    this.#ends.delete(oldest);
    this.#items.delete(oldest);
  }

  /** Nobody will try them: who waits is told why. */
  giveUp(why: string): void {
    const hint = "See `systemctl status solosafe-spawner.service`.";
    const fault = { step: "connect", to: null, isFinal: false, why, hint } as const;
    for (const { id, subject, to } of this.#items.values()) {
      const attempts = [{ server: "this server", taken: [], faults: [fault] }];
      this.take({ v: POST_VERSION, id, subject, tries: 0, attempts, refused: to, waiting: [] });
    }
  }

  /** False when it is not about one of them. */
  take(outcome: Outcome): boolean {
    if (!this.#ends.has(outcome.id)) return false;
    this.#ends.set(outcome.id, outcome);
    this.#items.delete(outcome.id);
    for (const wake of this.#waiting) wake();
    return true;
  }

  /** Null when it is not known within `waitMs`. */
  async end(id: string, waitMs: Millis, clock: Clock): Promise<Outcome | null> {
    const known = (): Outcome | null => this.#ends.get(id) ?? null;
    if (known() !== null || !this.#ends.has(id) || waitMs <= 0) return known();
    await new Promise<void>((resolve) => {
      const limit = clock.timer(waitMs, () => wake());
      const wake = (): void => {
        if (known() !== null) limit.cancel();
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
    });
    return known();
  }
}
