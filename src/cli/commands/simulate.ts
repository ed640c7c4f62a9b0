import { readFileSync } from "node:fs";
import { parseDuration } from "../../base/duration.ts";
import { fail, type Result, succeed } from "../../base/result.ts";
import { formatDiagnostic } from "../../config/diagnostic.ts";
import { didYouMean } from "../../config/suggest.ts";
import { createModel, type ModelSpec } from "../../core/model.ts";
import { simulateFailure } from "../../simulate/failure.ts";
import { playText } from "../../simulate/play.ts";
import { ScenarioError } from "../../simulate/scenario.ts";
import { type Command, usageFault, type Words } from "../command.ts";
import { answer, type Context, refuse } from "../context.ts";
import { readConfig } from "../read-config.ts";

/** `solosafe simulate`. */
export const simulate: Command = {
  name: "simulate",
  usage: ["--fail MONITOR [--for SPAN]", "SCENARIO-FILE"],
  summary: "Play on paper what a failure would lead to",
  detail:
    "The same policy that runs in the agent answers, with a simulated clock and the configuration of the file; nothing is touched. A scenario file is a story in lines `MM:SS what happens`; it is printed with what would be decided beside each line.",
  options: {
    fail: { value: "MONITOR", help: "this monitor fails" },
    for: { value: "SPAN", help: "and works again after so long (default: never)" },
  },
  words: [0, 1],
  examples: [
    ["--fail shop-page", "it fails and nothing helps: where does it end?"],
    ["--fail shop-page --for 2m", "it works again after two minutes"],
    ["story.txt", "play a scenario file"],
  ],
  async run(context, words) {
    const file = words.plain[0];
    const monitor = words.text("fail");
    if ((file === undefined) === (monitor === undefined)) {
      const message = "say either --fail MONITOR or a scenario file";
      return refuse(context, 2, usageFault(message, null));
    }
    if (file !== undefined) return playFile(context, file);
    return playFailure(context, words, monitor ?? "");
  },
};

/** What is played is the whole policy; what this version does is less. */
const NOT_DONE = "The play has a guard. In this version server-level actions are said, not done.";

function playFailure(context: Context, words: Words, monitor: string): number {
  const text = words.text("for");
  const forMs = text === undefined ? null : parseDuration(text);
  if (text !== undefined && forMs === null) {
    return refuse(context, 2, usageFault(`\`${text}\` is no span of time`, "Write 10m or 2h."));
  }
  const spec = readSpec(context);
  if (!spec.ok) return spec.problem;
  const model = createModel(spec.value);
  if (!model.monitors.has(monitor)) {
    const hint = didYouMean(monitor, model.monitors.keys());
    return refuse(context, 2, usageFault(`there is no monitor \`${monitor}\``, hint));
  }
  const played = simulateFailure(model, monitor, forMs);
  answer(context, played, () => [...played.lines, "", played.end, NOT_DONE].join("\n"));
  return 0;
}

function playFile(context: Context, file: string): number {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return refuse(context, 1, { code: "simulate/unreadable", message });
  }
  // Only a story without a model of its own is about the configuration.
  const isAboutConfig = !/^model\b/m.test(text) && !/^group\b/m.test(text);
  const read = readConfig(context.paths.config);
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

function readSpec(context: Context): Result<ModelSpec, number> {
  const read = readConfig(context.paths.config);
  if (!read.ok) return fail(refuse(context, 1, read.problem));
  if (read.value.ok) return succeed(read.value.config.model);
  for (const one of read.value.problems) context.err(formatDiagnostic(one));
  const message = "the configuration is not valid, so there is nothing to play";
  return fail(refuse(context, 1, { code: "config/not-valid", message }));
}
