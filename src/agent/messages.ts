import type { Millis } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";
import type { Host } from "../ports/host.ts";

interface Message {
  readonly outcome: "ok" | "failed";
  readonly text: string;
  readonly at: Millis;
}

/** The last word of outside tools, one for each `message` monitor. */
export class Messages {
  readonly #clock: Clock;
  readonly #last = new Map<string, Message>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(monitor: string, outcome: "ok" | "failed", text: string): void {
    this.#last.set(monitor, { outcome, text, at: this.#clock.now() });
  }

  last(monitor: string): ReturnType<Host["lastMessage"]> {
    const message = this.#last.get(monitor);
    if (!message) return null;
    const { outcome, text, at } = message;
    return { outcome, text, ageMs: this.#clock.now() - at };
  }

  /** Forgets those of monitors that are gone. */
  keepOnly(monitors: ReadonlyMap<string, unknown>): void {
    for (const name of this.#last.keys()) if (!monitors.has(name)) this.#last.delete(name);
  }
}
