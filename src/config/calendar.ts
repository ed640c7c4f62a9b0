import { DAY, HOUR, MINUTE, type Millis } from "../base/duration.ts";

/** A time and date expression as it was read: at which minutes, of which days. */
export interface CronTimes {
  /** Ascending. */
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Whether a day of the calendar is meant; `day` is its midnight as if it were UTC. */
  readonly matchesDay: (day: Millis) => boolean;
}

/** When a planned window opens, and for how long. */
export interface Calendar {
  readonly times: CronTimes;
  /** Name of a time zone; null = the server's own. */
  readonly zone: string | null;
  readonly forMs: Millis;
}

/** Where an instant lies. All times are wall clock, milliseconds since 1970. */
export interface WindowNow {
  readonly isOpen: boolean;
  /** When it closes, if it does not begin again before; only while it is open. */
  readonly until: Millis | null;
  /** Look again then; null = it never opens again. */
  readonly changesAt: Millis | null;
}

/** 29 February falls out in 2100: eight years may lie between two of them. */
const DAYS_AHEAD_MAX = 366 * 8 + 1;

/**
 * Whether `at` is inside the window. A start that the clock jumps over (spring) is at the jump; one
 * that comes twice (autumn) is at the first; with an hour of `*` each hour that there is counts, as
 * in Debian's cron(8). The length is real time, whatever the clock does meanwhile.
 */
export function windowAt(calendar: Calendar, at: Millis): WindowNow {
  const offsetAt = zoneOffsets(calendar.zone);
  const begun = lastStart(calendar, at, offsetAt);
  const next = nextStart(calendar, at, offsetAt);
  const until = begun === null ? null : begun + calendar.forMs;
  if (until === null || at >= until) return { isOpen: false, until: null, changesAt: next };
  const changesAt = next === null ? until : Math.min(until, next);
  return { isOpen: true, until, changesAt };
}

/** Starts in `[from, to)`, ascending, at most `most`. */
export function startsBetween(
  calendar: Calendar,
  from: Millis,
  to: Millis,
  most: number,
): readonly Millis[] {
  const found: Millis[] = [];
  const offsetAt = zoneOffsets(calendar.zone);
  for (let next = nextStart(calendar, from - 1, offsetAt); next !== null && next < to; ) {
    found.push(next);
    if (found.length >= most) break;
    next = nextStart(calendar, next, offsetAt);
  }
  return found;
}

/** How much later than UTC a zone's clock is at an instant. */
type OffsetAt = (at: Millis) => Millis;

/** The latest start at or before `at`, as far back as a window may still be open. */
function lastStart(calendar: Calendar, at: Millis, offsetAt: OffsetAt): Millis | null {
  const first = dayOf(at - calendar.forMs, offsetAt) - DAY;
  for (let day = dayOf(at, offsetAt) + DAY; day >= first; day -= DAY) {
    const starts = startsOfDay(calendar.times, day, offsetAt);
    const last = starts.findLast((one) => one <= at);
    if (last !== undefined) return last;
  }
  return null;
}

/** The first start after `at`; null when there is none in eight years. */
function nextStart(calendar: Calendar, at: Millis, offsetAt: OffsetAt): Millis | null {
  const today = dayOf(at, offsetAt);
  for (let ahead = -1; ahead <= DAYS_AHEAD_MAX; ahead += 1) {
    const starts = startsOfDay(calendar.times, today + ahead * DAY, offsetAt);
    const next = starts.find((one) => one > at);
    if (next !== undefined) return next;
  }
  return null;
}

/** Midnight of the day that a zone's calendar shows, as if it were UTC. */
function dayOf(at: Millis, offsetAt: OffsetAt): Millis {
  return Math.floor((at + offsetAt(at)) / DAY) * DAY;
}

function startsOfDay(times: CronTimes, day: Millis, offsetAt: OffsetAt): readonly Millis[] {
  if (!times.matchesDay(day)) return [];
  // Zones change their clocks by a few hours at most: around a quiet day nothing has to be looked up.
  const before = offsetAt(day - 15 * HOUR);
  const isQuiet = before === offsetAt(day + DAY + 15 * HOUR);
  const isEveryHour = times.hours.length === 24;
  const starts = new Set<Millis>();
  for (const hour of times.hours) {
    for (const minute of times.minutes) {
      const local = day + hour * HOUR + minute * MINUTE;
      if (isQuiet) starts.add(local - before);
      else for (const one of instantsOf(local, offsetAt, isEveryHour)) starts.add(one);
    }
  }
  return isQuiet ? [...starts] : [...starts].toSorted((one, other) => one - other);
}

/** The instants at which a zone's clock shows `local`; see `windowAt` for none and two. */
function instantsOf(local: Millis, offsetAt: OffsetAt, isEveryHour: boolean): readonly Millis[] {
  const before = offsetAt(local - DAY);
  const after = offsetAt(local + DAY);
  const real = [...new Set([local - before, local - after])]
    .filter((at) => at + offsetAt(at) === local)
    .toSorted((one, other) => one - other);
  if (isEveryHour) return real;
  const [first] = real;
  return first === undefined ? [jump(local - after, local - before, offsetAt)] : [first];
}

/** The first minute with the later offset: the clock jumps after `from` and not after `to`. */
function jump(from: Millis, to: Millis, offsetAt: OffsetAt): Millis {
  const later = offsetAt(to);
  let [low, high] = [from, to];
  while (high - low > MINUTE) {
    const middle = Math.floor((low + high) / 2 / MINUTE) * MINUTE;
    if (offsetAt(middle) === later) high = middle;
    else low = middle;
  }
  return high;
}

const PARTS = {
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
} as const;

function zoneOffsets(zone: string | null): OffsetAt {
  const format = new Intl.DateTimeFormat("en-US", {
    ...PARTS,
    ...(zone === null ? {} : { timeZone: zone }),
  });
  return (at) => {
    const second = Math.floor(at / 1000) * 1000;
    // "3/29/2026, 02:30:00"
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0, seconds = 0] = (
      format.format(second).match(/\d+/g) ?? []
    ).map(Number);
    return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
  };
}

/** Whether the runtime knows this name of a time zone. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
