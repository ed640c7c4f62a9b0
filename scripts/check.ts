/** `npm run check [-- --fix]`: what can be told about the code without running it. */
import { type Ended, ROOT, runProgram } from "./program.ts";

/** One check: its name for people, and what to run. */
interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Picks what matters from the tool's output; a tool that prints whole files needs it. */
  readonly shorten?: (output: string) => string;
}

/** The verdict of one check. */
export interface CheckResult {
  readonly name: string;
  readonly isOk: boolean;
  readonly tookMs: number;
  /** What the tool said; empty when it was content. */
  readonly output: string;
}

const LINES_MAX = 80;
const DEADLINE_MS = 5 * 60_000;
const TOOLS = `${ROOT}/node_modules/.bin`;

function checks(isFixing: boolean): readonly Check[] {
  return [
    {
      name: "generated files",
      command: [process.execPath, `${ROOT}/scripts/generate.ts`, ...(isFixing ? [] : ["--check"])],
    },
    { name: "types (tsc)", command: [`${TOOLS}/tsc`, "-p", ROOT, "--pretty", "false"] },
    {
      name: "types of the page",
      command: [`${TOOLS}/tsc`, "-p", `${ROOT}/ui`, "--pretty", "false"],
    },
    {
      name: "rules (oxlint)",
      command: [`${TOOLS}/oxlint`, "--type-aware", "-f", "unix", ...(isFixing ? ["--fix"] : [])],
    },
    {
      name: "format (biome)",
      command: [
        `${TOOLS}/biome`,
        "format",
        "--max-diagnostics=none",
        "--colors=off",
        ...(isFixing ? ["--write"] : []),
      ],
      shorten: listUnformatted,
    },
  ];
}

/**
 * Runs every check and reports each as it is known to be the next in order. With `isFixing` the
 * tools mend what they can, one after the other, because they write the same files.
 */
export async function runChecks(
  isFixing: boolean,
  report: (result: CheckResult) => void,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  const started = checks(isFixing).map((check) => ({
    check,
    run: isFixing ? null : runProgram(check.command, DEADLINE_MS),
  }));
  for (const { check, run } of started) {
    const ended = await (run ?? runProgram(check.command, DEADLINE_MS));
    const result = judge(check, ended);
    results.push(result);
    report(result);
  }
  return results;
}

function judge(check: Check, ended: Ended): CheckResult {
  const isOk = ended.code === 0;
  const shown = cut((check.shorten ?? String)(ended.output.trim()).replaceAll(`${ROOT}/`, ""));
  const silent = `it said nothing and ended with ${ended.code ?? "a signal"}`;
  const late = ended.timedOut ? `\nnot finished after ${DEADLINE_MS / 60_000} minutes` : "";
  return {
    name: check.name,
    isOk,
    tookMs: ended.tookMs,
    output: isOk ? "" : (shown || silent) + late,
  };
}

/** Biome shows every difference; the names of the files are enough, since it can mend them. */
function listUnformatted(output: string): string {
  const files = [...output.matchAll(/^(\S+) format ━/gm)].map((match) => match[1]);
  const broken = [...output.matchAll(/^(\S+) parse ━/gm)].map((match) => match[1]);
  if (files.length + broken.length === 0) return output;
  return [
    ...broken.map((file) => `${file}: cannot be read`),
    ...files.map((file) => `${file}: not formatted`),
  ].join("\n");
}

function cut(text: string): string {
  const lines = text.split("\n");
  if (lines.length <= LINES_MAX) return text;
  return [...lines.slice(0, LINES_MAX), `… ${lines.length - LINES_MAX} more lines`].join("\n");
}

/** One line for one check, and below it what the tool found. */
export function formatCheck(result: CheckResult): string {
  const line = `${result.isOk ? "ok    " : "FAILED"} ${result.name.padEnd(18)} ${(result.tookMs / 1000).toFixed(1)}s`;
  return result.isOk ? line : `${line}\n${result.output.replaceAll(/^/gm, "       ")}`;
}

async function main(): Promise<void> {
  const unknown = process.argv.slice(2).filter((argument) => argument !== "--fix");
  if (unknown.length > 0) {
    console.error(`check: unknown argument ${unknown.join(" ")}; it knows only --fix`);
    process.exitCode = 2;
    return;
  }
  const isFixing = process.argv.includes("--fix");
  const results = await runChecks(isFixing, (result) => console.log(formatCheck(result)));
  const failed = results.filter((result) => !result.isOk).length;
  if (failed > 0) {
    console.log(
      `\n${failed} of ${results.length} checks failed; "npm run format" mends what tools can mend.`,
    );
    process.exitCode = 1;
  }
}

if (import.meta.main) await main();
