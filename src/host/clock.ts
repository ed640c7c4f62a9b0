import type { Clock } from "../ports/clock.ts";

/** The server's own clocks. Timers do not round to less than what was asked for. */
export function createClock(): Clock {
  return {
    now: monotonic,
    wall: () => Date.now(),
    timer(delayMs, callback) {
      const timer = setTimeout(callback, Math.max(0, Math.ceil(delayMs)));
      return { cancel: () => clearTimeout(timer) };
    },
  };
}

/** `CLOCK_MONOTONIC`, which starts at the boot; `performance.now` starts with the process. */
function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
