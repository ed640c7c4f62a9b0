import type { Millis } from "../base/duration.ts";

/** Time as the agent sees it. A test moves it by hand. */
export interface Clock {
  /** `CLOCK_MONOTONIC` in milliseconds, with fractions. */
  now(): Millis;
  /** Calendar time, milliseconds since 1970. */
  wall(): Millis;
  /** Calls back once, `delayMs` from now or later. */
  timer(delayMs: Millis, callback: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}
