import type { Draft } from "./draft.ts";
import { isGroupActive } from "./group-order.ts";
import { activePlace, type Monitor, type ResourceId } from "./model.ts";
import { isSuspended } from "./suspension.ts";

type Pace = "no" | "eager" | "normal";

/** Whether and how a monitor is to be probed now; `eager` while its resource waits to be ready. */
export function paceOf(d: Draft, monitor: Monitor): Pace {
  if (!monitor.isEnabled || d.state.shutdownSince !== null) return "no";
  if (isSuspended(d.state, d.model, monitor)) return "no";
  const place = activePlace(monitor);
  if (place === null) return "normal";
  if (place.startsWith("group:")) {
    return isGroupActive(d.model, d.state, place.slice("group:".length)) ? "normal" : "no";
  }
  const { phase } = d.resource(place as ResourceId);
  if (phase.is === "active") return "normal";
  // It should be active and its life is not watched: its other monitors notice that it is not.
  if (phase.is === "failed" && !d.model.lifeMonitors.has(place)) return "normal";
  return phase.is === "starting" && phase.isLaunched ? "eager" : "no";
}

/** Starts or stops the probing of these monitors, as the state now asks. */
export function syncProbing(d: Draft, names: Iterable<string>): void {
  for (const name of names) {
    const monitor = d.modelMonitor(name);
    const state = d.monitor(name);
    const pace = paceOf(d, monitor);
    if ((pace !== "no") === state.isProbing) continue;
    if (pace === "no") {
      d.act({ type: "stopProbing", monitor: name });
      // A failed member of an incident stays failed: only a probe can say that it is well again.
      const isKept = state.status.is === "failed";
      d.patchMonitor(name, {
        isProbing: false,
        ...(isKept
          ? {}
          : { status: { is: "waiting" }, since: d.at, recoveredAt: null, unknowns: 0 }),
      });
      continue;
    }
    // Whether it is ready is asked at once; the start delay comes before the first probe after that.
    startProbing(d, monitor, pace === "eager" ? 0 : monitor.startDelayMs, pace === "eager");
  }
}

/** After a resource became ready its monitors go on at their own interval. */
export function settleProbing(d: Draft, names: Iterable<string>): void {
  for (const name of names) {
    const monitor = d.modelMonitor(name);
    const delayMs = monitor.startDelayMs > 0 ? monitor.startDelayMs : monitor.intervalMs;
    if (d.monitor(name).isProbing) startProbing(d, monitor, delayMs, false);
  }
}

export function startProbing(d: Draft, monitor: Monitor, delayMs: number, isEager: boolean): void {
  d.act({ type: "startProbing", monitor: monitor.name, delayMs, isEager });
  d.patchMonitor(monitor.name, { isProbing: true });
}

/** The monitors whose probing depends on this resource or on its group being active. */
export function monitorsAround(d: Draft, id: ResourceId): string[] {
  const group = d.modelResource(id).group;
  return [
    ...(d.model.activeMonitors.get(id) ?? []),
    ...(d.model.activeMonitors.get(`group:${group}`) ?? []),
  ];
}
