import { stringify } from "yaml";
import { formatDiagnostic } from "../../config/diagnostic.ts";
import { exportSchema } from "../../config/export-schema.ts";
import { migrateConfig } from "../../config/migrate.ts";
import { type Command, usageFault } from "../command.ts";
import { dailyAction } from "../config/actions.ts";
import { answer, type Context, refuse, refuseCall } from "../context.ts";
import { playedWarnings } from "../played-warnings.ts";
import { readConfig } from "../read-config.ts";

const WORDS_MAX: ReadonlyMap<string, number> = new Map([
  ...["check", "show", "diff", "apply", "unset", "rollback", "pull", "push"].map(
    (action) => [action, 2] as const,
  ),
  ["set", 3],
]);
const SAY =
  "say `check`, `show`, `diff`, `apply`, `set`, `unset`, `history`, `rollback`, `pull`, `push` or `schema`";

/** `solosafe config`. */
export const config: Command = {
  name: "config",
  usage: [
    "check [FILE]",
    "show [FILE]",
    "diff [FILE] [--restart]",
    "apply [FILE] [--yes] [--message TEXT] [--restart] [--overwrite]",
    "set KEY VALUE [--yes] [--message TEXT]",
    "unset KEY [--yes] [--message TEXT]",
    "history",
    "rollback [VERSION] [--yes] [--message TEXT]",
    "pull [FILE] [--of VERSION] [--yes]",
    "push FILE [--yes] [--message TEXT]",
    "schema",
  ],
  summary: "Check, compare, apply or undo the configuration",
  detail:
    "`check` reads the file without an agent and tells every problem at once, as file:line:column. `show` prints every key with the value in force: of a running agent, or of FILE. `diff` says what applying a file would change and do; `apply` shows the same, asks, writes the configuration file and takes it into force; `push` does it with a file from elsewhere. `set` and `unset` change one value of the file, comments kept. `rollback` goes back to an earlier version, also over a rollback; without a number to what was in force before the last change. `pull` gives the text in force. `schema` prints the JSON Schema.",
  options: {
    yes: { help: "do not ask" },
    message: { value: "TEXT", help: "why, for the history" },
    restart: { help: "restart active resources whose program is started in another way" },
    overwrite: { help: "replace a file that was changed by hand; the history keeps what is in it" },
    of: { value: "VERSION", help: "an older version instead of what is in force" },
  },
  words: [1, 3],
  examples: [
    ["check", "before the agent reads it"],
    ["check /tmp/new.yaml", "another file"],
    ["show", "what is in force, every default filled in"],
    ["diff", "what would applying the file change?"],
    ["apply --message 'second page'", "after looking at the plan"],
    ["set monitors.shop-page.interval 10s", "one value, comments kept"],
    ["rollback", "undo the last change"],
    ["schema > solosafe.schema.json", "for completion in an editor"],
  ],
  async run(context, words) {
    const [action = "", file, value] = words.plain;
    const most = WORDS_MAX.get(action) ?? 1;
    if (words.plain.length > most) {
      const message = `\`${words.plain[most] ?? ""}\` is one word too many`;
      return refuse(context, 2, usageFault(message, null));
    }
    if (action === "check") return await check(context, file ?? context.paths.config);
    if (action === "show") return show(context, file);
    const daily = await dailyAction(context, words, action, file, value);
    if (daily !== null) return daily;
    if (action === "schema" && file === undefined) {
      context.out(JSON.stringify(exportSchema(), null, 2));
      return 0;
    }
    return refuse(context, 2, usageFault(SAY, "See `solosafe config --help`."));
  },
};

/** What holds until a boot without it, whatever the file says. */
const WISHES = {
  off: "The kernel's command line holds `solosafe=off`: in this boot neither agent nor guard run.",
  observe:
    "The kernel's command line holds `solosafe=observe`: in this boot everything is decided and nothing is done.",
} as const;

async function check(context: Context, path: string): Promise<number> {
  const read = await readConfig(path, context);
  if (!read.ok) return refuse(context, 1, read.problem);
  const loaded = read.value;
  const played = loaded.ok ? playedWarnings(loaded.config, loaded.warnings) : null;
  const list = loaded.ok ? (played?.warnings ?? loaded.warnings) : loaded.problems;
  const { notes: migration } = migrateConfig(loaded.ok ? loaded.config.text : "");
  const { kernelWish } = context;
  answer(context, { isValid: loaded.ok, problems: list, migration, kernelWish }, () => {
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
      ...migration.map((note) => `Applying it changes its format: ${note}.`),
      ...(kernelWish === null ? [] : [WISHES[kernelWish]]),
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
  const read = await readConfig(path, context);
  if (!read.ok) return refuse(context, 1, read.problem);
  if (!read.value.ok) return await check(context, path);
  const { effective } = read.value.config;
  answer(context, { path, config: effective }, () => stringify(effective).trimEnd());
  return 0;
}
