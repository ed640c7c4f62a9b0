import type { Draft } from "./draft.ts";
import { openOrJoin } from "./incident.ts";
import { groupOf, type Monitor } from "./model.ts";

/** The next step may be taken from now on. */
export function makeDue(d: Draft, monitor: Monitor): void {
  const { name } = monitor;
  openOrJoin(d, groupOf(d.model, monitor), name, d.monitor(name).reason);
  d.patchMonitor(name, { dueSince: d.at, awaiting: null });
}

export function isAtStart(d: Draft, monitor: Monitor): boolean {
  const { ladder } = d.monitor(monitor.name);
  return ladder.scripts + ladder.reactivations + ladder.groupRestarts === 0;
}

/** Before step 1 every required monitor is probed; true while the decision waits or is folded. */
export function askRequired(d: Draft, monitor: Monitor): boolean {
  const known = monitor.requires.filter((name) => d.model.monitors.has(name));
  const cause = known.find((name) => d.monitor(name).status.is === "failed" && isTrouble(d, name));
  if (cause !== undefined) {
    fold(d, monitor, cause);
    return true;
  }
  const asked = known.filter((name) => d.monitor(name).isProbing);
  if (asked.length === 0) return false;
  const until = d.at + Math.max(...asked.map((name) => d.modelMonitor(name).timeoutMs));
  d.patchMonitor(monitor.name, { awaiting: { monitors: asked, until } });
  for (const name of asked) d.act({ type: "probeNow", monitor: name });
  return true;
}

/** A probe of this monitor ended: those that waited for it decide. */
export function answerWaiting(d: Draft, name: string): void {
  for (const waiting of d.model.requiredBy.get(name) ?? []) {
    const { awaiting } = d.monitor(waiting);
    if (awaiting === null || !awaiting.monitors.includes(name)) continue;
    const monitor = d.modelMonitor(waiting);
    if (isTrouble(d, name)) {
      fold(d, monitor, name);
      continue;
    }
    const monitors = awaiting.monitors.filter((one) => one !== name);
    if (monitors.length === 0) makeDue(d, monitor);
    else d.patchMonitor(waiting, { awaiting: { ...awaiting, monitors } });
  }
}

/** Required monitors that did not answer in time fold nothing. */
export function endWaiting(d: Draft): void {
  for (const [name, { awaiting }] of d.state.monitors.entries()) {
    if (awaiting !== null && d.at >= awaiting.until) makeDue(d, d.modelMonitor(name));
  }
}

function fold(d: Draft, monitor: Monitor, cause: string): void {
  d.patchMonitor(monitor.name, { awaiting: null, consequenceOf: cause });
  const incident = d.incidentOf(cause)?.id ?? null;
  d.tell("monitor-consequence", { monitor: monitor.name, of: cause }, incident);
}

export function isTrouble(d: Draft, name: string): boolean {
  const state = d.state.monitors.find(name);
  // One that is not probed any more says nothing about now.
  return (
    state?.isProbing === true && (state.status.is === "failed" || state.status.is === "suspect")
  );
}
