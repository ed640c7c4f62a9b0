import { COMMANDS } from "./catalogue.ts";
import { COMMON_OPTIONS, type Command, type Option } from "./command.ts";
import { EXITS } from "./context.ts";
import { table } from "./layout.ts";
import type { Paint } from "./paint.ts";

/** The page that `solosafe help` shows: every command in one line, grouped by what it is for. */
export function overview(program: string, paint: Paint): string {
  const parts = COMMANDS.map(({ title, commands }) => [
    paint.bold(title),
    ...table(
      commands.map(({ name, summary }) => [name, summary]),
      "  ",
    ),
    "",
  ]);
  const exits = table(
    Object.entries(EXITS).map(([code, meaning]) => [code, meaning]),
    "  ",
  );
  return [
    "SoloSafe keeps one Linux server in service: it watches, restarts, escalates, explains.",
    "",
    `Usage: ${program} COMMAND [WORDS] [OPTIONS]`,
    "",
    ...parts.flat(),
    `\`${program} COMMAND --help\` shows a command with examples. Every command takes --json.`,
    "",
    paint.bold("Exit codes"),
    ...exits,
  ].join("\n");
}

/** The page that `solosafe COMMAND --help` shows. */
export function helpOf(command: Command, program: string, paint: Paint): string {
  const [first, ...others] = command.usage.map((form) =>
    `${program} ${command.name} ${form}`.trimEnd(),
  );
  const detail = command.detail === "" ? [] : ["", command.detail];
  const examples = command.examples.flatMap(([line, purpose]) => [
    `  ${program} ${command.name} ${line}`.trimEnd(),
    `      ${paint.dim(purpose)}`,
  ]);
  return [
    command.summary,
    ...detail,
    "",
    `Usage: ${first ?? program}`,
    ...others.map((form) => `       ${form}`),
    "",
    paint.bold("Options"),
    ...optionRows({ ...command.options, ...COMMON_OPTIONS }),
    "",
    paint.bold("Examples"),
    ...examples,
  ].join("\n");
}

function optionRows(options: Readonly<Record<string, Option>>): string[] {
  const rows = Object.entries(options).map(([name, option]) => [
    option.value === undefined ? `--${name}` : `--${name} ${option.value}`,
    option.help,
  ]);
  return table(rows, "  ");
}
