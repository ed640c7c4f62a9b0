import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./program.ts";
import type { Verdict } from "./report-lines.ts";

/** What one test file came to. */
export interface FileResult {
  readonly file: string;
  readonly verdicts: readonly Verdict[];
  /** The last bytes it printed; shown when something in it failed. */
  readonly output: string;
}

/** The longest takes a minute here; a busy virtual machine may be many times slower. */
const FILE_DEADLINE_MS = 20 * 60_000;
const OUTPUT_MAX_BYTES = 60_000;
/** What was printed just before the end may still be on its way. */
const OUTPUT_WAIT_MS = 1000;
const REPORTER = join(import.meta.dirname, "report-lines.ts");

/** Leaders of the process groups that run now; ended when the person ends us. */
const running = new Set<number>();

/** Ends every test file that runs, with the children that are still in its process group. */
export function endRunning(): void {
  for (const pid of running) endGroup(pid);
}

/**
 * Runs one test file in a process of its own, with a deadline. A file that ends badly, hangs, or
 * holds no test at all is a failure of its own, so that nothing can pass by not running.
 */
export async function runFile(file: string, namePattern: string | null): Promise<FileResult> {
  const folder = mkdtempSync(join(tmpdir(), "solosafe-test-"));
  try {
    const lines = join(folder, "verdicts");
    const ended = await runNode([
      "--disable-warning=ExperimentalWarning",
      `--test-reporter=${REPORTER}`,
      `--test-reporter-destination=${lines}`,
      ...(namePattern === null ? [] : [`--test-name-pattern=${namePattern}`]),
      join(ROOT, file),
    ]);
    const verdicts = readVerdicts(lines);
    const own = judgeFile(verdicts, ended.how, namePattern !== null);
    return { file, verdicts: own ? [...verdicts, own] : verdicts, output: ended.output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runNode(options: readonly string[]): Promise<{ how: string | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, options, {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let output = "";
    let how: string | null = null;
    if (child.pid !== undefined) running.add(child.pid);
    const timer = setTimeout(() => {
      how = `not finished after ${FILE_DEADLINE_MS / 60_000} minutes; it was killed`;
      if (child.pid !== undefined) endGroup(child.pid);
    }, FILE_DEADLINE_MS);
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString("utf8")).slice(-OUTPUT_MAX_BYTES);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => {
      how = `could not be started: ${error.message}`;
    });
    const finish = (): void => {
      clearTimeout(timer);
      if (child.pid !== undefined) running.delete(child.pid);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ how, output });
    };
    child.on("close", finish);
    // Without "close" soon: a child that a test left behind may hold our pipe for ever.
    child.on("exit", (code, signal) => {
      if (code !== 0) how ??= code === null ? `ended by ${signal}` : `ended with exit code ${code}`;
      setTimeout(finish, OUTPUT_WAIT_MS).unref();
    });
  });
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // It ended by itself in this moment.
  }
}

function readVerdicts(path: string): readonly Verdict[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return [];
  }
  const complete = text.slice(0, text.lastIndexOf("\n") + 1);
  return complete
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Verdict => JSON.parse(line));
}

function judgeFile(
  verdicts: readonly Verdict[],
  how: string | null,
  isFiltered: boolean,
): Verdict | null {
  const last = verdicts.at(-1)?.path.join(" > ") ?? "none";
  const detail =
    how !== null && !verdicts.some((verdict) => verdict.kind === "failed")
      ? `${how}; the last test that ended: ${last}`
      : how === null && verdicts.length === 0 && !isFiltered
        ? "holds no test"
        : null;
  return detail === null ? null : { kind: "failed", path: ["(the file itself)"], detail };
}
