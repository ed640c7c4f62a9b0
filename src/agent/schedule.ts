import type { Millis } from "../base/duration.ts";
import { fnv1a } from "../base/fnv.ts";
import type { Soon } from "../base/soon.ts";
import type { Probe, ProbeResult } from "../monitors/define.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { Host } from "../ports/host.ts";
import { awaitProbe, endOf, type ProbeEnd, ProbeRun, type RunningProbe } from "./run-probe.ts";

/** What the schedule needs to know of a monitor. */
export interface Probed {
  readonly name: string;
  readonly intervalMs: Millis;
  readonly timeoutMs: Millis;
  readonly probe: Probe;
  /** While one of its probes hangs none is begun: that it hangs is the failure (recovery.md 1). */
  readonly isOneAtATime?: boolean;
}

/** How a probe ended, or that it does not. */
export interface ScheduledEnd extends ProbeEnd {
  /** It timed out an interval ago and still hangs; no other was begun. */
  readonly isStuck?: boolean;
}

export interface LastProbe extends ScheduledEnd {
  readonly at: Millis;
}

export interface ScheduleParts {
  readonly clock: Clock;
  readonly host: Host;
  readonly onFinished: (monitor: string, end: ScheduledEnd) => void;
}

interface Row {
  probed: Probed;
  isProbing: boolean;
  isEager: boolean;
  startedAt: Millis;
  slot: Millis | null;
  running: RunningProbe | null;
  /** Probes that were abandoned and have not settled. */
  stuck: number;
  /** The last probe that was begun, until it settles. */
  hung: Hung | null;
  last: LastProbe | null;
}

interface Hung {
  readonly probe: Probe;
  beganAt: Millis;
  /** What was said at its timeout; null before it. */
  reason: string | null;
}

/** Until it is ready a monitor is probed this often, if its interval is not shorter. */
const EAGER_MS: Millis = 1000;
/** Probes begin on this grid, so that many share one timer. */
const SLOT_MS: Millis = 50;
/** First probes of many monitors are spread so far apart from each other. */
const SPREAD_MS: Millis = 5;
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
      this.#planNext(row);
      return;
    }
    const { name, intervalMs } = row.probed;
    const spreadMs = isEager || wasProbing ? 0 : fnv1a(name) % (this.#rows.size * SPREAD_MS);
    this.#plan(row, this.#parts.clock.now() + delayMs + Math.min(spreadMs, intervalMs));
  }

  stop(monitor: string): void {
    const row = this.#rows.get(monitor);
    if (row) this.#drop(row);
  }

  /** One probe now, also of a monitor that is not being probed; joins one that runs. */
  probeNow(monitor: string): void {
    const row = this.#rows.get(monitor);
    // Whoever asks is in the middle of something: the answer comes when that is done.
    if (row) this.#run(row, (result) => Promise.resolve(result));
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
    return this.#rows.get(monitor)?.last ?? null;
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
      known.names.add(row.probed.name);
      return;
    }
    const { clock } = this.#parts;
    const timer = clock.timer(Math.max(0, slot - clock.now()), () => this.#onSlot(slot));
    this.#slots.set(slot, { timer, names: new Set([row.probed.name]) });
  }

  #unplan(row: Row): void {
    if (row.slot === null) return;
    const known = this.#slots.get(row.slot);
    if (known?.names.delete(row.probed.name) && known.names.size === 0) {
      known.timer.cancel();
      this.#slots.delete(row.slot);
    }
    row.slot = null;
  }

  #onSlot(slot: Millis): void {
    const names = this.#slots.get(slot)?.names ?? [];
    this.#slots.delete(slot);
    for (const name of names) {
      const row = this.#rows.get(name);
      // What one of them found may have stopped or moved another.
      if (row?.slot === slot) this.#run(row, (result) => result);
    }
  }

  #run(row: Row, pass: (result: Soon<ProbeResult>) => Soon<ProbeResult>): void {
    if (row.running) return;
    this.#unplan(row);
    const { clock, host } = this.#parts;
    if (this.#isHungFor(row)) return;
    row.startedAt = clock.now();
    if (row.stuck >= STUCK_MAX) {
      const reason = `${row.stuck} earlier probes still hang`;
      this.#onEnd(row, { outcome: "unknown", reason, durationMs: 0, isTimeout: false });
      return;
    }
    const { probe, name, timeoutMs } = row.probed;
    const run = new ProbeRun(host, name, timeoutMs);
    const result = pass(run.begin(probe));
    if (result instanceof Promise) this.#await(row, run, result);
    else this.#onEnd(row, endOf(result, clock.now() - row.startedAt));
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
        this.#onEnd(row, end);
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
      if (row.isProbing) this.#planNext(row);
      return true;
    }
    row.startedAt = now;
    const since = `the probe still hangs after ${Math.round(durationMs / 1000)} s`;
    const reason = hung.reason === null ? since : `${hung.reason}; ${since}`;
    this.#onEnd(row, { outcome: "failed", reason, durationMs, isTimeout: true, isStuck: true });
    return true;
  }

  #onEnd(row: Row, end: ScheduledEnd): void {
    row.last = { ...end, at: this.#parts.clock.now() };
    if (row.isProbing) this.#planNext(row);
    this.#parts.onFinished(row.probed.name, end);
  }

  #planNext(row: Row): void {
    const { intervalMs, isOneAtATime } = row.probed;
    const everyMs = row.isEager ? Math.min(intervalMs, EAGER_MS) : intervalMs;
    const now = this.#parts.clock.now();
    // Before a probe that was abandoned is called stuck it is given an interval to end.
    const from = isOneAtATime && row.hung !== null ? now : row.startedAt;
    this.#plan(row, Math.max(now, from + everyMs));
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
  readonly names: Set<string>;
}

function newRow(probed: Probed): Row {
  return {
    probed,
    isProbing: false,
    isEager: false,
    startedAt: 0,
    slot: null,
    running: null,
    stuck: 0,
    hung: null,
    last: null,
  };
}
