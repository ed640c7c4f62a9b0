import { MINUTE, type Millis, SECOND } from "../base/duration.ts";
import { type Calendar, windowAt } from "../config/calendar.ts";
import type { Clock, Timer } from "../ports/clock.ts";

/** So often the calendar is compared with the clock: whoever sets the clock is noticed by then. */
const LOOK_EVERY: Millis = MINUTE;
/** A clock that is only disciplined moves less between two looks. */
const CLOCK_JUMP: Millis = SECOND;

export interface WindowsParts {
  /** The plain clock: after a time in which the process did not run it must look at once. */
  readonly clock: Clock;
  /** We are inside or outside of this window; `untilWall` is the end of its current occurrence. */
  readonly tell: (window: string, isOpen: boolean, untilWall: Millis) => void;
}

interface Watched {
  readonly calendar: Calendar;
  isOpen: boolean;
  /** Calendar time of the next change; null = none comes. */
  changesAt: Millis | null;
}

/** Tells the policy when planned windows open and close (recovery.md 5). */
export class Windows {
  readonly #parts: WindowsParts;
  #watched: ReadonlyMap<string, Watched> = new Map();
  #timer: Timer | null = null;
  /** Calendar time less monotonic time, at the last look. */
  #offset: Millis = 0;

  constructor(parts: WindowsParts) {
    this.#parts = parts;
  }

  /** From now on these windows are looked at; each is told at once, open or not. */
  configure(windows: ReadonlyMap<string, { readonly calendar: Calendar }>): void {
    this.#watched = new Map(
      [...windows].map(([name, { calendar }]) => [
        name,
        { calendar, isOpen: false, changesAt: null },
      ]),
    );
    this.#look(true);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#watched = new Map();
  }

  #look(isFirst: boolean): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#watched.size === 0) return;
    const { clock } = this.#parts;
    const wall = clock.wall();
    const offset = wall - clock.now();
    const isJump = isFirst || Math.abs(offset - this.#offset) > CLOCK_JUMP;
    this.#offset = offset;
    let nearest = wall + LOOK_EVERY;
    for (const [name, watched] of this.#watched) {
      const isDue = watched.changesAt !== null && wall >= watched.changesAt;
      if (isJump || isDue) this.#compute(name, watched, wall, isFirst);
      nearest = Math.min(nearest, watched.changesAt ?? nearest);
    }
    this.#timer = clock.timer(Math.max(1, nearest - wall), () => this.#look(false));
  }

  #compute(name: string, watched: Watched, wall: Millis, isFirst: boolean): void {
    const now = windowAt(watched.calendar, wall);
    const wasOpen = watched.isOpen;
    watched.isOpen = now.isOpen;
    watched.changesAt = now.changesAt;
    // Open again means a new end; closed twice means nothing.
    if (now.isOpen || wasOpen || isFirst) this.#parts.tell(name, now.isOpen, now.until ?? wall);
  }
}
