import type { Draft } from "./draft.ts";
import { judgeAnew } from "./incident.ts";
import type { Input } from "./input.ts";
import { lifeEnded } from "./life.ts";
import type { ResourceId } from "./model.ts";
import { stopAwaitingSilenced } from "./operation-end.ts";
import { wind } from "./plan.ts";
import { isLeftDown, planActivate } from "./plans.ts";
import { syncProbing } from "./probing.ts";
import type { State } from "./state.ts";
import {
  endedSuspensions,
  isGroupSuspended,
  isSuspended,
  resume,
  SUSPENSION_MAX,
  serverUptime,
} from "./suspension.ts";

/** After a suspension began: what runs ends, nothing new begins, nobody is probed. */
export function silence(d: Draft, because: string): void {
  for (const plan of d.state.plans) {
    const isOurs =
      plan.step !== null && plan.groups.some((name) => isGroupSuspended(d.state, name));
    if (isOurs) wind(d, plan, because);
  }
  for (const [name, { awaiting }] of d.state.monitors.entries()) {
    if (awaiting !== null) d.patchMonitor(name, { awaiting: null });
  }
  stopAwaitingSilenced(d);
  syncProbing(d, d.model.monitors.keys());
}

/** Ends a person's suspension; what a window or another scope suspends stays so. */
export function resumeScope(d: Draft, scope: string, by: string): void {
  const before = d.state;
  resume(d, scope, by);
  wake(d, before, "the suspension ended");
}

/**
 * Judging of what is not suspended any more begins anew after one start delay; what died meanwhile
 * is noticed now, and what a cut-short step left inactive is started again.
 */
function wake(d: Draft, before: State, because: string): void {
  const isAwake = (name: string) => {
    const monitor = d.modelMonitor(name);
    return isSuspended(before, d.model, monitor) && !isSuspended(d.state, d.model, monitor);
  };
  const awake = new Set([...d.model.monitors.keys()].filter(isAwake));
  judgeAnew(d, awake);
  syncProbing(d, d.model.monitors.keys());
  for (const [id, { phase }] of d.state.resources.entries()) {
    if (phase.is !== "failed") continue;
    const { group } = d.modelResource(id as ResourceId);
    const isFreed = isGroupSuspended(before, group) && !isGroupSuspended(d.state, group);
    const isWatched = d.model.lifeMonitors.get(id)?.some((name) => awake.has(name)) ?? false;
    if (isFreed || isWatched) lifeEnded(d, id as ResourceId, phase.reason);
  }
  if (d.model.mode === "observe" || d.isGoingDown) return;
  const isLeft = (name: string) => !isGroupSuspended(d.state, name) && isLeftDown(d, name);
  planActivate(d, [...d.model.groups.keys()].filter(isLeft), because);
}

/** Takes what the calendar says of a planned window; the same word twice changes nothing. */
export function takeWindow(d: Draft, input: Extract<Input, { readonly type: "window" }>): void {
  const { window: name, untilWall } = input;
  const open = d.state.windows.get(name);
  const planned = d.model.windows.get(name);
  if (!input.isOpen || planned === undefined || untilWall <= d.wall) {
    if (open) closeWindow(d, name, "end");
    return;
  }
  if (open?.untilWall === untilWall) return;
  // A window is a suspension by calendar, and lasts no longer than one of a person's.
  const lasts = Math.min(untilWall - d.wall, SUSPENSION_MAX);
  const windows = new Map(d.state.windows);
  windows.set(name, {
    scopes: planned.scopes,
    sinceWall: open?.sinceWall ?? d.wall,
    untilWall,
    untilUptime: serverUptime(d) + lasts,
  });
  d.patch({ windows });
  d.mustSync = true;
  if (open) return;
  d.tell("window-opened", { window: name, scopes: planned.scopes.join(", "), lasts });
  silence(d, "a planned window began");
}

/** Closing is like a resume; what a person suspended too stays suspended. */
function closeWindow(d: Draft, name: string, because: "end" | "configuration"): void {
  const before = d.state;
  const windows = new Map(before.windows);
  windows.delete(name);
  d.patch({ windows });
  d.mustSync = true;
  d.tell("window-closed", { window: name, because });
  wake(d, before, "a planned window is over");
}

/** A configuration is in force: open windows that it does not have close, others suspend what it says. */
export function fitWindows(d: Draft): void {
  for (const [name, open] of d.state.windows) {
    const planned = d.model.windows.get(name);
    if (planned === undefined) closeWindow(d, name, "configuration");
    else if (planned.scopes.join() !== open.scopes.join()) {
      const before = d.state;
      const windows = new Map(before.windows);
      windows.set(name, { ...open, scopes: planned.scopes });
      d.patch({ windows });
      silence(d, "a planned window is open");
      wake(d, before, "a planned window was changed");
    }
  }
}

/** Suspensions and windows whose end has come, by uptime or by calendar, whichever is earlier. */
export function endPauses(d: Draft): void {
  for (const scope of endedSuspensions(d)) resumeScope(d, scope, "its end time");
  const uptime = serverUptime(d);
  for (const [name, { untilUptime, untilWall }] of d.state.windows) {
    if (uptime >= untilUptime || d.wall >= untilWall) closeWindow(d, name, "end");
  }
}
