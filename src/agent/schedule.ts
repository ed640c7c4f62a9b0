import type { Millis } from "../base/duration.ts";
import { fnv1a } from "../base/fnv.ts";
import type { ProbeResult } from "../monitors/define.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { Host } from "../ports/host.ts";
import { awaitProbe, endOf, ProbeRun } from "./run-probe.ts";
import {
  gridOf,
  type Hung,
  type LastProbe,
  newRow,
  type Probed,
  QUICK_MS,
  type Row,
  type ScheduledEnd,
  SLOT_MS,
} from "./schedule-row.ts";

export interface ScheduleParts {
  readonly clock: Clock;
  readonly host: Host;
  readonly onFinished: (monitor: string, end: ScheduledEnd) => void;
}

/** Until it is ready a monitor is probed this often, if its interval is not shorter. */
const EAGER_MS: Millis = 1000;
/** First probes of many monitors are spread so far apart from each other. */
const SPREAD_MS: Millis = 5;
/** So few cost nobody time when they begin together, also those that are not quick. */
const FEW = 50;
/** So many abandoned probes of one monitor may hang; more would only use the server up. */
const STUCK_MAX = 4;

/** Runs probes at their times, one of a monitor at a time. */
export class Schedule {
  readonly #parts: ScheduleParts;
  readonly #rows = new Map<string, Row>();
  readonly #slots = new Map<Millis, Slot>();

  constructor(parts: ScheduleParts) {
    this.#parts = parts;
  }

  /** Replaces what can be probed; monitors that are gone are not probed any more. */
  configure(monitors: Iterable<Probed>): void {
    const names = new Set<string>();
    for (const probed of monitors) {
      names.add(probed.name);
      const row = this.#rows.get(probed.name);
      if (row) row.probed = probed;
      else this.#rows.set(probed.name, newRow(probed));
    }
    for (const [name, row] of this.#rows) {
      if (names.has(name)) continue;
      this.#drop(row);
      this.#rows.delete(name);
    }
  }

  /** Probes from `delayMs` on: each interval, or each second while `isEager`. */
  start(monitor: string, delayMs: Millis, isEager: boolean): void {
    const row = this.#rows.get(monitor);
    if (!row) return;
    const wasProbing = row.isProbing;
    row.isProbing = true;
    row.isEager = isEager;
    if (row.running) return;
    if (wasProbing && delayMs === 0) {
      this.#planNext(row, this.#parts.clock.now());
      return;
    }
    const { name, intervalMs } = row.probed;
    const withinMs = Math.min(this.#rows.size * SPREAD_MS, intervalMs);
    const spreadMs = isEager || wasProbing ? 0 : fnv1a(name) % withinMs;
    this.#plan(row, this.#parts.clock.now() + delayMs + spreadMs);
  }

  stop(monitor: string): void {
    const row = this.#rows.get(monitor);
    if (row) this.#drop(row);
  }

  /** One probe now, also of a monitor that is not being probed; joins one that runs. */
  probeNow(monitor: string): void {
    const row = this.#rows.get(monitor);
    // Whoever asks is in the middle of something: the answer comes when that is done.
    if (row) this.#run(row, this.#parts.clock.now(), true);
  }

  /** After a gap: what is planned moves by it; what runs is discarded and judged after one interval. */
  onGap(lostMs: Millis): void {
    for (const row of this.#rows.values()) {
      if (row.slot !== null) this.#plan(row, row.slot + lostMs);
      if (row.hung !== null) row.hung.beganAt += lostMs;
      if (row.running === null) continue;
      row.running.discard();
      row.running = null;
      if (row.isProbing) this.#plan(row, this.#parts.clock.now() + row.probed.intervalMs);
    }
  }

  last(monitor: string): LastProbe | null {
    const row = this.#rows.get(monitor);
    return row?.last ? { ...row.last, at: row.endedAt } : null;
  }

  /** How long until the next probe; null when none is planned. */
  nextInMs(monitor: string): Millis | null {
    const slot = this.#rows.get(monitor)?.slot ?? null;
    return slot === null ? null : Math.max(0, slot - this.#parts.clock.now());
  }

  stopAll(): void {
    for (const row of this.#rows.values()) this.#drop(row);
  }

  #plan(row: Row, at: Millis): void {
    this.#unplan(row);
    const slot = Math.ceil(at / SLOT_MS) * SLOT_MS;
    row.slot = slot;
    const known = this.#slots.get(slot);
    if (known) {
      known.rows.add(row);
      return;
    }
    const timer = this.#parts.clock.at(slot, () => this.#onSlot(slot));
    this.#slots.set(slot, { timer, rows: new Set([row]) });
  }

  #unplan(row: Row): void {
    if (row.slot === null) return;
    const known = this.#slots.get(row.slot);
    if (known?.rows.delete(row) && known.rows.size === 0) {
      known.timer.cancel();
      this.#slots.delete(row.slot);
    }
    row.slot = null;
  }

  #onSlot(slot: Millis): void {
    const rows = this.#slots.get(slot)?.rows ?? [];
    this.#slots.delete(slot);
    for (const row of rows) {
      // What one of them found may have stopped or moved another.
      if (row.slot === slot) this.#run(row, slot, false);
    }
  }

