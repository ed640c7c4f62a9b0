import type { Millis } from "../base/duration.ts";
import { MAIL_VERSION, type MailOutcome, type QueuedMail } from "../base/mail.ts";
import type { Clock } from "../ports/clock.ts";

/** Test mails that somebody may still ask about. */
const TESTS_MOST = 20;

/** What became of test mails, for those who wait for it. */
export class MailTests {
  readonly #ends = new Map<string, MailOutcome | null>();
  readonly #mails = new Map<string, QueuedMail>();
  readonly #waiting = new Set<() => void>();

  begin(mail: QueuedMail): void {
    this.#ends.set(mail.id, null);
    this.#mails.set(mail.id, mail);
    const [oldest = ""] = this.#ends.keys();
    if (this.#ends.size <= TESTS_MOST) return;
    this.#ends.delete(oldest);
    this.#mails.delete(oldest);
  }

  /** Nobody will try them: who waits is told why. */
  giveUp(why: string): void {
    const hint = "See `systemctl status solosafe-spawner.service`.";
    const fault = { step: "connect", to: null, isFinal: false, why, hint } as const;
    for (const { id, subject, to } of this.#mails.values()) {
      const attempts = [{ server: "this server", taken: [], faults: [fault] }];
      this.take({ v: MAIL_VERSION, id, subject, tries: 0, attempts, refused: to, waiting: [] });
    }
  }

  /** False when it is not about one of them. */
  take(outcome: MailOutcome): boolean {
    if (!this.#ends.has(outcome.id)) return false;
    this.#ends.set(outcome.id, outcome);
    this.#mails.delete(outcome.id);
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
