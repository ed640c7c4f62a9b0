import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
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
  "read -r stat </proc/$$/stat",
  'printf "%s\\n%s\\n" "$stat" "$1" >>"$0.run"',
  "shift",
  '"$@"',
  "code=$?",
  'echo "$code" >"$0.end"',
  'exit "$code"',
].join("\n");

/** Before a script is started: nothing of the one before it may be taken for its own. */
export function clearRunner({ file }: RunnerFile): void {
  try {
    for (const end of ["run", "end"]) writeFileSync(`${file}.${end}`, "");
  } catch {
    // A full disk, or no folder: the script runs, and is found again by its mark only.
  }
}

/**
 * Writes down who runs the script, as its runner does too when it gets so far: an agent that looks
 * after the start was answered finds it, however slow the server is.
 */
export function noteRunner({ file, note }: RunnerFile, pid: number): void {
  try {
    appendFileSync(
      `${file}.run`,
      `${readFileSync(`/proc/${pid}/stat`, "latin1").trimEnd()}\n${note}\n`,
    );
  } catch {
    // The runner itself may do better.
  }
}

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
  // Spawner and runner each write both lines.
  const note = run.slice(cut + 1).split("\n", 1)[0] ?? "";
  const code = /^\d+\n$/.test(end) ? Number(end) : null;
  return { process: { pid: stat.pid, startTime: stat.startTime }, note, code };
}
