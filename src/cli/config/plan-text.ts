import type { ConfigPlan } from "../../api/config-answers.ts";
import type { Paint } from "../paint.ts";

/** A plan for people: each changed key in a line, then what applying it does. */
export function describePlan(plan: ConfigPlan, paint: Paint): string {
  const lines = plan.changes.map(({ key, kind, before, after }) => {
    if (kind === "added") return paint.green(`  + ${key}${after === null ? "" : `: ${after}`}`);
    if (kind === "removed") return paint.red(`  - ${key}${before === null ? "" : `: ${before}`}`);
    return `  ~ ${key}: ${before ?? ""} -> ${after ?? ""}`;
  });
  if (plan.moreChanges > 0) lines.push(`  and ${plan.moreChanges} more`);
  return [headOf(plan), ...lines, ...consequencesOf(plan)].join("\n");
}

function headOf({ changes, moreChanges, isDifferent }: ConfigPlan): string {
  const count = changes.length + moreChanges;
  if (count > 0) return count === 1 ? "1 change:" : `${count} changes:`;
  return isDifferent
    ? "Nothing changes but comments, order or spelling."
    : "This is what is in force.";
}

function consequencesOf(plan: ConfigPlan): string[] {
  const { stops, starts } = plan;
  const isStarted = new Set(starts);
  const isStopped = new Set(stops);
  const incidents = plan.withdrawn.map(({ id, scope }) => `${id} (${scope})`);
  const said: readonly (readonly [string, readonly string[]])[] = [
    ["Restarted", stops.filter((id) => isStarted.has(id))],
    ["Started", starts.filter((id) => !isStopped.has(id))],
    ["Stopped", stops.filter((id) => !isStarted.has(id))],
    ["Active as before until their next start (--restart: now)", plan.atNextStart],
    ["Go on running and are not watched any more", plan.leftRunning],
    ["Monitors that begin anew", plan.anew],
    ["Monitors that are gone", plan.gone],
    ["Incidents that close as withdrawn", incidents],
  ];
  const lines = said.flatMap(([what, names]) =>
    names.length === 0 ? [] : [`${what}: ${listOf(names)}.`],
  );
  return [...lines, ...plan.migration.map((note) => `Format: ${note}.`)];
}

const NAMES_MAX = 20;

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_MAX).join(", ");
  return names.length > NAMES_MAX ? `${shown} and ${names.length - NAMES_MAX} more` : shown;
}
