import type { Millis } from "../base/duration.ts";

/** Time as the agent sees it. A test moves it by hand. */
export interface Clock {
  /** `CLOCK_MONOTONIC` in milliseconds, with fractions. */
  now(): Millis;
  /** Calendar time, milliseconds since 1970. */
  wall(): Millis;
  /** Calls back once, `delayMs` from now or later. */
  timer(delayMs: Millis, callback: () => void): Timer;
  /** Calls back once, at an instant of `now` or soon after. All who name the same share one wake-up. */
  at(instant: Millis, callback: () => void): Timer;
}

/** The next instant of a grid that others use too. One that is about to come has come. */
export function nextOnGrid(now: Millis, gridMs: Millis): Millis {
  return (Math.floor(now / gridMs + ABOUT) + 1) * gridMs;
}

/** Calls back again and again, at instants at which others are called, too. */
export function repeatOnGrid(
  clock: Pick<Clock, "now" | "at">,
  everyMs: Millis,
  work: () => void,
): Timer {
  const plan = (): Timer => clock.at(nextOnGrid(clock.now(), everyMs), again);
  const again = (): void => {
    timer = plan();
    work();
  };
  let timer = plan();
  return { cancel: () => timer.cancel() };
}

/** A timer may come a little early. */
const ABOUT = 0.01;

export interface Timer {
  cancel(): void;
}
