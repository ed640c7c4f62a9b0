import type { Millis } from "../base/duration.ts";
import type { MailAttempt, MailOutcome } from "../base/mail.ts";
import type { Event } from "../core/event.ts";
import type { Clock } from "../ports/clock.ts";

/** Tells what becomes of mails: each one that is taken or given up, and a fault once, not at each try. */
export class MailTold {
  readonly #clock: Clock;
  readonly #tell: (event: Event) => void;
  #failsSince: Millis | null = null;

  constructor(clock: Clock, tell: (event: Event) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  get isFaulty(): boolean {
    return this.#failsSince !== null;
  }

  outcome({ subject, attempts, refused, waiting }: MailOutcome): void {
    for (const { server, taken } of attempts) {
      if (taken.length === 0) continue;
      this.#works();
      const fields = { subject, to: taken.join(", "), server };
      this.#tell({ id: "mail-sent", incident: null, fields });
    }
    if (refused.length > 0) {
      const fields = { subject, to: refused.join(", "), reason: reasonOf(attempts, refused) };
      this.#tell({ id: "mail-refused", incident: null, fields });
    }
    if (waiting.length > 0) this.#fails(subject, reasonOf(attempts, waiting));
  }

  /** Nobody even tried. */
  silence(subject: string, why: string): void {
    this.#fails(subject, why);
  }

  #works(): void {
    if (this.#failsSince === null) return;
    const after = this.#clock.now() - this.#failsSince;
    this.#failsSince = null;
    this.#tell({ id: "mail-works", incident: null, fields: { after } });
  }

  #fails(subject: string, reason: string): void {
    if (this.#failsSince !== null) return;
    this.#failsSince = this.#clock.now();
    this.#tell({ id: "mail-delayed", incident: null, fields: { subject, reason } });
  }
}

/** What each server said about these recipients. */
function reasonOf(attempts: readonly MailAttempt[], recipients: readonly string[]): string {
  const said = attempts.flatMap(({ server, faults }) =>
    faults
      .filter(({ to }) => to === null || recipients.includes(to))
      .map(({ why }) => `${server}: ${why.replace(/\.$/, "")}`),
  );
  return [...new Set(said)].slice(0, 5).join("; ");
}
