import type { Millis } from "../base/duration.ts";
import { MINUTE } from "../base/duration.ts";
import { Draft } from "./draft.ts";
import { GUARD_PATIENCE } from "./guarding.ts";
import type { Model } from "./model.ts";
import { slowedUntil } from "./reboot-limit.ts";
import { nextStepAt, PACKAGE_GRACE, PACKAGE_HOLD_MAX } from "./ladder.ts";
import type { State } from "./state.ts";
import { serverUptime } from "./suspension.ts";

/** Uptime is saved, and reminders are looked at, at least so often. */
export const UPTIME_SAVE_INTERVAL: Millis = 10 * MINUTE;

/** When the state next asks for a `tick`, in `CLOCK_MONOTONIC`. Always some time: uptime is saved. */
export function nextDeadline(model: Model, state: State): Millis {
  const d = new Draft(model, state, state);
  let earliest = state.uptimeSavedAt + UPTIME_SAVE_INTERVAL;
  const consider = (at: Millis | null) => {
    // A deadline that has passed without effect waits for something else, not for time.
    if (at !== null && at > state.at && at < earliest) earliest = at;
  };
  for (const incident of state.incidents) considerIncident(d, incident.id, consider);
  for (const plan of state.plans) {
    for (const name of plan.groups) consider(state.groups.get(name).waitsUntil);
    for (const id of plan.toStart) {
      const { phase } = state.resources.get(id);
      if (phase.is === "starting" && phase.isLaunched) consider(phase.until);
    }
  }
  for (const resource of state.resources.rows()) consider(resource.outsideRemindAt);
  for (const monitor of state.monitors.rows()) consider(monitor.awaiting?.until ?? null);
  for (const one of state.suspensions.values()) {
    if (one.untilUptime !== null) consider(state.at + one.untilUptime - serverUptime(d));
    if (one.untilWall !== null) consider(state.at + one.untilWall - state.wall);
    consider(one.remindAt);
  }
  for (const { untilUptime, untilWall } of state.windows.values()) {
    consider(state.at + untilUptime - serverUptime(d));
    consider(state.at + untilWall - state.wall);
  }
  const goneSince = state.guard?.goneSince ?? null;
  if (goneSince !== null) consider(goneSince + GUARD_PATIENCE);
  const work = state.packageWork;
  if (work !== null) {
    consider(work.since + PACKAGE_HOLD_MAX);
    if (work.endedAt !== null) consider(work.endedAt + PACKAGE_GRACE);
  }
  return earliest;
}

function considerIncident(d: Draft, id: string, consider: (at: Millis | null) => void): void {
  const incident = d.incident(id);
  if (!incident) return;
  consider(incident.remindAt);
  consider(incident.blockedRemindAt);
  consider(nextStepAt(d, incident));
  consider(incident.openedAt + d.model.reboots.escalateAfterMs);
  consider(d.model.reboots.leastUptimeMs);
  // An urgent action beyond the limit waits for this uptime.
  consider(slowedUntil(d.state.record.counted.length - d.model.reboots.limit));
  for (const member of incident.members) {
    const monitor = d.model.monitors.get(member);
    if (monitor) {
      const { recoveredAt } = d.monitor(member);
      consider(recoveredAt === null ? null : recoveredAt + monitor.failureTimeoutMs);
    } else if (d.state.resources.has(member)) {
      consider(d.state.resources.get(member).since + 10 * MINUTE);
    }
  }
}
