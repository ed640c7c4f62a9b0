import type { Millis } from "../base/duration.ts";
import type { Clock, Timer } from "../ports/clock.ts";

/** The clock looks at itself this often; it bounds how late a gap is noticed. */
export const BEAT_MS: Millis = 1000;
/** recovery.md, "Gap": two ticks more than max(5 s, 3 x planned) apart. */
export const GAP_MS: Millis = Math.max(5000, 3 * BEAT_MS);

export interface GapClock extends Clock {
  /** Notices a gap if there is one; to be called before anything that came from outside is judged. */
  check(): void;
  stop(): void;
}

interface Entry {
  due: Millis;
  timer: Timer;
  readonly callback: () => void;
}

/**
 * A clock whose timers do not run while the process did not: after a paused VM, a live migration
 * or a SIGSTOP every deadline is later by the time that was lost, and `onGap` is told first.
 */
export function createGapClock(clock: Clock, onGap: (lostMs: Millis) => void): GapClock {
  const entries = new Set<Entry>();
  let beatAt = clock.now();
  let beat = clock.timer(BEAT_MS, onBeat);

  function check(): boolean {
    const now = clock.now();
    // Up to one beat more than what was lost: a deadline rather comes late than too early.
    const lostMs = now - beatAt;
    beatAt = now;
    if (lostMs <= GAP_MS) return false;
    for (const entry of entries) {
      entry.timer.cancel();
      entry.due += lostMs;
      entry.timer = arm(entry);
    }
    onGap(lostMs);
    return true;
  }

  function onBeat(): void {
    beat = clock.timer(BEAT_MS, onBeat);
    check();
  }

  function arm(entry: Entry): Timer {
    return clock.timer(Math.max(0, entry.due - clock.now()), () => {
      // A timer that is due after a gap is only due because of it.
      if (check()) return;
      entries.delete(entry);
      entry.callback();
    });
  }

  return {
    now: () => clock.now(),
    wall: () => clock.wall(),
    timer(delayMs, callback) {
      const entry: Entry = { due: clock.now() + delayMs, timer: NO_TIMER, callback };
      entry.timer = arm(entry);
      entries.add(entry);
      return {
        cancel: () => {
          entry.timer.cancel();
          entries.delete(entry);
        },
      };
    },
    check: () => {
      check();
    },
    stop() {
      beat.cancel();
      for (const entry of entries) entry.timer.cancel();
      entries.clear();
    },
  };
}

const NO_TIMER: Timer = { cancel: () => {} };
