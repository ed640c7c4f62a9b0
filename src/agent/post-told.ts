import type { Millis } from "../base/duration.ts";
import type { Attempt, Outcome } from "../base/post.ts";
import type { Event } from "../core/event.ts";
import type { Clock } from "../ports/clock.ts";

/** What one kind of queue tells; null = nothing. */
export interface PostVoice {
  readonly taken: (subject: string, to: string, server: string) => Event | null;
  readonly refused: (subject: string, to: string, reason: string) => Event | null;
  readonly fails: (subject: string, reason: string) => Event;
  readonly works: (after: Millis) => Event;
}

/** Tells what becomes of what is sent: each one that is given up, and a fault once, not at each try. */
export class PostTold {
  readonly #clock: Clock;
  readonly #voice: PostVoice;
  readonly #tell: (event: Event) => void;
  #failsSince: Millis | null = null;

  constructor(clock: Clock, voice: PostVoice, tell: (event: Event) => void) {
    this.#clock = clock;
    this.#voice = voice;
    this.#tell = tell;
  }

  get isFaulty(): boolean {
    return this.#failsSince !== null;
  }

  outcome({ subject, attempts, refused, waiting }: Outcome): void {
    for (const { server, taken } of attempts) {
      if (taken.length === 0) continue;
      this.#works();
      const event = this.#voice.taken(subject, taken.join(", "), server);
      if (event !== null) this.#tell(event);
    }
    if (refused.length > 0) {
      const reason = reasonOf(attempts, refused);
      const event = this.#voice.refused(subject, refused.join(", "), reason);
      if (event !== null) this.#tell(event);
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
    this.#tell(this.#voice.works(after));
  }

  #fails(subject: string, reason: string): void {
    if (this.#failsSince !== null) return;
    this.#failsSince = this.#clock.now();
    this.#tell(this.#voice.fails(subject, reason));
  }
}

/** What each server said about these recipients. */
function reasonOf(attempts: readonly Attempt[], recipients: readonly string[]): string {
  const said = attempts.flatMap(({ server, faults }) =>
    faults
      .filter(({ to }) => to === null || recipients.includes(to))
      .map(({ why }) => `${server}: ${why.replace(/\.$/, "")}`),
  );
  return [...new Set(said)].slice(0, 5).join("; ");
}
