import type { SuspensionStatus } from "../api/answers.ts";
import type { Suspension } from "../core/state.ts";
import type { View } from "./view.ts";

/** What is suspended now, by persons and by planned windows. */
export function pauses(view: View): SuspensionStatus[] {
  const { suspensions, windows } = view.state;
  const uptime = view.state.record.uptimeBefore + view.at;
  return [
    ...[...suspensions].map(([scope, one]) => ({
      scope,
      by: one.by,
      lastsMs: view.at - one.since,
      leftMs: suspensionLeft(view, one),
    })),
    ...[...windows].flatMap(([name, one]) =>
      one.scopes.map((scope) => ({
        scope,
        by: `the planned window ${name}`,
        lastsMs: Math.max(0, view.wall - one.sinceWall),
        leftMs: Math.max(0, Math.min(one.untilWall - view.wall, one.untilUptime - uptime)),
      })),
    ),
  ];
}

/** Until the earlier of its two ends; null = until a person says so. */
export function suspensionLeft(view: View, one: Suspension): number | null {
  const ends: number[] = [];
  const uptime = view.state.record.uptimeBefore + view.at;
  if (one.untilUptime !== null) ends.push(one.untilUptime - uptime);
  if (one.untilWall !== null) ends.push(one.untilWall - view.wall);
  return ends.length === 0 ? null : Math.max(0, Math.min(...ends));
}
