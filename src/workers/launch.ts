import { closeSync, statSync } from "node:fs";
import { type Account, errorName, errorText, findAccount, spawnProgram } from "../host/libc.ts";
import { readStat } from "../host/proc.ts";
import { clearRunner, noteRunner, runnerCommand } from "../host/script-runner.ts";
import type { LaunchProgram, RunnerFile, SpawnerFault } from "../host/spawner-protocol.ts";
import type { ProcessId } from "../ports/host.ts";

export type Launched =
  | { readonly ok: true; readonly value: ProcessId }
  | { readonly ok: false; readonly fault: SpawnerFault };

export interface Identity {
  /** Words before the program's own. */
  readonly prefix: readonly string[];
  /** `NAME=value`. */
  readonly environment: readonly string[];
}

/**
 * Starts a program in a session of its own. `output` is the descriptor for what it prints (null =
 * nowhere) and is closed here in any case.
 */
export function launch(
  program: LaunchProgram,
  runner: RunnerFile | null,
  output: number | null,
): Launched {
  try {
    const identity = identityOf(program.user);
    if ("code" in identity) return { ok: false, fault: identity };
    const [first, ...rest] = [...identity.prefix, ...program.command];
    if (first === undefined) return refuse("EINVAL", "there is no program to start");
    const command: [string, ...string[]] = [first, ...rest];
    if (runner) clearRunner(runner);
    const pid = spawnProgram({
      command: runner ? runnerCommand(runner, command) : command,
      environment: joinEnvironment(program.environment, identity.environment),
      workingDirectory: program.directory,
      output,
    });
    if (pid < 0) return { ok: false, fault: explain(-pid, program, first) };
    if (runner) noteRunner(runner, pid);
    // It is our child and not reaped yet: it is there even when it has already ended.
    return { ok: true, value: { pid, startTime: readStat(pid)?.startTime ?? 0 } };
  } finally {
    if (output !== null) closeSync(output);
  }
}

function refuse(code: string, message: string): Launched {
  return { ok: false, fault: { code, message } };
}

/** What it takes to run as somebody (null = as this program): setpriv(1) keeps the other groups. */
export function identityOf(user: string | null): Identity | SpawnerFault {
  if (user === null) return { prefix: [], environment: [] };
  const account = findAccount(user);
  if (!account) return { code: "ENOUSER", message: `there is no account ${user}` };
  const environment = [`HOME=${account.home}`, `USER=${user}`, `LOGNAME=${user}`];
  const own = process.geteuid?.() ?? 0;
  if (account.uid === own) return { prefix: [], environment };
  if (own !== 0) {
    return { code: "EPERM", message: `only root may start programs as ${user}` };
  }
  return { prefix: setpriv(user, account), environment };
}

function setpriv(user: string, account: Account): string[] {
  return ["setpriv", `--reuid=${user}`, `--regid=${account.gid}`, "--init-groups", "--"];
}

/** What was asked for wins over what belongs to the account. */
function joinEnvironment(asked: readonly string[], account: readonly string[]): string[] {
  const names = new Set(asked.map((one) => one.split("=", 1)[0]));
  return [...asked, ...account.filter((one) => !names.has(one.split("=", 1)[0]))];
}

/** The kernel says only "not found"; say what was not. */
function explain(errno: number, program: LaunchProgram, first: string): SpawnerFault {
  const code = errorName(errno);
  if (program.directory !== null && !isFolder(program.directory)) {
    return { code, message: `there is no folder ${program.directory} to start it in` };
  }
  if (code === "ENOENT") return { code, message: `${first} was not found` };
  if (code === "EACCES") return { code, message: `${first} is not executable` };
  if (code === "ENOEXEC") {
    return { code, message: `${first} is not a program; does a script lack its #! line?` };
  }
  return { code, message: `${first} could not be started: ${errorText(errno)}` };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
