import type { ReportAnswer } from "../api/report-answers.ts";
import { DAY, MINUTE, type Millis, SECOND } from "../base/duration.ts";
import { daysBefore, type ReportDays } from "../base/report-days.ts";
import { startsBetween } from "../config/calendar.ts";
import type { LoadedReport } from "../config/report-calendar.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { StateFiles } from "../ports/store.ts";
import { within } from "./within.ts";

const FILE = "report.json";
const FORMAT = 1;
const BYTES_MOST = 4096;
/** So often the calendar is compared with the clock: whoever sets the clock is noticed by then. */
const LOOK_EVERY: Millis = 5 * MINUTE;
/** After a boot everything is started first; a report that was missed can wait for it. */
const FIRST_LOOK: Millis = 2 * MINUTE;
/** A history that cannot be read is tried again so often; then the report goes without it. */
const TRIES_MOST = 5;
/** More times of the calendar than a report may have in the longest time it looks back. */
const TIMES_MOST = 1000;
const LOOK_BACK: Millis = 35 * DAY;
/** A clock that is only disciplined moves less between two looks. */
const CLOCK_JUMP: Millis = SECOND;
/** A clock that was ahead for so long is believed to have been wrong then. */
const AHEAD_MOST: Millis = DAY;
const DISK_LIMIT: Millis = 5 * SECOND;

/** What is remembered: which calendar, and up to when its times are done. */
interface Done {
  readonly v: typeof FORMAT;
  readonly name: string;
  readonly wall: Millis;
}

export interface PlannedReportParts {
  readonly clock: Clock;
  readonly files: StateFiles;
  readonly make: (days: ReportDays) => Promise<ReportAnswer>;
  /** Queues the mail; from then on it is the queue's. */
  readonly send: (report: ReportAnswer) => Promise<void>;
  readonly onFault: (what: string, error: unknown) => void;
}

/**
 * Sends a report whenever the calendar says so. Times that come while no agent is there are made up
 * for by one report about the last of them; a new calendar begins now.
 */
export class PlannedReport {
  readonly #parts: PlannedReportParts;
  #planned: LoadedReport | null = null;
  #done: Done | null = null;
  #timer: Timer | null = null;
  #tries = 0;
  #hasBegun = false;
  /** The next time of the calendar, when all before it are done; null = it is to be looked for. */
  #nextWall: Millis | null = null;
  /** Calendar time less monotonic time, at the last look. */
  #offset: Millis = 0;
  /** Monotonic; the clock has shown an earlier time than the last one that was done since then. */
  #aheadSince: Millis | null = null;

  constructor(parts: PlannedReportParts) {
    this.#parts = parts;
  }

  /** For the agent's start only: what an earlier agent has done is read. */
  configureFirst(planned: LoadedReport | null): void {
    if (planned !== null) this.#done = read(this.#parts.files);
    this.configure(planned);
  }

  configure(planned: LoadedReport | null): void {
    this.#planned = planned;
    this.#nextWall = null;
    const name = planned?.name ?? null;
    if (name !== null && this.#done?.name !== name) {
      this.#keep({ v: FORMAT, name, wall: Math.round(this.#parts.clock.wall()) });
    }
    this.#arm(SECOND);
  }

  /** The boot before is explained, and everything is being started. */
  begin(): void {
    this.#hasBegun = true;
    this.#arm(FIRST_LOOK);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#planned = null;
  }

  /** Looks again after `pause`; without one at the next time of the calendar, or before. */
  #arm(pause?: Millis): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#planned === null || !this.#hasBegun) return;
    this.#timer = this.#parts.clock.timer(pause ?? this.#untilNext(this.#planned), () => {
      this.#look().catch((error: unknown) => {
        this.#parts.onFault("a planned report could not be sent", error);
        this.#arm(LOOK_EVERY);
      });
    });
  }

  #untilNext({ calendar }: LoadedReport): Millis {
    const wall = this.#parts.clock.wall();
    // Looking far ahead takes a millisecond: once is enough while the clock only goes on.
    if (this.#nextWall === null || wall >= this.#nextWall) {
      const [next = wall + LOOK_BACK] = startsBetween(calendar, wall + 1, wall + LOOK_BACK, 1);
      this.#nextWall = next;
    }
    return Math.min(LOOK_EVERY, Math.max(1, this.#nextWall - wall));
  }

  /** Whether the clock was set since the last look. */
  #isClockSet(): boolean {
    const { clock } = this.#parts;
    const offset = clock.wall() - clock.now();
    const isSet = Math.abs(offset - this.#offset) > CLOCK_JUMP;
    this.#offset = offset;
    return isSet;
  }

  async #look(): Promise<void> {
    this.#timer = null;
    const planned = this.#planned;
    if (this.#isClockSet()) this.#nextWall = null;
    const due = planned === null ? null : this.#due(planned);
    if (planned === null || due === null) return this.#arm();
    const days = daysBefore(due, planned.period, planned.calendar.zone);
    const report = await this.#parts.make(days);
    // Another configuration may have come meanwhile.
    if (this.#planned !== planned) return;
    this.#tries += 1;
    if (report.incidents === null && this.#tries < TRIES_MOST) return this.#arm(MINUTE);
    this.#tries = 0;
    await this.#parts.send(report);
    const wall = Math.round(this.#parts.clock.wall());
    this.#keep({ v: FORMAT, name: planned.name, wall: Math.max(due, wall) });
    this.#arm();
  }

  /** The last time of the calendar that has come and is not done; null = none. */
  #due({ calendar }: LoadedReport): Millis | null {
    const { clock } = this.#parts;
    const wall = clock.wall();
    const done = this.#done;
    if (done === null) return null;
    if (done.wall <= wall) {
      this.#aheadSince = null;
      if (this.#nextWall !== null && wall < this.#nextWall) return null;
      const from = Math.max(done.wall + 1, wall - LOOK_BACK);
      const last = startsBetween(calendar, from, wall + 1, TIMES_MOST).at(-1);
      if (last !== undefined || done.wall >= wall - LOOK_BACK) return last ?? null;
      return startsBetween(calendar, done.wall + 1, wall + 1, 1).at(0) ?? null;
    }
    // Set back for a moment, as at the start of a server without a battery: nothing is sent twice.
    this.#aheadSince ??= clock.now();
    if (clock.now() - this.#aheadSince < AHEAD_MOST) return null;
    this.#aheadSince = null;
    this.#keep({ ...done, wall: Math.round(wall) });
    return null;
  }

  #keep(done: Done): void {
    this.#done = done;
    const { clock, files, onFault } = this.#parts;
    const write = files.replace(FILE, `${JSON.stringify(done)}\n`, true);
    within(clock, DISK_LIMIT, write).catch((error: unknown) => {
      onFault("which reports were sent cannot be remembered", error);
    });
  }
}

/** Null when nothing was done yet, or it cannot be understood. */
function read(files: StateFiles): Done | null {
  const text = files.readAtStart(FILE, BYTES_MOST);
  if (!text.ok || text.value === null) return null;
  try {
    const done: Done = JSON.parse(text.value);
    const isOne = done.v === FORMAT && typeof done.name === "string" && done.wall > 0;
    return isOne ? done : null;
  } catch {
    return null;
  }
}
