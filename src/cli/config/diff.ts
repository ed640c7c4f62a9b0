import { formatDiagnostic } from "../../config/diagnostic.ts";
import type { Words } from "../command.ts";
import { answer, type Context, refuse, refuseCall, withProgram } from "../context.ts";
import { readText } from "../read-config.ts";
import { diffAlone } from "./alone.ts";
import { planOf } from "./change.ts";
import { describePlan } from "./plan-text.ts";
import { showProblems } from "./show-problems.ts";

/** `config diff`: what applying a file would change; without an agent against the last good one. */
export async function diff(context: Context, words: Words, file: string): Promise<number> {
  const read = readText(file);
  if (!read.ok) return refuse(context, 1, read.problem);
  const text = read.value;
  const planned = await planOf(context, words, { text, file });
  if (!planned.ok) {
    const isAlone = planned.problem.kind === "not-running";
    return isAlone ? diffAlone(context, text, file) : refuseCall(context, planned.problem);
  }
  const { plan, problems, obstacle } = planned.value;
  if (plan === null) return showProblems(context, planned.value);
  answer(context, { isValid: true, problems, plan, obstacle }, () => {
    const lines = [...problems.map(formatDiagnostic), describePlan(plan, context)];
    if (obstacle !== null) lines.push(context.headings.config.cannotApply(obstacle.message));
    return withProgram(context, lines.join("\n"));
  });
  return 0;
}
