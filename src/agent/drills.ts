import type { DrillReport, DrillSummary } from "../api/drill-answers.ts";
import type { EventRecord } from "../api/answers.ts";
import type { DrillVerdict } from "../base/drill.ts";
import { MINUTE, type Millis, SECOND } from "../base/duration.ts";
import { fail, type Fault, type Result, succeed } from "../base/result.ts";
import type { DrillNews } from "../core/drill-news.ts";
import type { State } from "../core/state.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import { type DrillFiles, isLeftOpen, type SavedDrill } from "./drill-files.ts";
import { type FaultParts, undoFault } from "./drill-faults.ts";
import { type DrillOrder, firstReport } from "./drill-order.ts";
import { undoPatiently } from "./drill-undo.ts";
import { DrillWatch } from "./drill-watch.ts";
import { within } from "./within.ts";

/** After the fault is undone everything has so long to be well again; where nothing is done, less. */
const PATIENCE: Millis = 10 * MINUTE;
const PATIENCE_OBSERVED: Millis = MINUTE;
/** Times that come without an event are looked at so often. */
const LOOK_EVERY: Millis = SECOND;
/** When the agent leaves: a fault that takes longer to undo is undone by the next agent. */
const LEAVE_LIMIT: Millis = 5 * SECOND;
/** Events are written in a moment, or the disk is dead. */
const EVENTS_LIMIT: Millis = 2 * SECOND;

export interface DrillsParts extends FaultParts {
  readonly clock: Clock;
  readonly bootId: string;
  readonly files: DrillFiles;
  readonly state: () => State;
  readonly mode: () => "enforce" | "observe";
  /** Events as they are written, and decisions as they are made; both give back how to stop. */
  readonly onEvent: (listener: (record: EventRecord) => void) => () => void;
  readonly onDecision: (listener: () => void) => () => void;
  /** Settles when the events so far are written. */
  readonly settled: () => Promise<void>;
  readonly tell: (news: DrillNews) => void;
  readonly onFault: (what: string, error: unknown) => void;
}

interface Running {
  readonly order: DrillOrder;
  readonly watch: DrillWatch;
  report: DrillReport;
  /** What ends the watching. */
  readonly stops: (() => void)[];
  timer: Timer | null;
  beganAt: Millis;
  /** It is undone, or being so; null = not yet. */
  undoing: Promise<void> | null;
  /** It is over, and its report being written; null = not yet. */
  finishing: Promise<void> | null;
}

/**
 * Real faults, made on purpose by a person (words.md, "drill"). The agent owns them: how to undo a
 * fault is saved before it is made, and it is undone at its time, when the agent leaves, or by the
 * next agent. One at a time, or nobody could say what was found.
 */
export class Drills {
  readonly #parts: DrillsParts;
  #running: Running | null = null;
  #isBeginning = false;

  constructor(parts: DrillsParts) {
    this.#parts = parts;
  }

  get list(): readonly DrillSummary[] {
    return this.#parts.files.list;
  }

  /** Reads the reports; undoes what an earlier agent left behind. */
  async begin(): Promise<void> {
    const { files, onFault } = this.#parts;
    try {
      const saved = await files.load();
      for (const one of saved.filter(isLeftOpen)) await this.#cutShort(one);
    } catch (error) {
      onFault("reports of drills cannot be read or written", error);
    }
  }

