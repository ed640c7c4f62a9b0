import { type CallProblem, type Client, EXIT_CODES } from "../api/client.ts";
import type { Paths } from "../base/paths.ts";
import type { Fault } from "../base/result.ts";
import type { Speech } from "../events/speech.ts";
import type { Headings } from "./headings/en.ts";
import type { Paint } from "./paint.ts";
import type { Surroundings } from "./surroundings.ts";

/** Every exit code of the command line and what it means (decisions.md, "CLI"). */
export const EXITS = {
  0: "ok",
  1: "not healthy, or not valid",
  2: "the command was not understood",
  3: "the agent is not running",
  4: "refused",
  5: "tried and failed",
  70: "a bug of this program",
} as const;

/** What a command works with: where it is, what it may use, and where its output goes. */
export interface Context extends Omit<Surroundings, "currentFolder"> {
  readonly paths: Paths;
  readonly client: Client;
  readonly paint: Paint;
  /** `--json`: one JSON document, or one a line where it follows. */
  readonly isJson: boolean;
  /** Texts of events and statements in the reader's language. */
  readonly speech: Speech;
  /** Fixed texts of the command line itself, in that language. */
  readonly headings: Headings;
  /** Columns of the terminal; lines are not broken where it is none. */
  readonly width: number;
  /** How a person calls this program, for hints. */
  readonly program: string;
  /** Options a hint needs to reach the same agent: `--state DIR`, with a space before, or nothing. */
  readonly programOptions: string;
}

/** Prints JSON with `--json`, else the text. */
export function answer(context: Context, json: unknown, text: () => string): void {
  context.out(context.isJson ? JSON.stringify(json, null, 2) : text());
}

/** Tells what went wrong and what to do; gives back `code` for the command to return. */
export function refuse(context: Context, code: keyof typeof EXITS, fault: Fault): number {
  if (context.isJson) {
    context.out(JSON.stringify({ error: fault }, null, 2));
    return code;
  }
  context.err(`${context.paint.red("solosafe:")} ${withProgram(context, fault.message)}`);
  if (fault.hint !== undefined) context.err(`  ${withProgram(context, fault.hint)}`);
  return code;
}

/** The same for a call to the agent that failed; "not running" says how to start it. */
export function refuseCall(context: Context, problem: CallProblem): number {
  const code = EXIT_CODES[problem.kind] as keyof typeof EXITS;
  const hint = problem.hint ?? HINTS[problem.kind];
  const { message } = problem;
  return refuse(context, code, {
    code: problem.code,
    message,
    ...(hint === undefined ? {} : { hint }),
  });
}

const HINTS: Partial<Record<CallProblem["kind"], string>> = {
  "not-running": "Start it with `solosafe run`, or the demonstration with `npm start`.",
  "no-permission": "Ask as the user who started the agent, or as root.",
  usage: "See `solosafe help` for the commands, `solosafe status` for the names.",
};

/** Texts name the command `solosafe`; here it may have to be called by a path. */
export function withProgram(
  context: Pick<Context, "program" | "programOptions">,
  text: string,
): string {
  return text.replaceAll(
    /`solosafe ([^`]*)`/g,
    (_all, rest: string) => `\`${context.program} ${rest}${context.programOptions}\``,
  );
}
