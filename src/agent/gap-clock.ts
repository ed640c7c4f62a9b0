import { MINUTE, type Millis, SECOND } from "../base/duration.ts";
import { type Clock, nextOnGrid, type Timer } from "../ports/clock.ts";

/** While something is due soon the clock looks at itself so often: each look wakes the process up. */
const BEAT_MS: Millis = SECOND;
/** Otherwise so often. */
const REST_MS: Millis = 5 * SECOND;
/** Less than a quarter of what is due later can be lost without being noticed. */
const SOON_MS: Millis = MINUTE;
/** recovery.md, "Gap": two ticks more than max(5 s, 3 x planned) apart. */
const GAP_LEAST_MS: Millis = 5 * SECOND;
const GAP_BEATS = 3;

export interface GapClock extends Clock {
  /** Notices a gap if there is one; to be called before anything that came from outside is judged. */
  check(): void;
  stop(): void;
}

interface Entry {
  due: Millis;
  timer: Timer;
  readonly callback: () => void;
  /** At an instant that others use too; it may come late and loses nothing by that. */
  readonly isShared: boolean;
  /** It is due so soon that the clock looks often because of it. */
  readonly isUrgent: boolean;
}

/**
 * A clock whose timers do not run while the process did not: after a paused VM, a live migration
 * or a SIGSTOP every deadline is later by the time that was lost, and `onGap` is told first.
 */
export function createGapClock(clock: Clock, onGap: (lostMs: Millis) => void): GapClock {
  return new BeatingClock(clock, onGap);
}

class BeatingClock implements GapClock {
  readonly #clock: Clock;
  readonly #onGap: (lostMs: Millis) => void;
  readonly #entries = new Set<Entry>();
  #plannedMs: Millis = BEAT_MS;
  #beat: Timer;
  #lookedAt: Millis;
  /** Longer since the last look is a gap, by what was planned then. */
  #allowedMs: Millis = GAP_LEAST_MS;
  #urgent = 0;
  /** It looks often only because of what became urgent since the last beat. */
  #isHurried = false;

  constructor(clock: Clock, onGap: (lostMs: Millis) => void) {
    this.#clock = clock;
    this.#onGap = onGap;
    this.#lookedAt = clock.now();
    this.#beat = this.#plan(BEAT_MS);
  }

  now(): Millis {
    return this.#clock.now();
  }

  wall(): Millis {
    return this.#clock.wall();
  }

  timer(delayMs: Millis, callback: () => void): Timer {
    if (delayMs < SOON_MS && this.#plannedMs !== BEAT_MS) {
      this.#beat.cancel();
      this.#beat = this.#plan(BEAT_MS);
      this.#isHurried = true;
    }
    const due = this.#clock.now() + delayMs;
    return this.#add({ due, callback, isShared: false, isUrgent: delayMs < SOON_MS });
  }

  at(instant: Millis, callback: () => void): Timer {
    return this.#add({ due: instant, callback, isShared: true, isUrgent: false });
  }

  check(): void {
    this.#look();
  }

  stop(): void {
    this.#beat.cancel();
    for (const entry of this.#entries) entry.timer.cancel();
    this.#entries.clear();
    this.#urgent = 0;
  }

  #add(wanted: Omit<Entry, "timer">): Timer {
    const entry: Entry = { ...wanted, timer: NO_TIMER };
    entry.timer = this.#arm(entry);
    this.#entries.add(entry);
    if (entry.isUrgent) this.#urgent += 1;
    return {
      cancel: () => {
        entry.timer.cancel();
        if (this.#remove(entry) && this.#urgent === 0 && this.#isHurried) this.#relax();
      },
    };
  }

  #remove(entry: Entry): boolean {
    if (!this.#entries.delete(entry)) return false;
    if (entry.isUrgent) this.#urgent -= 1;
    return true;
  }

  /** A probe that ended as soon as most do leaves no wake-up behind. */
  #relax(): void {
    const now = this.#clock.now();
    this.#isHurried = false;
    // Whether there was a gap is for the next look to say.
    if (now - this.#lookedAt > BEAT_MS) return;
    this.#beat.cancel();
    this.#beat = this.#plan(REST_MS);
    this.#lookedAt = now;
    this.#allowedMs = GAP_BEATS * REST_MS;
  }

  #arm(entry: Entry): Timer {
    const callback = (): void => {
      // What is due after a gap is only due because of it.
      if (this.#look()) return;
      this.#remove(entry);
      entry.callback();
    };
    if (entry.isShared) return this.#clock.at(entry.due, callback);
    return this.#clock.timer(Math.max(0, entry.due - this.#clock.now()), callback);
  }

  /** True when there was a gap; everything is later then. */
  #look(): boolean {
    const now = this.#clock.now();
    // Up to one beat more than what was lost: a deadline rather comes late than too early.
    const lostMs = now - this.#lookedAt;
    const isGap = lostMs > this.#allowedMs;
    this.#lookedAt = now;
    this.#allowedMs = Math.max(GAP_LEAST_MS, GAP_BEATS * this.#plannedMs);
    if (!isGap) return false;
    for (const entry of this.#entries) {
      entry.timer.cancel();
      entry.due += lostMs;
      entry.timer = this.#arm(entry);
    }
    this.#onGap(lostMs);
    return true;
  }

  #plan(everyMs: Millis): Timer {
    this.#plannedMs = everyMs;
    return this.#clock.at(nextOnGrid(this.#clock.now(), everyMs), () => this.#onBeat());
  }

  #onBeat(): void {
    const soon = this.#clock.now() + SOON_MS;
    let isSoon = false;
    for (const { due, isShared } of this.#entries) isSoon ||= !isShared && due < soon;
    this.#beat = this.#plan(isSoon ? BEAT_MS : REST_MS);
    this.#isHurried = false;
    this.#look();
  }
}

const NO_TIMER: Timer = { cancel: () => {} };
