import type { Millis } from "../base/duration.ts";
import type { MailOutcome } from "../base/mail.ts";
import type { Clock } from "../ports/clock.ts";

/** Test mails that somebody may still ask about. */
const TESTS_MOST = 20;

/** What became of test mails, for those who wait for it. */
export class MailTests {
  readonly #ends = new Map<string, MailOutcome | null>();
  readonly #waiting = new Set<() => void>();

  begin(id: string): void {
    this.#ends.set(id, null);
    const [oldest] = this.#ends.keys();
    if (this.#ends.size > TESTS_MOST && oldest !== undefined) this.#ends.delete(oldest);
  }

  /** False when it is not about one of them. */
  take(outcome: MailOutcome): boolean {
    if (!this.#ends.has(outcome.id)) return false;
    this.#ends.set(outcome.id, outcome);
    for (const wake of this.#waiting) wake();
    return true;
  }

  /** Null when it is not known within `waitMs`. */
  async end(id: string, waitMs: Millis, clock: Clock): Promise<MailOutcome | null> {
    const known = (): MailOutcome | null => this.#ends.get(id) ?? null;
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
