import type { ConfigAppliedAnswer, ConfigPlanAnswer } from "../../api/config-answers.ts";
import type { CallProblem } from "../../api/client.ts";
import { fail, type Fault, type Result, succeed } from "../../base/result.ts";
import { formatDiagnostic } from "../../config/diagnostic.ts";
import type { Words } from "../command.ts";
import { answer, type Context, refuse, refuseCall, withProgram } from "../context.ts";
import { changeAlone } from "./alone.ts";
import { confirm } from "./confirm.ts";
import { describePlan } from "./plan-text.ts";
import { showProblems } from "./show-problems.ts";

/** Checking a megabyte and writing it to a slow disk takes longer than a status. */
export const CONFIG_CALL_MS = 60_000;

/** What is to be in force: a text that was read from `file`, or a version of the history. */
export type Wanted =
  | { readonly text: string; readonly file: string }
  | { readonly version: number };

/** Plans it, shows the plan, asks, applies; gives back the exit code. */
export async function change(context: Context, words: Words, wanted: Wanted): Promise<number> {
  const planned = await planOf(context, words, wanted);
  if (!planned.ok) {
    const isAlone = planned.problem.kind === "not-running" && "text" in wanted;
    return isAlone
      ? changeAlone(context, words, wanted.text, wanted.file)
      : refuseCall(context, planned.problem);
  }
  const { plan, token, obstacle } = planned.value;
  if (plan === null) return showProblems(context, planned.value);
  if (!context.isJson) {
    for (const problem of planned.value.problems) context.err(formatDiagnostic(problem));
    context.out(withProgram(context, describePlan(plan, context)));
  }
  if (obstacle !== null || token === null) return refuse(context, 4, faultOf(obstacle));
  if (plan.isDifferent && !words.has("yes")) {
    const unconfirmed = await confirm(context);
    if (unconfirmed !== null) return refuse(context, 4, unconfirmed);
  }
  const applied = await apply(context, words, wanted, token);
  if (!applied.ok) return refuseCall(context, applied.problem);
  answer(context, { plan, applied: applied.value }, () =>
    withProgram(context, outcomeOf(context, applied.value)),
  );
  return 0;
}

/** Asks the agent what it would do; problems name the file they were read from. */
export async function planOf(
  context: Context,
  words: Words,
  wanted: Wanted,
): Promise<Result<ConfigPlanAnswer, CallProblem>> {
  const request = {
    ...("text" in wanted ? { text: wanted.text } : { version: wanted.version }),
    isRestarting: words.has("restart"),
    isOverwriting: words.has("overwrite"),
  };
  const planned = await context.client.call("planConfig", request, CONFIG_CALL_MS);
  if (!planned.ok) return fail(planned.problem);
  const file = "file" in wanted ? wanted.file : `version ${wanted.version}`;
  const problems = planned.value.problems.map((problem) => ({ ...problem, file }));
  return succeed({ ...planned.value, problems });
}

function apply(
  context: Context,
  words: Words,
  wanted: Wanted,
  token: string,
): Promise<Result<ConfigAppliedAnswer, CallProblem>> {
  const message = words.text("message") ?? "";
  const { client } = context;
  if ("text" in wanted) {
    return client.call("applyConfig", { text: wanted.text, token, message }, CONFIG_CALL_MS);
  }
  const request = { version: wanted.version, token, message };
  return client.call("rollbackConfig", request, CONFIG_CALL_MS);
}

function faultOf(obstacle: ConfigPlanAnswer["obstacle"]): Fault {
  if (obstacle === null) return NO_TOKEN;
  const { code, message, hint } = obstacle;
  return hint === undefined ? { code, message } : { code, message, hint };
}

const NO_TOKEN: Fault = { code: "config/no-token", message: "this cannot be applied now" };

function outcomeOf({ headings }: Context, applied: ConfigAppliedAnswer): string {
  const { version, undo, restarted } = applied;
  const { config: said } = headings;
  return undo === null
    ? said.nothingToDo(version)
    : said.applied(version, restarted.join(", "), undo);
}
