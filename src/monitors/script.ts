import * as z from "zod/mini";
import { MINUTE, formatDuration } from "../base/duration.ts";
import { ocfMeaning } from "../base/ocf.ts";
import type { ProgramRun } from "../ports/host.ts";
import {
  type Complaint,
  NO_LINKS,
  type Probe,
  type ProbeResult,
  defineMonitor,
  failed,
  ok,
  unknown,
  warning,
} from "./define.ts";
import {
  about,
  absolutePath,
  account,
  command,
  compile,
  environment,
  exitCodes,
  pattern,
} from "./fields.ts";

const OUTPUT_BYTES = 64 * 1024;
const SHOWN_CHARACTERS = 120;

const params = z.strictObject({
  command: about("The program and its words; never a shell's command line", command()),
  user: about("Account that it runs as", z.optional(account())),
  directory: about("Working directory", z.optional(absolutePath())),
  environment: about(
    "Environment variables besides those of every script",
    z._default(environment(), {}),
  ),
  "success-codes": about("Exit codes that mean ok", z._default(exitCodes(), [0])),
  "warning-codes": about("Exit codes that mean warning", z._default(exitCodes(), [])),
  "unknown-codes": about(
    "Exit codes that mean the check could not be done: 5 (OCF: not installed), 126 and 127 (shell: not executable, not found)",
    z._default(exitCodes(), [5, 126, 127]),
  ),
  matches: about(
    "Regular expression that the first 64 KiB of the output must match",
    z.optional(pattern()),
  ),
});
type Params = z.output<typeof params>;

function shortForm(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === "string" || Array.isArray(value) ? { command: value } : null;
}

function check(given: Params): readonly Complaint[] {
  const lists = ["success-codes", "warning-codes", "unknown-codes"] as const;
  const complaints: Complaint[] = [];
  const meanings = new Map<number, string>();
  // The default of unknown-codes gives way to what is written in the other lists.
  for (const list of lists.slice(0, 2)) {
    for (const code of given[list]) {
      const earlier = meanings.get(code);
      if (earlier !== undefined && earlier !== list) {
        complaints.push({
          key: list,
          what: `exit code ${code} is in \`${earlier}\` too`,
          hint: null,
        });
      }
      meanings.set(code, list);
    }
  }
  return complaints;
}

function judgeExit(
  given: Params,
  code: number,
  output: string,
  expression: RegExp | null,
): ProbeResult {
  const said = lastLine(output);
  const reason = `exit code ${code}${said === "" ? "" : `: ${said}`}`;
  const meaning = ocfMeaning(code);
  const named =
    meaning === null ? reason : `exit code ${code} (${meaning})${said === "" ? "" : `: ${said}`}`;
  const isWarning = given["warning-codes"].includes(code);
  if (given["success-codes"].includes(code) || isWarning) {
    if (expression !== null && !expression.test(output)) {
      return failed(`${reason}; the output does not match \`${given.matches ?? ""}\``);
    }
    return isWarning ? warning(reason) : ok(reason);
  }
  return given["unknown-codes"].includes(code) ? unknown(named) : failed(named);
}

function judge(
  given: Params,
  run: ProgramRun,
  timeoutMs: number,
  expression: RegExp | null,
): ProbeResult {
  switch (run.kind) {
    case "exited":
      return judgeExit(given, run.code, run.output, expression);
    case "signaled":
      return failed(`ended by signal ${run.signal}`);
    case "timedOut":
      return failed(`timed out after ${formatDuration(timeoutMs)}`);
    case "notStarted":
      return unknown(`could not be started: ${run.message}`);
  }
}

/** What a script says last is what it wants to be quoted with. */
function lastLine(output: string): string {
  const lines = output.slice(-4096).trimEnd().split("\n");
  return (lines.at(-1) ?? "")
    .replaceAll(/[^\P{C}]+/gu, " ")
    .trim()
    .slice(0, SHOWN_CHARACTERS);
}

function createProbe(given: Params): Probe {
  const expression = given.matches === undefined ? null : compile(given.matches);
  const program = {
    command: given.command,
    environment: given.environment,
    workingDirectory: given.directory ?? null,
    user: given.user ?? null,
  };
  return async ({ host, monitor, timeoutMs }) => {
    const own = { ...program.environment, SOLOSAFE_MONITOR: monitor };
    const run = await host.runProgram({ ...program, environment: own }, timeoutMs, OUTPUT_BYTES);
    return judge(given, run, timeoutMs, expression);
  };
}

export const script = defineMonitor({
  name: "script",
  title: "Script",
  detects:
    "Whatever your own program finds out; it says so by its exit code, and by its output if you like.",
  cannotDetect:
    "What the script does not look at; and a script that cannot be started only makes it unknown.",
  params,
  shortForm,
  shortExample: "[/srv/shop/check, --quick]",
  defaults: { intervalMs: MINUTE / 2, timeoutMs: MINUTE / 2, retries: 0, finalAction: "none" },
  isEventDriven: () => false,
  links: (given) => ({ ...NO_LINKS, command: given.command }),
  check,
  createProbe,
});
