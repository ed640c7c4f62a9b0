import type { Millis } from "../base/duration.ts";
import { fail, type Fault, type Result, succeed } from "../base/result.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { TreeFacts } from "../ports/driver.ts";
import type { ProcessId, Program, ProgramRun } from "../ports/host.ts";

/** What it takes to undo a fault; saved before the fault is made, so that a later agent can. */
export type Undo =
  | { readonly is: "nothing" }
  | { readonly is: "continue"; readonly processes: readonly ProcessId[] }
  | { readonly is: "remove"; readonly path: string }
  | { readonly is: "link-up"; readonly namespace: string; readonly interface: string };

/** A fault that is ready to be made. */
export interface PreparedFault {
  /** What is done to what, for people, without a full stop. */
  readonly what: string;
  readonly undo: Undo;
  make(): Promise<Result<null>>;
  /** Stops what goes on making it; `undoFault` comes when it has settled. */
  halt(): Promise<void>;
  /** Nothing is left that could be undone: what was broken has been replaced. */
  isGone(): boolean;
}

export interface FaultParts {
  readonly clock: Clock;
  readonly tree: (resource: string) => TreeFacts;
  readonly readProcess: (pid: number) => Promise<ProcessId | null>;
  /** Sends to exactly this process; false when it has ended. */
  readonly signal: (
    pid: number,
    startTime: number | null,
    signal: "KILL" | "STOP" | "CONT",
  ) => boolean;
  /** Under the spawner: the agent itself touches no path that may hang. */
  readonly run: (
    program: Program,
    timeoutMs: Millis,
    maxOutputBytes: number,
  ) => Promise<ProgramRun>;
}

/** A drilled tree is larger than this only by mistake. */
const PROCESSES_MAX = 2000;
/** Between two pauses of a slow program: enough for some work, too little to keep up. */
const RUN_MS: Millis = 250;
/** Making or undoing takes a moment; on a dead disk it never ends. */
const PROGRAM_LIMIT: Millis = 20_000;
const OUTPUT_MAX = 16_384;

/** KILL to the main process of a resource. */
export function prepareKill(parts: FaultParts, resource: string): Result<PreparedFault> {
  const { main, pids } = parts.tree(resource);
  const pid = main?.pid ?? pids[0];
  if (pid === undefined) return fail(nothingRuns(resource));
  return succeed({
    what: `KILL was sent to process ${pid} of ${resource}`,
    undo: { is: "nothing" },
    make: async () =>
      parts.signal(pid, main?.startTime ?? null, "KILL")
        ? succeed(null)
        : fail(nothingRuns(resource)),
    halt: async () => {},
    isGone: () => true,
  });
}

/** The whole tree of a resource stands still (STOP). */
export async function prepareFreeze(
  parts: FaultParts,
  resource: string,
): Promise<Result<PreparedFault>> {
  const found = await findProcesses(parts, resource);
  if (!found.ok) return found;
  const processes = found.value;
  return succeed({
    what: `STOP was sent to ${many(processes)} of ${resource}`,
    undo: { is: "continue", processes },
    make: async () => {
      const stopped = processes.filter((one) => parts.signal(one.pid, one.startTime, "STOP"));
      return stopped.length > 0 ? succeed(null) : fail(nothingRuns(resource));
    },
    halt: async () => {},
    isGone: () => areReplaced(parts, resource, processes),
  });
}

/**
 * The tree stands still for `pauseMs` at a time and runs for a moment between: whatever protocol it
 * speaks, it answers late. A proxy that delays would need another address in everybody's settings.
 */
