import type { ConfigPlan } from "../../api/config-answers.ts";
import type { Context } from "../context.ts";
import type { Headings } from "../headings/en.ts";

/** A plan for people: each changed key in a line, then what applying it does. */
export function describePlan(
  plan: ConfigPlan,
  { paint, headings: { config: said } }: Pick<Context, "paint" | "headings">,
): string {
  const lines = plan.changes.map(({ key, kind, before, after }) => {
    if (kind === "added") return paint.green(`  + ${key}${after === null ? "" : `: ${after}`}`);
    if (kind === "removed") return paint.red(`  - ${key}${before === null ? "" : `: ${before}`}`);
    return `  ~ ${key}: ${before ?? ""} -> ${after ?? ""}`;
  });
  if (plan.moreChanges > 0) lines.push(`  ${said.more(plan.moreChanges)}`);
  return [headOf(plan, said), ...lines, ...consequencesOf(plan, said)].join("\n");
}

function headOf(
  { changes, moreChanges, isDifferent }: ConfigPlan,
  said: Headings["config"],
): string {
  const count = changes.length + moreChanges;
  if (count > 0) return said.changes(count);
  return isDifferent ? said.sameMeaning : said.same;
}

function consequencesOf(plan: ConfigPlan, said: Headings["config"]): string[] {
  const { stops, starts } = plan;
  const isStarted = new Set(starts);
  const isStopped = new Set(stops);
  const incidents = plan.withdrawn.map(({ id, scope }) => `${id} (${scope})`);
  const all: readonly (readonly [string, readonly string[]])[] = [
    [said.restarted, stops.filter((id) => isStarted.has(id))],
    [said.started, starts.filter((id) => !isStopped.has(id))],
    [said.stopped, stops.filter((id) => !isStarted.has(id))],
    [said.adopted, plan.adopted],
    [said.atNextStart, plan.atNextStart],
    [said.leftRunning, plan.leftRunning],
    [said.anew, plan.anew],
    [said.gone, plan.gone],
    [said.withdrawn, incidents],
  ];
  const lines = all.flatMap(([what, names]) =>
    names.length === 0 ? [] : [said.line(what, listOf(names, said))],
  );
  return [...lines, ...plan.migration.map(said.format)];
}

const NAMES_MAX = 20;

function listOf(names: readonly string[], said: Headings["config"]): string {
  const shown = names.slice(0, NAMES_MAX).join(", ");
  return names.length > NAMES_MAX ? `${shown} ${said.more(names.length - NAMES_MAX)}` : shown;
}
