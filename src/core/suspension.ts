import type { Millis } from "../base/duration.ts";
import { DAY, HOUR } from "../base/duration.ts";
import type { Draft } from "./draft.ts";
import { groupOf, type Model, type Monitor, type SuspendScope } from "./model.ts";
import type { State } from "./state.ts";

/** Recovery.md 5: how long a suspension lasts when nobody says, and at most. */
export const SUSPENSION_DEFAULT: Millis = 2 * HOUR;
export const SUSPENSION_MAX: Millis = 7 * DAY;

/** What can be suspended so that this monitor is: itself, its group, everything. */
export function scopesOf(model: Model, monitor: Monitor): SuspendScope[] {
  const group = groupOf(model, monitor);
  return [`monitor:${monitor.name}`, ...(group === null ? [] : [`group:${group}` as const]), "all"];
}

/** Whether probing and acting is suspended for this monitor, by name, group or for all. */
export function isSuspended(state: State, model: Model, monitor: Monitor): boolean {
  if (state.suspensions.size === 0 && state.windows.size === 0) return false;
  return scopesOf(model, monitor).some((scope) => isScopeSuspended(state, scope));
}

/** Whether acting on a group is suspended as a whole. */
export function isGroupSuspended(state: State, group: string): boolean {
  return isScopeSuspended(state, "all") || isScopeSuspended(state, `group:${group}`);
}

/** By a person, or by a planned window that is open; neither knows of the other. */
function isScopeSuspended(state: State, scope: SuspendScope): boolean {
  return state.suspensions.has(scope) || openWindows(state, scope).length > 0;
}

/** The open windows that suspend exactly this. */
export function openWindows(state: State, scope: SuspendScope): string[] {
  const names = [...state.windows.keys()];
  return names.filter((name) => state.windows.get(name)?.scopes.includes(scope));
}

/** An open window that suspends this, or more than this; null when there is none. */
export function windowOver(state: State, model: Model, scope: SuspendScope): string | null {
  const monitor = scope.startsWith("monitor:")
    ? model.monitors.get(scope.slice("monitor:".length))
    : undefined;
  const scopes = monitor ? scopesOf(model, monitor) : [scope, "all" as const];
  return scopes.flatMap((one) => openWindows(state, one))[0] ?? null;
}

/** `forMs` null = until a person says so; otherwise between nothing and seven days. */
export function suspend(d: Draft, scope: SuspendScope, forMs: Millis | null, by: string): void {
  const lasts = forMs === null ? null : Math.min(forMs, SUSPENSION_MAX);
  const uptime = serverUptime(d);
  const suspensions = new Map(d.state.suspensions);
  suspensions.set(scope, {
    by,
    since: d.at,
    sinceWall: d.wall,
    untilUptime: lasts === null ? null : uptime + lasts,
    untilWall: lasts === null ? null : d.wall + lasts,
    remindAt: d.at + DAY,
  });
  d.patch({ suspensions });
  d.mustSync = true;
  d.tell("suspended", { scope, by, lasts });
}

export function resume(d: Draft, scope: string, by: string): void {
  if (!d.state.suspensions.has(scope)) return;
  const suspensions = new Map(d.state.suspensions);
  suspensions.delete(scope);
  d.patch({ suspensions });
  d.mustSync = true;
  d.tell("resumed", { scope, by });
}

/** Scopes whose end has come by uptime or by calendar, whichever is earlier. */
export function endedSuspensions(d: Draft): string[] {
  const uptime = serverUptime(d);
  const ended = [];
  for (const [scope, one] of d.state.suspensions) {
    const isOver =
      (one.untilUptime !== null && uptime >= one.untilUptime) ||
      (one.untilWall !== null && d.wall >= one.untilWall);
    if (isOver) ended.push(scope);
  }
  return ended;
}

/** A suspension until somebody says so is reminded of daily (recovery.md 5). */
export function remindOfSuspensions(d: Draft): void {
  for (const [scope, one] of d.state.suspensions) {
    if (one.untilUptime !== null || d.at < one.remindAt) continue;
    const suspensions = new Map(d.state.suspensions);
    suspensions.set(scope, { ...one, remindAt: d.at + DAY });
    d.patch({ suspensions });
    d.tell("suspension-reminder", { scope, since: d.at - one.since });
  }
}

/** Accumulated uptime of the server over all boots: it goes on where the last boot ended. */
export function serverUptime(d: Draft): Millis {
  return d.state.record.uptimeBefore + d.at;
}
