import type { ConfigPlanAnswer } from "../../api/config-answers.ts";
import { formatDiagnostic } from "../../config/diagnostic.ts";
import { answer, type Context } from "../context.ts";

/** A configuration that is not valid: every problem, exit 1. */
export function showProblems(context: Context, planned: ConfigPlanAnswer): number {
  answer(context, planned, () => {
    const { length } = planned.problems.filter((one) => one.severity === "error");
    const lines = planned.problems.map(formatDiagnostic);
    return [...lines, context.headings.config.notValid(length)].join("\n");
  });
  return 1;
}
