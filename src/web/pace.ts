import { type Millis, MINUTE } from "../base/duration.ts";

/** Refused credentials of one address in a minute, after which nobody asks the agent about more. */
const REFUSALS_MAX = 30;
/** Addresses that are remembered; beyond that the oldest is forgotten. */
const ADDRESSES_MAX = 1000;

/**
 * Keeps those who try one secret after the other away from the agent. Guessing a password is the
 * agent's to slow down, which knows the accounts; this is for its processor time.
 */
export class Pace {
  readonly #refusals = new Map<string, { count: number; until: Millis }>();

  /** How long this address has to wait; 0: it may ask. */
  waitOf(address: string, now: Millis): Millis {
    const entry = this.#refusals.get(address);
    if (entry === undefined || entry.until <= now) return 0;
    return entry.count >= REFUSALS_MAX ? entry.until - now : 0;
  }

  /** The agent did not know the credentials that came from there. */
  refused(address: string, now: Millis): void {
    const entry = this.#refusals.get(address);
    const isCurrent = entry !== undefined && entry.until > now;
    this.#refusals.delete(address);
    this.#refusals.set(
      address,
      isCurrent
        ? { count: entry.count + 1, until: entry.until }
        : { count: 1, until: now + MINUTE },
    );
    const [oldest] = this.#refusals.keys();
    if (this.#refusals.size > ADDRESSES_MAX && oldest !== undefined) this.#refusals.delete(oldest);
  }
}
