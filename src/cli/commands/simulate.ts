import { readFileSync } from "node:fs";
import { DAY, parseDuration } from "../../base/duration.ts";
import { fail, type Result, succeed } from "../../base/result.ts";
import { formatDiagnostic } from "../../config/diagnostic.ts";
import { loadConfig } from "../../config/load.ts";
import { didYouMean } from "../../config/suggest.ts";
import { createModel, groupOf, type Model, type ModelSpec } from "../../core/model.ts";
import { planKey } from "../../simulate/doubts.ts";
import { playText } from "../../simulate/play.ts";
import { ScenarioError } from "../../simulate/scenario.ts";
import { type WhatIf, whatIf } from "../../simulate/what-if.ts";
import { type Command, usageFault, type Words } from "../command.ts";
import { answer, type Context, refuse, refuseCall } from "../context.ts";
import { heardReport } from "../guard-tools.ts";
import { readConfig } from "../read-config.ts";
import { describeFailure, describeFailures } from "../what-if-text.ts";

/** Longer failures are like those that never end, and take long to play. */
const FOR_MAX_MS = 2 * DAY;

/** `solosafe simulate`. */
export const simulate: Command = {
  name: "simulate",
  usage: ["[--running]", "--fail MONITOR [--for SPAN] [--running]", "SCENARIO-FILE"],
  summary: "Play on paper what a failure would lead to",
  detail:
    "The same policy that runs in the agent answers, with a simulated clock; nothing is touched and nobody is asked. It plays the configuration file, or with `--running` what the agent has in force. Without a monitor: one line for each, and where it would end. A scenario file is a story in lines `MM:SS what happens`; it is printed with what would be decided beside each line.",
  options: {
    fail: { value: "MONITOR", help: "this monitor fails" },
    for: { value: "SPAN", help: "and works again after so long, at most 2d (default: never)" },
    running: { help: "play the configuration that the agent has in force" },
  },
  words: [0, 1],
  examples: [
    ["", "where would a failure of each monitor end?"],
    ["--fail shop-page", "it fails and nothing helps: each step with its time"],
    ["--fail shop-page --for 2m", "it works again after two minutes"],
    ["story.txt", "play a scenario file"],
  ],
  async run(context, words) {
    const file = words.plain[0];
    const monitor = words.text("fail");
    if (file !== undefined) {
      if (monitor === undefined) return await playFile(context, file);
      const message = "say either --fail MONITOR or a scenario file";
      return refuse(context, 2, usageFault(message, null));
    }
    return await playFailures(context, words, monitor);
  },
};

async function playFailures(
  context: Context,
  words: Words,
  monitor: string | undefined,
): Promise<number> {
  const text = words.text("for");
  const forMs = text === undefined ? null : parseDuration(text);
  if (text !== undefined && (forMs === null || forMs > FOR_MAX_MS)) {
    const hint = "Write 10m or 2h, at most 2d.";
    return refuse(context, 2, usageFault(`\`${text}\` is no such span of time`, hint));
  }
  const spec = words.has("running") ? await runningSpec(context) : await readSpec(context);
  if (!spec.ok) return spec.problem;
  const model = createModel(spec.value);
  if (monitor === undefined) return playEach(context, model, forMs);
  const known = model.monitors.get(monitor);
  if (known?.isEnabled !== true) {
    const fault = known ? `\`${monitor}\` is not enabled` : `there is no monitor \`${monitor}\``;
    const hint = didYouMean(monitor, enabled(model));
    return refuse(context, 2, usageFault(`${fault}, so it cannot fail`, hint));
  }
  const played = whatIf(model, monitor, forMs);
  const report = heardReport(await context.guard.askGuard(context.paths.run));
  answer(context, played, () => describeFailure(context, played, report));
  return 0;
}

function playEach(context: Context, model: Model, forMs: number | null): number {
  const plays = new Map<string, WhatIf>();
  const played = [...model.monitors.values()].flatMap((monitor) => {
    if (!monitor.isEnabled) return [];
    // In the same group the same plan ends the same way: a thousand monitors are a few plays.
    const key = `${groupOf(model, monitor) ?? ""} ${planKey(model, monitor)}`;
    const one = plays.get(key) ?? whatIf(model, monitor.name, forMs);
    plays.set(key, one);
    return [{ ...one, monitor: monitor.name }];
  });
  const monitors = played.map(({ steps: _steps, ...rest }) => rest);
  answer(context, { monitors }, () => describeFailures(context, played));
  return 0;
}

function enabled(model: Model): readonly string[] {
  return [...model.monitors.values()].filter((one) => one.isEnabled).map(({ name }) => name);
}

async function playFile(context: Context, file: string): Promise<number> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return refuse(context, 1, { code: "simulate/unreadable", message });
  }
  // Only a story without a model of its own is about the configuration.
  const isAboutConfig = !/^model\b/m.test(text) && !/^group\b/m.test(text);
  const read = await readConfig(context.paths.config, context);
  const given = isAboutConfig && read.ok && read.value.ok ? read.value.config.model : undefined;
  try {
    const played = playText(text, given);
    answer(context, { transcript: played.split("\n") }, () => played.trimEnd());
    return 0;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return refuse(context, 1, { code: "simulate/not-valid", message: `${file}: ${error.message}` });
  }
}

async function readSpec(context: Context): Promise<Result<ModelSpec, number>> {
  const read = await readConfig(context.paths.config, context);
  if (!read.ok) return fail(refuse(context, 1, read.problem));
  if (read.value.ok) return succeed(read.value.config.model);
  for (const one of read.value.problems) context.err(formatDiagnostic(one));
  const message = "the configuration is not valid, so there is nothing to play";
  return fail(refuse(context, 1, { code: "config/not-valid", message }));
}

/** What the agent has in force, read again: the effective configuration is a configuration. */
async function runningSpec(context: Context): Promise<Result<ModelSpec, number>> {
  const running = await context.client.call("config", {});
  if (!running.ok) return fail(refuseCall(context, running.problem));
  const { config, path } = running.value;
  const loaded = loadConfig(JSON.stringify(config), path, { storageOf: context.storageOf });
  if (loaded.ok) return succeed(loaded.config.model);
  const [first] = loaded.problems;
  const message = `what the agent has in force is not understood: ${first?.what ?? ""}`;
  const hint = "Agent and command line are of different versions: restart the agent.";
  return fail(refuse(context, 1, { code: "config/not-valid", message, hint }));
}
