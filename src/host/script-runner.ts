import { readFile } from "node:fs/promises";
import type { ProcessId } from "../ports/host.ts";
import { parseStat } from "./proc.ts";
import type { RunnerFile } from "./spawner-protocol.ts";

/**
 * Runs a script and leaves its pid, start time and exit status in files, so that a later agent can
 * wait for it. It is constant: names and words come as arguments, never as text of a shell.
 * $0 = the files' path without ending, $1 = the note, the rest = the script.
 */
const RUNNER = [
  ': >"$0.end"',
  "read -r stat </proc/$$/stat",
  'printf "%s\\n%s\\n" "$stat" "$1" >"$0.run"',
  "shift",
  '"$@"',
  "code=$?",
  'echo "$code" >"$0.end"',
  'exit "$code"',
].join("\n");

/** The command line by which a script is run under its runner. */
export function runnerCommand(
  runner: RunnerFile,
  command: readonly [string, ...string[]],
): [string, ...string[]] {
  return ["/bin/sh", "-c", RUNNER, runner.file, runner.note, ...command];
}

export interface RunnerState {
  readonly process: ProcessId;
  readonly note: string;
  /** Null while it runs, or when it was killed before it could write it. */
  readonly code: number | null;
}

/** Reads what a runner left at `file` (without ending); null when there is nothing to understand. */
export async function readRunner(file: string): Promise<RunnerState | null> {
  const [run, end] = await Promise.all([
    readFile(`${file}.run`, "utf8").catch(() => ""),
    readFile(`${file}.end`, "utf8").catch(() => ""),
  ]);
  const cut = run.indexOf("\n");
  const stat = cut < 0 ? null : parseStat(run.slice(0, cut));
  if (!stat) return null;
  const note = run.slice(cut + 1).trimEnd();
  const code = /^\d+\n$/.test(end) ? Number(end) : null;
  return { process: { pid: stat.pid, startTime: stat.startTime }, note, code };
}