export async function prepareSlow(
  parts: FaultParts,
  resource: string,
  pauseMs: Millis,
): Promise<Result<PreparedFault>> {
  const found = await findProcesses(parts, resource);
  if (!found.ok) return found;
  const processes = found.value;
  let timer: Timer | null = null;
  const send = (signal: "STOP" | "CONT"): boolean =>
    processes.filter((one) => parts.signal(one.pid, one.startTime, signal)).length > 0;
  const pause = (): boolean => {
    const isThere = send("STOP");
    timer = parts.clock.timer(pauseMs, () => {
      send("CONT");
      timer = parts.clock.timer(RUN_MS, pause);
    });
    return isThere;
  };
  return succeed({
    what: `STOP is sent to ${many(processes)} of ${resource} for ${pauseMs} ms of each ${pauseMs + RUN_MS} ms`,
    undo: { is: "continue", processes },
    make: async () => (pause() ? succeed(null) : fail(nothingRuns(resource))),
    halt: async () => timer?.cancel(),
    isGone: () => areReplaced(parts, resource, processes),
  });
}

function many(processes: readonly ProcessId[]): string {
  const [first] = processes;
  return processes.length === 1 && first ? `process ${first.pid}` : `${processes.length} processes`;
}

async function findProcesses(
  parts: FaultParts,
  resource: string,
): Promise<Result<readonly ProcessId[]>> {
  const { pids } = parts.tree(resource);
  const found = await Promise.all(pids.slice(0, PROCESSES_MAX).map(parts.readProcess));
  const processes = found.flatMap((one) =>
    one === null ? [] : [{ pid: one.pid, startTime: one.startTime }],
  );
  return processes.length > 0 ? succeed(processes) : fail(nothingRuns(resource));
}

/** A pid of the tree that was given to another process meanwhile is rare, and ends by the time. */
function areReplaced(
  { tree }: FaultParts,
  resource: string,
  processes: readonly ProcessId[],
): boolean {
  const alive = new Set(tree(resource).pids);
  return !processes.some(({ pid }) => alive.has(pid));
}

/** Runs a program that makes or undoes a fault; its output, or why it did not work. */
export async function runTool(
  parts: Pick<FaultParts, "run">,
  command: readonly [string, ...string[]],
): Promise<Result<string>> {
  const program = { command, environment: { LC_ALL: "C" }, workingDirectory: null, user: null };
  const run = await parts.run(program, PROGRAM_LIMIT, OUTPUT_MAX);
  if (run.kind === "exited" && run.code === 0) return succeed(run.output);
  const name = command[0];
  const why = {
    exited: () => (run.kind === "exited" ? lastLine(run.output) || `exit code ${run.code}` : ""),
    signaled: () => "it was killed",
    timedOut: () => "it did not end in time",
    notStarted: () => "it could not be started; is it installed?",
  }[run.kind]();
  return fail({ code: "drill/tool-failed", message: `${name}: ${why}` });
}

function lastLine(output: string): string {
  return output.trim().split("\n").at(-1) ?? "";
}

/** Takes an interface in a network namespace up or down. */
export function setLink(
  namespace: string,
  name: string,
  to: "up" | "down",
): readonly [string, ...string[]] {
  const words = ["link", "set", "dev", name, to];
  return ["/usr/sbin/ip", "-n", namespace, ...words];
}

/** Undoes a fault, also one of an earlier agent; why it could not, or null. Never waits for long. */
export async function undoFault(parts: FaultParts, undo: Undo): Promise<string | null> {
  switch (undo.is) {
    case "nothing":
      return null;
    case "continue":
      for (const { pid, startTime } of undo.processes) parts.signal(pid, startTime, "CONT");
      return null;
    case "remove":
      return await toolFault(parts, ["/usr/bin/rm", "-f", "--", undo.path]);
    case "link-up":
      return await toolFault(parts, setLink(undo.namespace, undo.interface, "up"));
  }
}

async function toolFault(
  parts: FaultParts,
  command: readonly [string, ...string[]],
): Promise<string | null> {
  const done = await runTool(parts, command);
  return done.ok ? null : done.problem.message;
}

function nothingRuns(resource: string): Fault {
  return { code: "drill/nothing-runs", message: `no process of ${resource} runs` };
}
