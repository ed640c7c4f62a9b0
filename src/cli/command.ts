import { parseArgs } from "node:util";
import { fail, type Fault, type Result, succeed } from "../base/result.ts";
import { didYouMean } from "../config/suggest.ts";
import type { Context } from "./context.ts";

/** An option of a command; `value` names what follows it, left out for a switch. */
export interface Option {
  readonly value?: string;
  readonly help: string;
}

/** One command of the command line: what it is called, what it says about itself, what it does. */
export interface Command {
  readonly name: string;
  /** What follows the name, for each form: `MONITOR [--end]`. */
  readonly usage: readonly string[];
  /** One line for the list of commands. */
  readonly summary: string;
  /** More for `--help`; empty when the summary says it all. */
  readonly detail: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Fewest and most words besides options. */
  readonly words: readonly [number, number];
  /** Words after `--` are allowed: a program to run. */
  readonly takesProgram?: boolean;
  /** Command lines (without the program's name) and what each is for. */
  readonly examples: readonly (readonly [string, string])[];
  /** Does it and gives back the exit code. */
  run(context: Context, words: Words): Promise<number>;
}

/** Options that every command has. */
export const COMMON_OPTIONS: Readonly<Record<string, Option>> = {
  json: { help: "answer as JSON" },
  state: { value: "DIR", help: "the folder that holds state and sockets (also SOLOSAFE_STATE)" },
  config: { value: "FILE", help: "the configuration file (also SOLOSAFE_CONFIG)" },
  lang: { value: "LANGUAGE", help: "en, ja or zh (default: that of LC_ALL, LC_MESSAGES or LANG)" },
  help: { help: "show this help" },
};

/** What was typed after the name of a command, already checked against what it allows. */
export class Words {
  readonly #values: Readonly<Record<string, string | boolean | undefined>>;
  /** Words besides options. */
  readonly plain: readonly string[];
  /** What stood after `--`. */
  readonly program: readonly string[];

  constructor(
    values: Readonly<Record<string, string | boolean | undefined>>,
    plain: readonly string[],
    program: readonly string[],
  ) {
    this.#values = values;
    this.plain = plain;
    this.program = program;
  }

  /** Whether a switch was given. */
  has(name: string): boolean {
    return this.#values[name] === true;
  }

  /** The value of an option; undefined when it was not given. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }
}

/** Reads the words after the name of `command`; the fault says what is wrong and what was meant. */
export function readWords(command: Command, typed: readonly string[]): Result<Words> {
  const options = { ...COMMON_OPTIONS, ...command.options };
  const split = typed.indexOf("--");
  const mine = split < 0 ? typed : typed.slice(0, split);
  const program = split < 0 ? [] : typed.slice(split + 1);
  const unknown = unknownOption(mine, options);
  if (unknown !== null) return fail(unknown);
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(mine, options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return fail(usageFault(message.split("\n")[0]?.replace(/\.$/, "") ?? message, null));
  }
  const words = new Words({ ...parsed.values }, parsed.positionals, program);
  if (words.has("help")) return succeed(words);
  const [least, most] = command.words;
  const { length } = words.plain;
  if (length < least) return fail(usageFault("something is missing", null));
  if (length > most) {
    return fail(usageFault(`\`${words.plain[most] ?? ""}\` is one word too many`, null));
  }
  if (program.length > 0 && command.takesProgram !== true) {
    return fail(usageFault("no program can follow `--` here", null));
  }
  return succeed(words);
}

/** A fault of what was typed. */
export function usageFault(message: string, hint: string | null): Fault {
  return { code: "cli/usage", message, ...(hint === null ? {} : { hint }) };
}

function parse(words: readonly string[], options: Readonly<Record<string, Option>>) {
  const known = Object.entries(options).map(([name, option]) => {
    const type: "string" | "boolean" = option.value === undefined ? "boolean" : "string";
    return [name, name === "help" ? { type, short: "h" } : { type }] as const;
  });
  return parseArgs({
    args: [...words],
    options: Object.fromEntries(known),
    allowPositionals: true,
    strict: true,
  });
}

/** Looked for by hand, because the parser's own message proposes nothing. */
function unknownOption(
  words: readonly string[],
  options: Readonly<Record<string, Option>>,
): Fault | null {
  for (const word of words) {
    if (!word.startsWith("-") || word === "-" || word === "-h") continue;
    const name = word.replace(/^-+/, "").split("=")[0] ?? "";
    if (word.startsWith("--") && Object.hasOwn(options, name)) continue;
    const hint = didYouMean(
      `--${name}`,
      Object.keys(options).map((one) => `--${one}`),
    );
    return usageFault(`unknown option \`${word.split("=")[0]}\``, hint);
  }
  return null;
}
