import type { ConfigPlan } from "../../api/config-answers.ts";
import { compareConfigs } from "../../config/difference.ts";
import { type Diagnostic, formatDiagnostic } from "../../config/diagnostic.ts";
import type { LoadedConfig } from "../../config/loaded-config.ts";
import { migrateConfig } from "../../config/migrate.ts";
import type { Words } from "../command.ts";
import { answer, type Context, refuse, withProgram } from "../context.ts";
import { checkText, readText } from "../read-config.ts";
import { confirm } from "./confirm.ts";
import { describePlan } from "./plan-text.ts";
import { showProblems } from "./show-problems.ts";

/** `config diff` without an agent: against what was in force last. What is active nobody knows. */
export async function diffAlone(context: Context, text: string, file: string): Promise<number> {
  const { paths } = context;
  const after = await checked(context, text, file);
  if (typeof after === "number") return after;
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
  answer(context, { isValid: true, problems: after.warnings, plan, obstacle: null }, () =>
    [
      ...after.warnings.map(formatDiagnostic),
      context.headings.config.notRunningCompared,
      describePlan(plan, context),
    ].join("\n"),
  );
  return 0;
}

/** A change without an agent: the checked file is written, and read when the agent starts. */
export async function changeAlone(
  context: Context,
  words: Words,
  text: string,
  file: string,
): Promise<number> {
  const target = context.paths.config;
  const after = await checked(context, text, file);
  if (typeof after === "number") return after;
  const plan = await planForFile(context, after.config, text);
  if (!context.isJson) {
    for (const problem of after.warnings) context.err(formatDiagnostic(problem));
    const head = context.headings.config.notRunningWritten(target);
    context.out(plan === null ? head : `${head}\n${describePlan(plan, context)}`);
  }
  const unconfirmed = words.has("yes") ? null : await confirm(context);
  if (unconfirmed !== null) return refuse(context, 4, unconfirmed);
  try {
    await context.replaceFile(target, migrateConfig(text).text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return refuse(context, 5, { code: "config/not-written", message: why });
  }
  answer(context, { plan, applied: null, file: target }, () =>
    withProgram(context, context.headings.config.written(target)),
  );
  return 0;
}

interface Checked {
  readonly config: LoadedConfig;
  readonly warnings: readonly Diagnostic[];
}

/** The exit code when it is not valid. Programs written as `./…` will lie beside the configuration. */
async function checked(context: Context, text: string, file: string): Promise<Checked | number> {
  const loaded = await checkText(text, context.paths.config, context);
  const list = loaded.ok ? loaded.warnings : loaded.problems;
  const problems = list.map((problem) => ({ ...problem, file }));
  if (loaded.ok) return { config: loaded.config, warnings: problems };
  return showProblems(context, {
    isValid: false,
    problems,
    plan: null,
    token: null,
    obstacle: null,
  });
}

/** Against the file that is replaced; null when there is none that is valid. */
async function planForFile(
  context: Context,
  after: LoadedConfig,
  text: string,
): Promise<ConfigPlan | null> {
  const now = readText(context.paths.config);
  const before = now.ok ? await checkText(now.value, context.paths.config, context) : null;
  return before?.ok ? planAlone(before.config, after, text) : null;
}

function planAlone(before: LoadedConfig, after: LoadedConfig, text: string): ConfigPlan {
  const { keys, monitors } = compareConfigs(before, after);
  return {
    isDifferent: text !== before.text,
    changes: keys.map((change) => ({ ...change })),
    moreChanges: 0,
    stops: [],
    starts: [],
    adopted: [],
    atNextStart: [],
    leftRunning: [],
    anew: [...monitors.added, ...monitors.changed],
    gone: [...monitors.removed],
    withdrawn: [],
    migration: [...migrateConfig(text).notes],
  };
}
