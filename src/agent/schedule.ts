import type { Millis } from "../base/duration.ts";
import type { Probe } from "../monitors/define.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { Host } from "../ports/host.ts";
import { type ProbeEnd, type RunningProbe, runProbe } from "./run-probe.ts";

/** What the schedule needs to know of a monitor. */
export interface Probed {
  readonly name: string;
  readonly intervalMs: Millis;
  readonly timeoutMs: Millis;
  readonly probe: Probe;
}

export interface LastProbe extends ProbeEnd {
  readonly at: Millis;
}

export interface ScheduleParts {
  readonly clock: Clock;
  readonly host: Host;
  readonly onFinished: (monitor: string, end: ProbeEnd) => void;
}

export interface Schedule {
  /** Replaces what can be probed; monitors that are gone are not probed any more. */
  configure(monitors: Iterable<Probed>): void;
  start(monitor: string, delayMs: Millis, isEager: boolean): void;
  stop(monitor: string): void;
  /** One probe now, also of a monitor that is not being probed; joins one that runs. */
  probeNow(monitor: string): void;
  /** After a gap: what is planned moves by it; what runs is discarded and judged after one interval. */
  onGap(lostMs: Millis): void;
  last(monitor: string): LastProbe | null;
  /** How long until the next probe; null when none is planned. */
  nextInMs(monitor: string): Millis | null;
  stopAll(): void;
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
  last: LastProbe | null;
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
export function createSchedule(parts: ScheduleParts): Schedule {
  const { clock } = parts;
  const rows = new Map<string, Row>();
  const slots = new Map<Millis, { readonly timer: Timer; readonly names: Set<string> }>();

  function plan(row: Row, at: Millis): void {
    unplan(row);
    const slot = Math.ceil(at / SLOT_MS) * SLOT_MS;
    row.slot = slot;
    const known = slots.get(slot);
    if (known) {
      known.names.add(row.probed.name);
      return;
    }
    const timer = clock.timer(Math.max(0, slot - clock.now()), () => onSlot(slot));
    slots.set(slot, { timer, names: new Set([row.probed.name]) });
  }

  function unplan(row: Row): void {
    if (row.slot === null) return;
    const known = slots.get(row.slot);
    row.slot = null;
    if (!known?.names.delete(row.probed.name) || known.names.size > 0) return;
    known.timer.cancel();
    for (const [slot, entry] of slots) if (entry === known) slots.delete(slot);
  }

  function onSlot(slot: Millis): void {
    const names = slots.get(slot)?.names ?? [];
    slots.delete(slot);
    for (const name of names) {
      const row = rows.get(name);
      if (!row) continue;
      row.slot = null;
      run(row);
    }
  }

  function run(row: Row): void {
    if (row.running) return;
    unplan(row);
    const { probe, name, timeoutMs } = row.probed;
    row.startedAt = clock.now();
    if (row.stuck >= STUCK_MAX) {
      const reason = `${row.stuck} earlier probes still hang`;
      onEnd(row, { outcome: "unknown", reason, durationMs: 0, isTimeout: false });
      return;
    }
    row.stuck += 1;
    const running = runProbe(probe, name, timeoutMs, parts.host, clock, () => {
      row.stuck -= 1;
    });
    row.running = running;
    // A probe never rejects.
    void running.end.then((end) => {
      if (row.running !== running) return;
      row.running = null;
      onEnd(row, end);
    });
  }

  function onEnd(row: Row, end: ProbeEnd): void {
    row.last = { ...end, at: clock.now() };
    if (row.isProbing) planNext(row);
    parts.onFinished(row.probed.name, end);
  }

  function planNext(row: Row): void {
    const { intervalMs } = row.probed;
    const everyMs = row.isEager ? Math.min(intervalMs, EAGER_MS) : intervalMs;
    plan(row, Math.max(clock.now(), row.startedAt + everyMs));
  }

  function drop(row: Row): void {
    row.isProbing = false;
    unplan(row);
    row.running?.discard();
    row.running = null;
  }

  function start(row: Row, delayMs: Millis, isEager: boolean): void {
    const wasProbing = row.isProbing;
    row.isProbing = true;
    row.isEager = isEager;
    if (row.running) return;
    if (wasProbing && delayMs === 0) {
      planNext(row);
      return;
    }
    const spreadMs = isEager || wasProbing ? 0 : hash(row.probed.name) % (rows.size * SPREAD_MS);
    plan(row, clock.now() + delayMs + Math.min(spreadMs, row.probed.intervalMs));
  }

  return {
    configure(monitors) {
      const names = new Set<string>();
      for (const probed of monitors) {
        names.add(probed.name);
        const row = rows.get(probed.name);
        if (row) row.probed = probed;
        else rows.set(probed.name, newRow(probed));
      }
      for (const [name, row] of rows) {
        if (names.has(name)) continue;
        drop(row);
        rows.delete(name);
      }
    },
    start: (monitor, delayMs, isEager) => {
      const row = rows.get(monitor);
      if (row) start(row, delayMs, isEager);
    },
    stop: (monitor) => {
      const row = rows.get(monitor);
      if (row) drop(row);
    },
    probeNow: (monitor) => {
      const row = rows.get(monitor);
      if (row) run(row);
    },
    onGap(lostMs) {
      for (const row of rows.values()) {
        if (row.slot !== null) plan(row, row.slot + lostMs);
        if (row.running === null) continue;
        row.running.discard();
        row.running = null;
        if (row.isProbing) plan(row, clock.now() + row.probed.intervalMs);
      }
    },
    last: (monitor) => rows.get(monitor)?.last ?? null,
    nextInMs: (monitor) => {
      const slot = rows.get(monitor)?.slot ?? null;
      return slot === null ? null : Math.max(0, slot - clock.now());
    },
    stopAll() {
      for (const row of rows.values()) drop(row);
    },
  };
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
    last: null,
  };
}

/** The same name always falls on the same place: runs can be compared. */
function hash(name: string): number {
  let value = 2166136261;
  for (let at = 0; at < name.length; at += 1) {
    value = Math.imul(value ^ name.charCodeAt(at), 16777619) >>> 0;
  }
  return value;
}
