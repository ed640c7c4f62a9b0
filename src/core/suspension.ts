import type { Millis } from "../base/duration.ts";
import { DAY, HOUR } from "../base/duration.ts";
import type { Draft } from "./draft.ts";
import type { SuspendScope } from "./input.ts";
import { groupOf, type Model, type Monitor } from "./model.ts";
import type { State } from "./state.ts";

/** Recovery.md 5: how long a suspension lasts when nobody says, and at most. */
export const SUSPENSION_DEFAULT: Millis = 2 * HOUR;
export const SUSPENSION_MAX: Millis = 7 * DAY;

/** Whether probing and acting is suspended for this monitor, by name, group or for all. */
export function isSuspended(state: State, model: Model, monitor: Monitor): boolean {
  if (state.suspensions.size === 0) return false;
  if (state.suspensions.has("all") || state.suspensions.has(`monitor:${monitor.name}`)) return true;
  const group = groupOf(model, monitor);
  return group !== null && state.suspensions.has(`group:${group}`);
}

/** Whether acting on a group is suspended as a whole. */
export function isGroupSuspended(state: State, group: string): boolean {
  return state.suspensions.has("all") || state.suspensions.has(`group:${group}`);
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
