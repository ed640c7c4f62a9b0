import type { Millis } from "../base/duration.ts";
import type { Clock, Timer } from "../ports/clock.ts";

/** The server's own clocks. Timers do not round to less than what was asked for. */
export function createClock(): Clock {
  const moments = new Moments();
  return {
    now,
    wall: () => Date.now(),
    timer(delayMs, callback) {
      const timer = setTimeout(callback, Math.max(0, Math.ceil(delayMs)));
      return { cancel: () => clearTimeout(timer) };
    },
    at: (instant, callback) => moments.add(instant, callback),
  };
}

interface Moment {
  readonly timer: NodeJS.Timeout;
  readonly callbacks: Set<() => void>;
}

/** Waking up costs more than most of what is done then (0.15 ms): so what can be done together is. */
class Moments {
  readonly #moments = new Map<Millis, Moment>();

  add(instant: Millis, callback: () => void): Timer {
    const moment = this.#moments.get(instant) ?? this.#open(instant);
    // The same function may be given twice.
    const entry = (): void => callback();
    moment.callbacks.add(entry);
    return { cancel: () => this.#cancel(instant, moment, entry) };
  }

  #open(instant: Millis): Moment {
    const delayMs = Math.max(0, Math.ceil(instant - now()));
    const moment: Moment = {
      timer: setTimeout(() => {
        this.#moments.delete(instant);
        for (const callback of moment.callbacks) callback();
      }, delayMs),
      callbacks: new Set(),
    };
    this.#moments.set(instant, moment);
    return moment;
  }

  #cancel(instant: Millis, moment: Moment, entry: () => void): void {
    const isLast = moment.callbacks.delete(entry) && moment.callbacks.size === 0;
    if (!isLast || this.#moments.get(instant) !== moment) return;
    clearTimeout(moment.timer);
    this.#moments.delete(instant);
  }
}

const ZERO: Millis = monotonic() - performance.now();

/** The same but for some microseconds, and no garbage: it is asked all the time. */
function now(): Millis {
  return ZERO + performance.now();
}

/**
 * `CLOCK_MONOTONIC`, which starts at the boot and is the same for all processes; `performance.now`
 * starts with the process.
 */
export function monotonic(): Millis {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
