import type { Draft } from "./draft.ts";
import { isWanted } from "./group-order.ts";
import { openOrJoin } from "./incident.ts";
import { unwell } from "./judge.ts";
import type { ResourceId } from "./model.ts";
import { isGroupSuspended, isSuspended } from "./suspension.ts";

/**
 * The tree of a resource ended: its life monitors have failed, at once (recovery.md 1). Also while a
 * plan for other resources of its group runs; not when that plan stops it anyway.
 */
export function lifeEnded(d: Draft, id: ResourceId, how: string): void {
  if (d.isGoingDown || !isWanted(d.model, d.state, id)) return;
  if (d.state.plans.some((plan) => plan.toStop.includes(id))) return;
  const { group } = d.modelResource(id);
  const monitors = d.model.lifeMonitors.get(id) ?? [];
  // Nobody watches its life, so nothing is done; but it is not forgotten either.
  if (monitors.length === 0 && !isGroupSuspended(d.state, group)) openOrJoin(d, group, id, how);
  for (const name of monitors) {
    const monitor = d.modelMonitor(name);
    if (isSuspended(d.state, d.model, monitor)) continue;
    unwell(d, monitor, { reason: how });
  }
}

/** After a plan: what failed in it, is wanted and is nobody's business yet becomes its monitors'. */
export function noteDead(d: Draft, groups: readonly string[]): void {
  for (const id of groups.flatMap((name) => d.modelGroup(name).resources)) {
    const { phase } = d.resource(id);
    if (phase.is === "failed") lifeEnded(d, id, phase.reason);
  }
}

/**
 * systemd restarted the unit by itself: suspect, and failed when it does so more often than the
 * reactivation threshold within the failure timeout (recovery.md 1).
 */
export function restartedOutside(d: Draft, id: ResourceId, count: number): void {
  if (d.state.resources.find(id)?.phase.is !== "active") return;
  d.tell("resource-restarted-outside", { resource: id, count });
  for (const name of d.model.lifeMonitors.get(id) ?? []) {
    const monitor = d.modelMonitor(name);
    if (isSuspended(d.state, d.model, monitor)) continue;
    const allowed = monitor.recovery.reactivationThreshold;
    const { outsideRestarts } = d.monitor(name);
    const recent = [
      ...outsideRestarts.filter((at) => d.at - at < monitor.failureTimeoutMs),
      d.at,
    ].slice(-(allowed + 1));
    d.patchMonitor(name, { outsideRestarts: recent });
    const reason = `the unit was restarted ${recent.length} times by its own supervisor`;
    if (recent.length > allowed) unwell(d, monitor, { reason });
    else if (d.monitor(name).status.is !== "failed") {
      d.patchMonitor(name, {
        status: { is: "suspect", failures: recent.length },
        since: d.at,
        reason,
      });
      d.tell("monitor-suspect", {
        monitor: name,
        failures: recent.length,
        allowed: allowed + 1,
        reason,
      });
    }
  }
}
