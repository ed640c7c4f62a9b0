import type { Millis } from "../base/duration.ts";
import type { State } from "./state.ts";

/**
 * Moves every running deadline by the time the process did not run (recovery.md, "Gap"). Ends of
 * suspensions stay: a person gave them by the calendar.
 */
export function shiftTimes(state: State, lostMs: Millis): Partial<State> {
  const later = (at: Millis | null) => (at === null ? null : at + lostMs);
  let { monitors, resources, groups } = state;
  for (const [name, one] of monitors.entries()) {
    if (one.dueSince === null && one.recoveredAt === null && one.awaiting === null) continue;
    const awaiting = one.awaiting && { ...one.awaiting, until: one.awaiting.until + lostMs };
    monitors = monitors.with(name, {
      ...one,
      dueSince: later(one.dueSince),
      recoveredAt: later(one.recoveredAt),
      awaiting,
    });
  }
  for (const [id, one] of resources.entries()) {
    if (one.phase.is !== "starting" && one.phase.is !== "stopping") continue;
    const phase =
      one.phase.is === "starting" ? { ...one.phase, until: one.phase.until + lostMs } : one.phase;
    resources = resources.with(id, { ...one, phase, since: one.since + lostMs });
  }
  for (const [name, one] of groups.entries()) {
    if (one.waitsUntil !== null)
      groups = groups.with(name, { ...one, waitsUntil: one.waitsUntil + lostMs });
  }
  const incidents = state.incidents.map((one) => ({ ...one, openedAt: one.openedAt + lostMs }));
  const order = state.order && { ...state.order, deadlineAt: state.order.deadlineAt + lostMs };
  return { monitors, resources, groups, incidents, order };
}
