import { type CallProblem, type Client, EXIT_CODES } from "../api/client.ts";
import type { Paths } from "../base/paths.ts";
import type { Fault } from "../base/result.ts";
import type { Speech } from "../events/speech.ts";
import type { GuardTools } from "./guard-tools.ts";
import type { Headings } from "./headings/en.ts";
import type { Paint } from "./paint.ts";

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
export interface Context {
  readonly paths: Paths;
  /** Top folder of the checkout; null when installed. */
  readonly checkout: string | null;
  readonly client: Client;
  readonly paint: Paint;
  /** `--json`: one JSON document, or one a line where it follows. */
  readonly isJson: boolean;
  readonly isTerminal: boolean;
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
  /** Of this program. */
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Calls back at each Ctrl-C; without a listener Ctrl-C ends the program at once. */
  onInterrupt(listener: () => void): void;
  /** What kind of storage a path lies on, for the defaults of what watches it. */
  readonly storageOf: (path: string) => "local" | "network" | "multipath" | null;
  /** Watchdog and sysrq are those of the host below. */
  readonly isContainer: boolean;
  /** What the kernel's command line says of this product, as `solosafe=…`. */
  readonly kernelWish: "off" | "observe" | null;
  readonly guard: GuardTools;
  /** Texts of the history in a state folder, the newest segment first; rejects when it is not there. */
  historySegments(state: string): AsyncIterable<string>;
  /** What a person answers in one line; null when nobody is there to be asked. */
  ask(question: string): Promise<string | null>;
  /** Replaces a file as a whole, durably; mode, owner and a link stay. Rejects on a fault. */
  replaceFile(path: string, text: string): Promise<void>;
  /** Writes one or more lines to stdout. */
  out(text: string): void;
  /** Writes one or more lines to stderr. */
  err(text: string): void;
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
