import { DAY, type Millis } from "../base/duration.ts";
import type { Draft } from "./draft.ts";
import type { StepKind } from "./event.ts";
import type { Proven, Stamp } from "./state.ts";
import { serverUptime } from "./suspension.ts";

/** What did not prove itself for so long is told (product.md R14), and again after each month. */
const PROOF_LASTS: Millis = 90 * DAY;
const REMIND_AFTER: Millis = 30 * DAY;
/** A server is up at least every so many days. */
const UPTIME_SHARE = 3;
/** So many names are told; the count says how many there are. */
const NAMES_MAX = 10;

/** A real failure was found, in an incident or a drill; not the dummy of a rehearsal. */
export function noteDetected(d: Draft, monitor: string): void {
  change(d, monitor, { detectedAt: stamp(d), toldAt: null });
}

/** A step was done for this monitor and reached its goal. In a rehearsal too: the step was real. */
export function noteStepDone(d: Draft, monitor: string, step: StepKind): void {
  if (!d.model.monitors.has(monitor)) return;
  const { steps } = d.monitor(monitor).proven;
  change(d, monitor, { steps: { ...steps, [step]: stamp(d) } });
}

/**
 * Tells, once and then monthly, which monitors have detected nothing for 90 days. One event for all:
 * those of one configuration become that old at the same moment.
 */
export function tellNotProven(d: Draft): void {
  const now = stamp(d);
  const old: string[] = [];
  for (const monitor of d.model.monitors.values()) {
    const { name } = monitor;
    const { since, detectedAt, toldAt } = d.monitor(name).proven;
    if (since === null) change(d, name, { since: now });
    if (since === null || !monitor.isEnabled) continue;
    const isOld =
      ageOf(now, detectedAt ?? since) >= PROOF_LASTS && ageOf(now, since) >= PROOF_LASTS;
    if (!isOld || (toldAt !== null && ageOf(now, toldAt) < REMIND_AFTER)) continue;
    change(d, name, { toldAt: now });
    old.push(name);
  }
  if (old.length === 0) return;
  const monitors = old.slice(0, NAMES_MAX).join(", ");
  d.tell("not-proven", { monitors, count: old.length, days: PROOF_LASTS / DAY });
}

/**
 * By the calendar, which counts a server that was off; but never less than the uptime, and not more
 * than three times as much: a clock that was set right from 1970 makes nothing 50 years old.
 */
function ageOf(now: Stamp, then: Stamp): Millis {
  const uptime = now.uptime - then.uptime;
  return Math.max(uptime, Math.min(now.wall - then.wall, UPTIME_SHARE * uptime));
}

function stamp(d: Draft): Stamp {
  return { wall: d.wall, uptime: serverUptime(d) };
}

function change(d: Draft, monitor: string, part: Partial<Proven>): void {
  d.patchMonitor(monitor, { proven: { ...d.monitor(monitor).proven, ...part } });
}
