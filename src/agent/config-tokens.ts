import { randomBytes } from "node:crypto";
import { MINUTE, type Millis } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";

/** How long a plan may be looked at before it must be made again. */
export const TOKEN_LIFE: Millis = 15 * MINUTE;
const TOKENS_MAX = 64;

/** What a plan was made of; applied only while all of it is still so. Hashes of texts. */
export interface Planned {
  /** In force when it was made. */
  readonly base: string;
  readonly text: string;
  /** In the file; null: there was none. */
  readonly file: string | null;
  readonly isRestarting: boolean;
}

/** Plans that may be applied: the newest 64, for 15 minutes, gone with the agent. */
export class ConfigTokens {
  readonly #clock: Clock;
  readonly #plans = new Map<string, Planned & { readonly until: Millis }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Names the base, so that people who compare see for what it was made. */
  issue(planned: Planned): string {
    const token = `${planned.base.slice(0, 12)}-${randomBytes(12).toString("hex")}`;
    this.#plans.set(token, { ...planned, until: this.#clock.now() + TOKEN_LIFE });
    const [oldest] = this.#plans.keys();
    if (this.#plans.size > TOKENS_MAX && oldest !== undefined) this.#plans.delete(oldest);
    return token;
  }

  /** Null when it is unknown or too old. */
  find(token: string): Planned | null {
    const plan = this.#plans.get(token);
    return plan !== undefined && this.#clock.now() <= plan.until ? plan : null;
  }
}