  /** Null when there is none of this number; without a number the newest. */
  async show(id: number | null): Promise<DrillReport | null> {
    const wanted = id ?? this.list[0]?.id;
    if (wanted === undefined) return null;
    if (this.#running?.report.id === wanted) return reportNow(this.#running);
    return (await this.#parts.files.read(wanted))?.report ?? null;
  }

  /** Whether another may begin now. */
  get busyWith(): string | null {
    if (this.#running) return `drill ${this.#running.report.id} is still running`;
    return this.#isBeginning ? "another drill is just beginning" : null;
  }

  /** Saves how to undo the fault, makes it, and watches what becomes of it. */
  async make(order: DrillOrder): Promise<Result<DrillReport>> {
    const busy = this.busyWith;
    if (busy !== null) return fail({ code: "drill/busy", message: busy, hint: BUSY_HINT });
    this.#isBeginning = true;
    try {
      return await this.#make(order);
    } finally {
      this.#isBeginning = false;
    }
  }

  async #make(order: DrillOrder): Promise<Result<DrillReport>> {
    const { clock, files, bootId } = this.#parts;
    const beganWall = Math.round(clock.wall());
    const watch = new DrillWatch(order.scope, beganWall);
    const report = firstReport(order, files.newId(), this.#parts.mode(), beganWall);
    const { undo } = order.fault;
    try {
      await files.write({ bootId, undo, report });
    } catch (error) {
      return fail(notSaved(error));
    }
    const beganAt = clock.now();
    const running: Running = {
      order,
      watch,
      report,
      beganAt,
      stops: [],
      timer: null,
      undoing: null,
      finishing: null,
    };
    running.stops.push(
      this.#parts.onEvent((record) => watch.take(record, this.#parts.state())),
      this.#parts.onDecision(() => this.#look(running)),
    );
    const made = await order.fault.make();
    if (!made.ok) {
      for (const stop of running.stops) stop();
      await order.fault.halt();
      await undoFault(this.#parts, undo);
      await files.forget(report.id).catch(() => {});
      return made;
    }
    running.beganAt = clock.now();
    this.#running = running;
    const { target, by } = order;
    this.#parts.tell({ is: "begun", drill: report.id, target, by, fault: order.fault.what });
    if (undo.is === "nothing") await this.#undo(running);
    this.#tick(running);
    return succeed(reportNow(running));
  }

  /** A person has seen enough: the fault is undone, and the report says how far it came. */
  async end(): Promise<Result<DrillReport>> {
    const running = this.#running;
    if (!running) return fail({ code: "drill/none", message: "no drill runs" });
    await this.#undo(running);
    await this.#finish(running, running.report.recoveredMs === null ? "cut-short" : "recovered");
    return succeed(reportNow(running));
  }

  /** The agent leaves: nobody is left to undo it at its time. */
  async leave(): Promise<void> {
    if (!this.#running) return;
    await new Promise<void>((resolve) => {
      const limit = this.#parts.clock.timer(LEAVE_LIMIT, resolve);
      void this.end().finally(() => {
        limit.cancel();
        resolve();
      });
    });
  }

  #tick(running: Running): void {
    if (running.finishing) return;
    running.timer = this.#parts.clock.timer(LOOK_EVERY, () => {
      this.#look(running);
      this.#tick(running);
    });
  }

  /** Brings the report up to date, undoes the fault at its time, and ends when all is said. */
  #look(running: Running): void {
    if (running.finishing || this.#running !== running) return;
    const { order, watch, report } = running;
    const elapsed = this.#parts.clock.now() - running.beganAt;
    const isWell = watch.isWell(this.#parts.state());
    // What is well for a moment while the fault is there has not recovered from it.
    const isOver = report.undoneMs !== null || order.fault.isGone();
    const isRecovered = watch.detected !== null && isWell && isOver;
    const recoveredMs = isRecovered ? (report.recoveredMs ?? Math.round(elapsed)) : null;
    running.report = { ...report, recoveredMs };
    if (report.undoneMs === null) {
      const isTime = elapsed >= order.forMs || isRecovered;
      if (isTime) void this.#undo(running).then(() => this.#look(running));
      return;
    }
    const patience = this.#parts.mode() === "observe" ? PATIENCE_OBSERVED : PATIENCE;
    if (isRecovered) void this.#finish(running, "recovered");
    else if (watch.detected === null && isWell && elapsed >= order.noticeMs) {
      void this.#finish(running, "not-detected");
    } else if (elapsed >= order.forMs + patience) {
      void this.#finish(running, watch.detected === null ? "not-detected" : "not-recovered");
    }
  }

  #undo(running: Running): Promise<void> {
    running.undoing ??= this.#undoNow(running);
    return running.undoing;
  }

  async #undoNow(running: Running): Promise<void> {
    const { fault } = running.order;
    await fault.halt();
    const undoFault = await undoPatiently(this.#parts, running.report, fault.undo);
    const undoneMs = Math.round(this.#parts.clock.now() - running.beganAt);
    running.report = { ...running.report, undoneMs, undoFault };
  }

  #finish(running: Running, verdict: DrillVerdict): Promise<void> {
    running.finishing ??= this.#finishNow(running, verdict);
    return running.finishing;
  }

  async #finishNow(running: Running, verdict: DrillVerdict): Promise<void> {
    running.timer?.cancel();
    // What was decided last is still being written.
    await within(this.#parts.clock, EVENTS_LIMIT, this.#parts.settled()).catch(() => {});
    for (const stop of running.stops) stop();
    const report = { ...reportNow(running), verdict };
    const { files, bootId, onFault } = this.#parts;
    const { undo } = running.order.fault;
    try {
      await files.write({ bootId, undo, report });
    } catch (error) {
      onFault("the report of a drill cannot be written", error);
    }
    // Told only now: who reads the verdict finds the same in the list, and may begin the next one.
    running.report = report;
    this.#running = null;
    this.#tellEnd(report);
  }

  #tellEnd({ id, target, verdict, detectedBy, detectedMs, recoveredMs }: DrillReport): void {
    this.#parts.tell({
      is: "ended",
      drill: id,
      target,
      verdict,
      detectedBy: detectedBy ?? "",
      detected: detectedMs,
      recovered: recoveredMs,
    });
  }

  /** What an earlier agent did not end, or could not undo: undone now, where it is not gone with its boot. */
  async #cutShort({ bootId, undo, report }: SavedDrill): Promise<void> {
    const isOver = bootId !== this.#parts.bootId && undo.is !== "remove";
    const text = isOver ? null : await undoPatiently(this.#parts, report, undo);
    const undoneMs = report.undoneMs ?? Math.round(this.#parts.clock.wall() - report.beganWall);
    const isRunning = report.verdict === "running";
    const verdict = isRunning ? "cut-short" : report.verdict;
    const ended: DrillReport = { ...report, verdict, undoneMs, undoFault: text };
    await this.#parts.files.write({ bootId, undo, report: ended });
    if (isRunning) this.#tellEnd(ended);
  }
}

const BUSY_HINT = "`solosafe drill end` ends it and undoes its fault.";

function notSaved(error: unknown): Fault {
  const why = error instanceof Error ? error.message : String(error);
  return {
    code: "drill/not-saved",
    message: `how to undo the fault cannot be saved, so it is not made: ${why}`,
  };
}

/** What has come of it so far. */
function reportNow({ report, watch }: Running): DrillReport {
  return {
    ...report,
    detectedMs: watch.detected?.afterMs ?? null,
    detectedBy: watch.detected?.by ?? null,
    steps: watch.steps,
    events: [...watch.events],
    isCut: watch.isCut,
  };
}
