import type { PlannedDrill } from "../api/drill-answers.ts";
import { MINUTE, type Millis, SECOND } from "../base/duration.ts";
import type { Fault, Result } from "../base/result.ts";
import { type Calendar, windowAt } from "../config/calendar.ts";
import type { LoadedDrill } from "../config/loaded-config.ts";
import { drillHindrance } from "../core/drill.ts";
import type { DrillHindrance, DrillNews } from "../core/drill-news.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { DrillOrder } from "./drill-order.ts";
import type { DrillRequest } from "./drill-prepare.ts";
import type { Drills } from "./drills.ts";
import type { View } from "./view.ts";

/** So often it is looked whether a drill may be made. */
const LOOK_EVERY: Millis = 5 * SECOND;
/** So much of the window is left besides the fault, so that there is time to notice it. */
const TIME_TO_NOTICE: Millis = MINUTE;

export interface DrillScheduleParts {
  readonly clock: Clock;
  readonly drills: Pick<Drills, "list" | "busyWith" | "make">;
  readonly view: () => View;
  readonly prepare: (
    request: DrillRequest,
    by: string,
    planned: string,
  ) => Promise<Result<DrillOrder, Fault>>;
  readonly tell: (news: DrillNews) => void;
}

/** A drill that is to be made in the window that is open now. */
interface Due {
  readonly drill: LoadedDrill;
  readonly untilWall: Millis;
  /** What stood in the way when it was looked at last. */
  hindrance: DrillHindrance | null;
}

/**
 * Makes the configured drills, one after the other, while their windows are open and the server is
 * well. What cannot be made in one window is told and tried again in the next.
 */
export class DrillSchedule {
  readonly #parts: DrillScheduleParts;
  /** Windows that are open, and when they close. */
  readonly #open = new Map<string, Millis>();
  #due: readonly Due[] = [];
  /** Told that it is skipped, with the end of the window it was told for. */
  readonly #told = new Map<string, Millis>();
  #timer: Timer | null = null;
  #isReady = false;
  /** Name of the one that is just being made. */
  #making: string | null = null;

  constructor(parts: DrillScheduleParts) {
    this.#parts = parts;
  }

  /** The reports are read: it is known which drills the open windows have had. */
  begin(): void {
    this.#isReady = true;
    this.configure();
  }

  /** The configuration may be another one. */
  configure(): void {
    const { windows, drills } = this.#parts.view().config;
    for (const name of this.#open.keys()) if (!windows.has(name)) this.#open.delete(name);
    for (const name of this.#told.keys()) if (!drills.has(name)) this.#told.delete(name);
    this.#due = [...this.#open].flatMap(([name, untilWall]) => this.#dueIn(name, untilWall));
    this.#again();
  }

  /** The calendar says so. */
  window(name: string, isOpen: boolean, untilWall: Millis): void {
    for (const one of isOpen ? [] : this.#due.filter(({ drill }) => drill.window === name)) {
      this.#skip(one, one.hindrance ?? WINDOW_ENDS);
    }
    if (isOpen) this.#open.set(name, untilWall);
    else this.#open.delete(name);
    this.configure();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#isReady = false;
    this.#open.clear();
    this.#due = [];
  }

  /** For people: when each is made next, and what came of it. */
  get list(): readonly PlannedDrill[] {
    const { config, wall } = this.#parts.view();
    const reports = this.#parts.drills.list;
    return [...config.drills.values()].map(({ name, kind, target, window }) => {
      const calendar = config.windows.get(window)?.calendar;
      const own = reports.filter(({ planned }) => planned === name);
      const [last] = own;
      const proven = own.find(({ verdict }) => verdict === "recovered");
      return {
        name,
        kind,
        target,
        window,
        nextWall: calendar === undefined ? null : nextOpening(calendar, wall),
        isWaiting: this.#due.some(({ drill }) => drill.name === name),
        last: last ? { id: last.id, wall: last.beganWall, verdict: last.verdict } : null,
        provenWall: proven?.beganWall ?? null,
      };
    });
  }

  /** Those of a window that were not made since it opened. */
  #dueIn(window: string, untilWall: Millis): readonly Due[] {
    if (!this.#isReady) return [];
    const { config } = this.#parts.view();
    const sinceWall = untilWall - (config.windows.get(window)?.calendar.forMs ?? 0);
    return [...config.drills.values()]
      .filter((drill) => drill.window === window && !this.#isDone(drill, sinceWall, untilWall))
      .map((drill) => ({ drill, untilWall, hindrance: this.#hindranceOf(drill) }));
  }

  #isDone({ name }: LoadedDrill, sinceWall: Millis, untilWall: Millis): boolean {
    if (this.#making === name || this.#told.get(name) === untilWall) return true;
    const { list } = this.#parts.drills;
    return list.some(({ planned, beganWall }) => planned === name && beganWall >= sinceWall);
  }

  #hindranceOf({ name }: LoadedDrill): DrillHindrance | null {
    return this.#due.find(({ drill }) => drill.name === name)?.hindrance ?? null;
  }

  #again(): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#due.length === 0 || this.#making !== null) return;
    this.#timer = this.#parts.clock.timer(LOOK_EVERY, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { model, state, wall } = this.#parts.view();
    for (const one of this.#due) {
      const needsMs = one.drill.forMs + TIME_TO_NOTICE;
      if (one.untilWall - wall < needsMs) this.#skip(one, one.hindrance ?? WINDOW_ENDS);
      else if (this.#parts.drills.busyWith !== null) one.hindrance = OTHER_DRILL;
      else one.hindrance = drillHindrance(model, state, one.drill.kind, one.drill.target);
    }
    const next = this.#due.find(({ hindrance }) => hindrance === null);
    if (next) await this.#make(next);
    this.#again();
  }

  async #make(due: Due): Promise<void> {
    this.#drop(due);
    const { drill } = due;
    this.#making = drill.name;
    try {
      const order = await this.#parts.prepare(
        requestOf(drill),
        `the plan \`${drill.name}\``,
        drill.name,
      );
      const made = order.ok ? await this.#parts.drills.make(order.value) : order;
      if (!made.ok) this.#skip(due, { because: "refused", name: made.problem.message });
    } finally {
      this.#making = null;
    }
  }

  #skip(due: Due, hindrance: DrillHindrance): void {
    this.#drop(due);
    const { name, target, window } = due.drill;
    this.#told.set(name, due.untilWall);
    this.#parts.tell({ is: "skipped", drill: name, target, window, ...hindrance });
  }

  #drop(due: Due): void {
    this.#due = this.#due.filter((one) => one.drill.name !== due.drill.name);
  }
}

/** The beginning of the window after the one that may be open. */
function nextOpening(calendar: Calendar, wall: Millis): Millis | null {
  const now = windowAt(calendar, wall);
  return now.until === null ? now.changesAt : windowAt(calendar, now.until).changesAt;
}

const WINDOW_ENDS: DrillHindrance = { because: "window-ends", name: "" };
const OTHER_DRILL: DrillHindrance = { because: "other-drill", name: "" };

function requestOf({
  kind,
  target,
  forMs,
  pauseMs,
  path,
  namespace,
  link,
}: LoadedDrill): DrillRequest {
  return {
    kind,
    target,
    forMs,
    ...(pauseMs === null ? {} : { pauseMs }),
    ...(path === null ? {} : { path }),
    ...(namespace === null ? {} : { namespace }),
    ...(link === null ? {} : { interface: link }),
  };
}
