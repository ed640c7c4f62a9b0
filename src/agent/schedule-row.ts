import { type Millis, SECOND } from "../base/duration.ts";
import type { Probe } from "../monitors/define.ts";
import type { ProbeEnd, RunningProbe } from "./run-probe.ts";

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

/** One monitor in the schedule. */
export interface Row {
  probed: Probed;
  isProbing: boolean;
  isEager: boolean;
  startedAt: Millis;
  /** When it was to be started: the next one is counted from there. */
  plannedAt: Millis;
  isQuick: boolean;
  slot: Millis | null;
  running: RunningProbe | null;
  /** Probes that were abandoned and have not settled. */
  stuck: number;
  /** The last probe that was begun, until it settles. */
  hung: Hung | null;
  /** How the last one ended, and when. */
  last: ScheduledEnd | null;
  endedAt: Millis;
}

/** A probe that was begun and has not settled. */
export interface Hung {
  readonly probe: Probe;
  beganAt: Millis;
  /** What was said at its timeout; null before it. */
  reason: string | null;
}

/** Probes begin on this grid, so that many share one timer. */
export const SLOT_MS: Millis = 50;
/**
 * Those that cost less than the wake-up for them begin together, on the widest of these grids that
 * their interval is a multiple of, or four times as long; it is used by everything else that is done
 * regularly.
 */
const QUICK_GRIDS_MS: readonly Millis[] = [5 * SECOND, SECOND, 250];
const QUICK_PARTS = 4;
/** It answered within so long. */
export const QUICK_MS: Millis = 1;

export function newRow(probed: Probed): Row {
  return {
    probed,
    isProbing: false,
    isEager: false,
    startedAt: 0,
    plannedAt: 0,
    isQuick: false,
    slot: null,
    running: null,
    stuck: 0,
    hung: null,
    last: null,
    endedAt: 0,
  };
}

/** The grid of a quick probe that is due so often. */
export function gridOf(everyMs: Millis): Millis {
  const fits = (gridMs: Millis): boolean =>
    gridMs * QUICK_PARTS <= everyMs || (everyMs > SECOND && everyMs % gridMs === 0);
  return QUICK_GRIDS_MS.find(fits) ?? SLOT_MS;
}
