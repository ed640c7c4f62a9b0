import { stringify } from "yaml";
import { formatDiagnostic } from "../../config/diagnostic.ts";
import { exportSchema } from "../../config/export-schema.ts";
import { type Command, usageFault } from "../command.ts";
import { answer, type Context, refuse, refuseCall } from "../context.ts";
import { playedWarnings } from "../played-warnings.ts";
import { readConfig } from "../read-config.ts";

/** `solosafe config`. */
export const config: Command = {
  name: "config",
  usage: ["check [FILE]", "show [FILE]", "schema"],
  summary: "Check or show the configuration, or print its JSON Schema",
  detail:
    "`check` reads the file without an agent and tells every problem at once, as file:line:column. `show` prints every key with the value in force: of a running agent, or of FILE.",
  options: {},
  words: [1, 2],
  examples: [
    ["check", "before the agent reads it"],
    ["check /tmp/new.yaml", "another file"],
    ["show", "what is in force, every default filled in"],
    ["schema > solosafe.schema.json", "for completion in an editor"],
  ],
  async run(context, words) {
    const [action = "", file] = words.plain;
    if (action === "check") return await check(context, file ?? context.paths.config);
    if (action === "show") return show(context, file);
    if (action === "schema" && file === undefined) {
      context.out(JSON.stringify(exportSchema(), null, 2));
      return 0;
    }
    return refuse(context, 2, usageFault("say `check`, `show` or `schema`", null));
  },
};

async function check(context: Context, path: string): Promise<number> {
  const read = await readConfig(path);
  if (!read.ok) return refuse(context, 1, read.problem);
  const loaded = read.value;
  const played = loaded.ok ? playedWarnings(loaded.config, loaded.warnings) : null;
  const list = loaded.ok ? (played?.warnings ?? loaded.warnings) : loaded.problems;
  answer(context, { isValid: loaded.ok, problems: list }, () => {
    const lines = list.map(formatDiagnostic);
    if (!loaded.ok) {
      const { length } = list.filter((one) => one.severity === "error");
      lines.push(`Not valid: ${length} ${length === 1 ? "error" : "errors"}.`);
      return lines.join("\n");
    }
    const { groups, monitors } = loaded.config.model;
    const unplayed = played?.unplayed ?? 0;
    const rest = unplayed === 0 ? "" : ` Plans too long to be played to their end: ${unplayed}.`;
    const warned = `${list.length === 0 ? "" : ` Warnings: ${list.length}.`}${rest}`;
    lines.push(
      `\`${path}\` is valid: groups: ${groups.length}, monitors: ${monitors.length}.${warned}`,
    );
    return lines.join("\n");
  });
  return loaded.ok ? 0 : 1;
}

async function show(context: Context, file: string | undefined): Promise<number> {
  if (file === undefined) {
    const running = await context.client.call("config", {});
    if (running.ok) {
      answer(context, running.value, () => stringify(running.value.config).trimEnd());
      return 0;
    }
    if (running.problem.kind !== "not-running") return refuseCall(context, running.problem);
  }
  const path = file ?? context.paths.config;
  const read = await readConfig(path);
  if (!read.ok) return refuse(context, 1, read.problem);
  if (!read.value.ok) return await check(context, path);
  const { effective } = read.value.config;
  answer(context, { path, config: effective }, () => stringify(effective).trimEnd());
  return 0;
}
