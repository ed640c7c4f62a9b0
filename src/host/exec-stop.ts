import type { Millis } from "../base/duration.ts";
import { formatDuration } from "../base/duration.ts";
import type { OperationEnd, OperationRequest, ExecParams } from "../ports/driver.ts";
import type { ProcessId } from "../ports/host.ts";
import type { ExecParts } from "./exec-parts.ts";
import { programOf, runnerEnd, startInTree } from "./exec-script.ts";
import { describeCode, describeEnd } from "./exit-status.ts";
import { done, failed, type Operation } from "./operation.ts";
import { isAlive, type ProcessStat } from "./proc.ts";
import { killUntilEmpty, whenEmpty, whenEnded } from "./tree-end.ts";
import { SIGCONT, SIGTERM, signalProcess } from "./signal-process.ts";
import type { ProcessTree } from "./tree.ts";

const NAMED_MOST = 5;

interface Stop {
  readonly parts: ExecParts;
  readonly params: ExecParams;
  readonly tree: ProcessTree;
  readonly operation: Operation;
  /** `performance.now()` at which the KILL is due. */
  readonly until: Millis;
}

/**
 * Stops a resource: its stop script, or TERM to the whole tree; at the timeout KILL; 10 s; proof. A
 * failed script is followed by TERM. A one-shot resource's script is its only evidence: when it
 * fails, so does the stop. `runner`: the script of an earlier agent, to be waited for.
 */
export async function stopTree(
  parts: ExecParts,
  params: ExecParams,
  tree: ProcessTree,
  operation: Operation,
  request: OperationRequest,
  runner: ProcessId | null,
): Promise<OperationEnd> {
  const until = performance.now() + request.timeoutMs;
  const stop: Stop = { parts, params, tree, operation, until };
  const hasScript = params.stop !== null && (params.kind === "one-shot" || !tree.isEmpty());
  const script = runner || hasScript ? await runScript(stop, request, runner) : null;
  const isTimeout = script?.isTimeout ?? false;
  if (!isTimeout) {
    const tell = script === null || !script.isGood ? terminator() : undefined;
    const isEmpty = await whenEmpty(tree, parts.watch, until, operation, tell);
    if (isEmpty) return conclude(params, script, script?.text ?? "it ended by signal TERM");
  }
  if (!(await killUntilEmpty(tree, parts.watch, operation))) {
    return { result: "still-populated", reason: `after KILL ${nameMembers(tree.members())} left` };
  }
  const what = isTimeout ? "its stop script" : "it";
  const limit = formatDuration(request.timeoutMs);
  return conclude(params, script, `${what} did not end within ${limit} and was killed`);
}

interface ScriptEnd {
  readonly isGood: boolean;
  readonly isTimeout: boolean;
  readonly text: string;
}

function conclude(params: ExecParams, script: ScriptEnd | null, reason: string): OperationEnd {
  if (params.kind === "resident" || script === null || script.isGood) return done(reason);
  return script.isTimeout ? { result: "timed-out", reason: script.text } : failed(script.text);
}

async function runScript(
  stop: Stop,
  request: OperationRequest,
  earlier: ProcessId | null,
): Promise<ScriptEnd> {
  const { parts, params, tree, operation, until } = stop;
  const runner = earlier ?? (await startScript(stop, request));
  if (typeof runner === "string") return { isGood: false, isTimeout: false, text: runner };
  operation.runner = runner;
  const file = parts.store.runnerFile(params.id, "stop");
  if (isAlive(runner)) {
    await whenEnded([runner], parts.watch, Math.max(0, until - performance.now()));
  }
  if (isAlive(runner)) {
    const text = `the stop script did not end within ${formatDuration(request.timeoutMs)}`;
    return { isGood: false, isTimeout: true, text };
  }
  const end = await runnerEnd(parts, runner, file);
  operation.runner = null;
  if (end.kind !== "exited") {
    // Its status is lost with the agent that started it: the tree says whether it did its work.
    const isGood = end.kind === "unknown" && tree.isEmpty();
    return { isGood, isTimeout: false, text: `stop script: ${describeEnd(end)}` };
  }
  const isGood = params.successCodes.includes(end.code);
  return { isGood, isTimeout: false, text: `stop script: ${describeCode(end.code)}` };
}

async function startScript(stop: Stop, request: OperationRequest): Promise<ProcessId | string> {
  const { parts, params, tree, operation } = stop;
  if (params.stop === null) return "there is no stop script any more";
  const program = { ...programOf(parts, params, request, tree), command: params.stop };
  const script = { op: operation.op, doing: "stop" as const };
  const answer = await startInTree(parts, params, program, tree, script);
  return answer.ok ? answer.value : `the stop script was not started: ${answer.fault.message}`;
}

/** A stop that an earlier agent began: what it was asked for is with the policy, and not needed. */
export function resumedStop(op: string, resource: string, timeoutMs: Millis): OperationRequest {
  const reason = "the agent was restarted";
  return { op, resource, event: "STOP", attempt: 1, reason, timeoutMs };
}

/**
 * Sends TERM once to every member, also to those that were forked while the others got theirs. A
 * program that was stopped (SIGSTOP) takes it only when it goes on.
 */
function terminator(): (members: readonly ProcessId[]) => void {
  const told = new Set<string>();
  return (members) => {
    for (const id of members) {
      const name = `${id.pid} ${id.startTime}`;
      if (told.has(name)) continue;
      told.add(name);
      signalProcess(id, SIGTERM);
      signalProcess(id, SIGCONT);
    }
  };
}

/** "2 processes (12 nginx, 15 nginx) are". */
export function nameMembers(members: readonly ProcessStat[]): string {
  const names = members
    .slice(0, NAMED_MOST)
    .map((stat) => `${stat.pid} ${stat.name}${stat.state === "D" ? " (in the kernel)" : ""}`);
  const more = members.length > NAMED_MOST ? ", …" : "";
  const count = members.length === 1 ? "1 process is" : `${members.length} processes are`;
  const [number, ...rest] = count.split(" ");
  return `${number} ${rest.slice(0, -1).join(" ")} (${names.join(", ")}${more}) ${rest.at(-1)}`;
}
