import type { ConfigPlan } from "../../api/config-answers.ts";
import { compareConfigs } from "../../config/difference.ts";
import { formatDiagnostic } from "../../config/diagnostic.ts";
import type { LoadedConfig } from "../../config/loaded-config.ts";
import { migrateConfig } from "../../config/migrate.ts";
import type { Words } from "../command.ts";
import { answer, type Context, refuse, refuseCall, withProgram } from "../context.ts";
import { checkText, readText } from "../read-config.ts";
import { planOf, showProblems } from "./change.ts";
import { describePlan } from "./plan-text.ts";

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
    const lines = [...problems.map(formatDiagnostic), describePlan(plan, context.paint)];
    if (obstacle !== null) lines.push(`It cannot be applied now: ${obstacle.message}.`);
    return withProgram(context, lines.join("\n"));
  });
  return 0;
}

/** The agent that is started next reads the file; what is active then nobody knows now. */
async function diffAlone(context: Context, text: string, file: string): Promise<number> {
  const { paths } = context;
  // Programs written as `./…` will lie in the folder of the configuration file.
  const after = await checkText(text, paths.config, context);
  if (!after.ok) {
    const problems = after.problems.map((problem) => ({ ...problem, file }));
    return showProblems(context, { isValid: false, problems, ...NO_PLAN });
  }
  const kept = readText(`${paths.state}/last-good.yaml`);
  if (!kept.ok) {
    const { code, message } = kept.problem;
    const hint =
      "The agent keeps there what was in force last; it was never started, or you may not read it.";
    return refuse(context, 3, { code, message, hint });
  }
  const before = await checkText(kept.value, paths.config, context);
  if (!before.ok) {
    const message = "what was in force last is not valid for this version of the program";
    return refuse(context, 1, { code: "config/not-valid", message });
  }
  const plan = planAlone(before.config, after.config, text);
  const warnings = after.warnings.map((problem) => ({ ...problem, file }));
  answer(context, { isValid: true, problems: warnings, plan, obstacle: null }, () =>
    [
      ...warnings.map(formatDiagnostic),
      "The agent is not running: this is compared with what was in force last.",
      describePlan(plan, context.paint),
    ].join("\n"),
  );
  return 0;
}

const NO_PLAN = { plan: null, token: null, obstacle: null };

function planAlone(before: LoadedConfig, after: LoadedConfig, text: string): ConfigPlan {
  const { keys, monitors } = compareConfigs(before, after);
  return {
    isDifferent: text !== before.text,
    changes: keys.map((change) => ({ ...change })),
    moreChanges: 0,
    stops: [],
    starts: [],
    atNextStart: [],
    leftRunning: [],
    anew: [...monitors.added, ...monitors.changed],
    gone: [...monitors.removed],
    withdrawn: [],
    migration: [...migrateConfig(text).notes],
  };
}