  #run(row: Row, plannedAt: Millis, isToldLater: boolean): void {
    if (row.running) return;
    this.#unplan(row);
    row.plannedAt = plannedAt;
    const { clock, host } = this.#parts;
    if (this.#isHungFor(row)) return;
    row.startedAt = clock.now();
    if (row.stuck >= STUCK_MAX) {
      const reason = `${row.stuck} earlier probes still hang`;
      const end = { outcome: "unknown", reason, durationMs: 0, isTimeout: false } as const;
      this.#onEnd(row, end, row.startedAt);
      return;
    }
    const { probe, name, timeoutMs } = row.probed;
    const run = new ProbeRun(host, name, timeoutMs);
    const result = run.begin(probe);
    if (result instanceof Promise) this.#await(row, run, result);
    else if (isToldLater) this.#await(row, run, Promise.resolve(result));
    else {
      const now = clock.now();
      this.#onEnd(row, endOf(result, now - row.startedAt), now);
    }
  }

  #await(row: Row, run: ProbeRun, result: Promise<ProbeResult>): void {
    const hung: Hung = { probe: row.probed.probe, beganAt: row.startedAt, reason: null };
    row.hung = hung;
    row.stuck += 1;
    const running = awaitProbe(run, result, row.startedAt, this.#parts.clock, {
      onSettled: () => {
        row.stuck -= 1;
        if (row.hung !== hung) return;
        row.hung = null;
        // What was abandoned has ended after all: whether all is well now is asked at once.
        const isLate = row.probed.isOneAtATime && row.running === null && row.isProbing;
        if (isLate) this.#plan(row, this.#parts.clock.now());
      },
      onEnd: (end) => {
        row.running = null;
        if (end.isTimeout) hung.reason = end.reason;
        this.#onEnd(row, end, this.#parts.clock.now());
      },
    });
    row.running = running;
  }

  /** True when no probe may begin because an earlier one hangs; the stuck one is told of then. */
  #isHungFor(row: Row): boolean {
    const { hung, probed } = row;
    if (!probed.isOneAtATime || hung === null || hung.probe !== probed.probe) return false;
    const now = this.#parts.clock.now();
    const durationMs = now - hung.beganAt;
    // One that was discarded may still be in time; one that timed out may be about to be ended.
    const isStuck = durationMs >= probed.timeoutMs + Math.min(probed.intervalMs, probed.timeoutMs);
    if (!isStuck) {
      if (row.isProbing) this.#planNext(row, now);
      return true;
    }
    row.startedAt = now;
    const since = `the probe still hangs after ${Math.round(durationMs / 1000)} s`;
    const reason = hung.reason === null ? since : `${hung.reason}; ${since}`;
    const end = { outcome: "failed", reason, durationMs, isTimeout: true, isStuck: true } as const;
    this.#onEnd(row, end, now);
    return true;
  }

  #onEnd(row: Row, end: ScheduledEnd, now: Millis): void {
    row.last = end;
    row.endedAt = now;
    row.isQuick = end.durationMs < QUICK_MS;
    if (row.isProbing) this.#planNext(row, now);
    this.#parts.onFinished(row.probed.name, end);
  }

  #planNext(row: Row, now: Millis): void {
    const { intervalMs, isOneAtATime } = row.probed;
    const everyMs = row.isEager ? Math.min(intervalMs, EAGER_MS) : intervalMs;
    if (isOneAtATime && row.hung !== null) {
      // Before a probe that was abandoned is called stuck it is given an interval to end.
      this.#plan(row, now + everyMs);
      return;
    }
    const at = Math.max(now, row.plannedAt + everyMs);
    const gridMs = row.isQuick || this.#rows.size <= FEW ? gridOf(everyMs) : SLOT_MS;
    // So the first interval is a little shorter, and all others are exact.
    const shared = Math.floor(at / gridMs) * gridMs;
    this.#plan(row, shared < now ? at : shared);
  }

  #drop(row: Row): void {
    row.isProbing = false;
    this.#unplan(row);
    row.running?.discard();
    row.running = null;
  }
}

interface Slot {
  readonly timer: Timer;
  readonly rows: Set<Row>;
}
