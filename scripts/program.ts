import { spawn } from "node:child_process";
import { join } from "node:path";

/** The top of this checkout, whatever the current folder is. */
export const ROOT: string = join(import.meta.dirname, "..");

/** How a program ended; `code` is null when a signal or the deadline ended it. */
export interface Ended {
  readonly code: number | null;
  /** Both streams as they came, cut to the last bytes when there were more. */
  readonly output: string;
  readonly tookMs: number;
  readonly timedOut: boolean;
}

const OUTPUT_MAX_BYTES = 400_000;

/**
 * Runs a program from the top of this checkout (or another `folder`), with the product's own Node first in PATH
 * (the tools' wrappers say `env node`). Never rejects: a program that cannot start ends with code
 * null and says so in its output. It is killed at the deadline.
 */
export function runProgram(
  command: readonly [string, ...string[]],
  deadlineMs: number,
  folder: string = ROOT,
): Promise<Ended> {
  const [file, ...rest] = command;
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const child = spawn(file, rest, {
      cwd: folder,
      // Tests compare what a terminal in English shows.
      env: {
        ...process.env,
        LC_ALL: "C.UTF-8",
        PATH: `${ROOT}/node_modules/.bin:${process.env["PATH"] ?? ""}`,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, deadlineMs);
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString("utf8")).slice(-OUTPUT_MAX_BYTES);
    };
    const end = (code: number | null): void => {
      clearTimeout(timer);
      resolve({ code, output, tookMs: performance.now() - startedAt, timedOut });
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => {
      output += String(error);
      end(null);
    });
    child.on("close", end);
  });
}
