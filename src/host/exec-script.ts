import type { Millis } from "../base/duration.ts";
import { outputLog } from "../base/paths.ts";
import type { OperationRequest, ExecParams } from "../ports/driver.ts";
import type { ProcessId } from "../ports/host.ts";
import { monotonic } from "./clock.ts";
import type { ExecParts } from "./exec-parts.ts";
import { type ProgramEnd, readEnd } from "./exit-status.ts";
import { SIGKILL, SIGTERM, signalProcess } from "./signal-process.ts";
import type { ProcessTree } from "./tree.ts";
import { listStats, readExitStatus } from "./proc.ts";
import { readRunner } from "./script-runner.ts";
import { ANSWER_DEADLINE } from "./spawner-client.ts";
import type { LaunchProgram, SpawnerAnswer } from "./spawner-protocol.ts";
import { scriptEnvironment } from "./script-environment.ts";

/** A program of a resource with everything it needs but its command. */
export function programOf(
  parts: ExecParts,
  params: ExecParams,
  request: OperationRequest,
  tree: ProcessTree,
): LaunchProgram {
  return {
    command: params.start,
    environment: scriptEnvironment(params, request, parts.server, tree.variable),
    directory: params.workingDirectory,
    user: params.user,
  };
}

/** Where a resource's programs write. */
export function logOf(parts: ExecParts, params: ExecParams) {
  return {
    path: outputLog(parts.logFolder, params.id),
    maxBytes: params.logMaxBytes,
  };
}

/**
 * Has the spawner start a program in the tree; `doing` = under a runner, as this script. The tree
 * knows of it before it could do anything, and even when the answer is lost.
 */
export async function startInTree(
  parts: ExecParts,
  params: ExecParams,
  program: LaunchProgram,
  tree: ProcessTree,
  script: { readonly op: string; readonly doing: "start" | "stop" } | null,
): Promise<SpawnerAnswer<"start">> {
  const answered = tree.launching();
  const runner = script && {
    file: parts.store.runnerFile(params.id, script.doing),
    note: parts.store.note(script.op, params.id, script.doing),
  };
  const answer = await parts.gate.run(() =>
    parts.spawner.request({
      ...program,
      type: "start",
      output: logOf(parts, params),
      runner,
      // A spawner that hung must not start it after we gave it up: there might be two.
      before: monotonic() + ANSWER_DEADLINE,
    }),
  );
  if (answer.ok) tree.add(answer.value);
  answered();
  return answer;
}

/** How a runner ended: from its zombie, from its file, or from the spawner that reaped it. */
export async function runnerEnd(
  parts: ExecParts,
  id: ProcessId,
  file: string,
): Promise<ProgramEnd> {
  const status = readExitStatus(id);
  if (status !== null) return readEnd(status);
  const left = await readRunner(file);
  if (left?.code !== undefined && left.code !== null && left.process.pid === id.pid) {
    return { kind: "exited", code: left.code };
  }
  return mainEnd(parts, id);
}

/** How a process ended that nobody watched: from its zombie, or from the spawner that reaped it. */
export async function mainEnd(parts: ExecParts, id: ProcessId): Promise<ProgramEnd> {
  const status = readExitStatus(id);
  if (status !== null) return readEnd(status);
  const { pid, startTime } = id;
  const answer = await parts.spawner.request({ type: "ended", pid, startTime });
  return readEnd(answer.ok ? answer.value.status : null);
}

const SCRIPT_GRACE: Millis = 2000;

/** Ends a script with everything in its session: TERM, and KILL after 2 s. Not waited for. */
export function endSession(leader: ProcessId): void {
  if (signalSession(leader, SIGTERM) === 0) return;
  setTimeout(() => signalSession(leader, SIGKILL), SCRIPT_GRACE).unref();
}

function signalSession(leader: ProcessId, signal: number): number {
  const members = listStats().filter(
    (stat) => stat.session === leader.pid && stat.startTime >= leader.startTime,
  );
  for (const stat of members) signalProcess(stat, signal);
  return members.length;
}
