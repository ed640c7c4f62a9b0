import { never } from "../base/assert.ts";
import { type Millis, SECOND } from "../base/duration.ts";
import type { RecoveryScript } from "../config/loaded-config.ts";
import type { Action } from "../core/action.ts";
import type { Event } from "../core/event.ts";
import type { OperationResult } from "../core/input.ts";
import type { State } from "../core/state.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { OperationEnd, ResourceDriver } from "../ports/driver.ts";
import type { Host, ProgramRun } from "../ports/host.ts";
import type { Schedule } from "./schedule.ts";

export interface PerformerParts {
  readonly clock: Clock;
  readonly driver: ResourceDriver;
  readonly host: Host;
  readonly schedule: Schedule;
  /** The recovery script of a monitor as it is configured now. */
  readonly script: (monitor: string) => RecoveryScript | null;
  /** A promise only for `sync`: settled when durable or given up. */
  readonly save: (state: State, durability: "sync" | "write") => Promise<void> | null;
  readonly tell: (event: Event) => void;
  readonly finished: (op: string, result: OperationResult, reason: string) => void;
  readonly leave: (reason: string) => void;
}

export interface Performer {
  /** Performs one action; a promise holds back those after it. */
  perform(action: Action, state: State): Promise<void> | null;
  /** Operations that have not ended. */
  running(): readonly string[];
}

type OperationAction = Extract<Action, { type: "startResource" | "stopResource" }>;

/** A driver that has not answered so long after its own deadline never will. */
const DRIVER_GRACE_MS: Millis = 15 * SECOND;
/** A recovery script's output is only shown in a reason. */
const SCRIPT_OUTPUT_MAX = 64 * 1024;

/**
 * Turns the policy's actions into work. Every action with an `op` ends in exactly one `finished`,
 * at its deadline at the latest, unless it is abandoned.
 */
export function createPerformer(parts: PerformerParts): Performer {
  const deadlines = new Map<string, Timer>();

  function begin(op: string, limitMs: Millis, work: () => Promise<OperationEnd>): void {
    const timer = parts.clock.timer(limitMs, () => {
      settle(op, timer, "timed-out", "nothing was heard of it until long after its deadline");
    });
    deadlines.set(op, timer);
    work().then(
      (end) => settle(op, timer, end.result, end.reason),
      (error: unknown) => settle(op, timer, "failed", `it could not be carried out: ${error}`),
    );
  }

  /** Only the first end of the operation counts; one that was abandoned has none. */
  function settle(op: string, timer: Timer, result: OperationResult, reason: string): void {
    if (deadlines.get(op) !== timer) return;
    timer.cancel();
    deadlines.delete(op);
    parts.finished(op, result, reason);
  }

  function operate(action: OperationAction): void {
    const { op, resource, event, attempt, reason, timeoutMs } = action;
    const request = { op, resource, event, attempt, reason, timeoutMs };
    begin(op, timeoutMs + DRIVER_GRACE_MS, () =>
      action.type === "startResource" ? parts.driver.start(request) : parts.driver.stop(request),
    );
  }

  function abandon(op: string): void {
    deadlines.get(op)?.cancel();
    deadlines.delete(op);
    parts.driver.abandon(op);
  }

  function perform(action: Action, state: State): Promise<void> | null {
    switch (action.type) {
      case "startResource":
      case "stopResource":
        operate(action);
        return null;
      case "runScript":
        begin(action.op, action.timeoutMs + DRIVER_GRACE_MS, () => runScript(parts, action));
        return null;
      case "awaitOperation":
        begin(action.op, action.timeoutMs + DRIVER_GRACE_MS, () =>
          parts.driver.resume(action.op, action.timeoutMs),
        );
        return null;
      case "abandon":
        abandon(action.op);
        return null;
      case "startProbing":
        parts.schedule.start(action.monitor, action.delayMs, action.isEager);
        return null;
      case "stopProbing":
        parts.schedule.stop(action.monitor);
        return null;
      case "probeNow":
        parts.schedule.probeNow(action.monitor);
        return null;
      case "saveState":
        return parts.save(state, action.durability);
      case "order":
        // There is no guard to take an order: the policy tells `server-action-simulated` instead.
        return null;
      case "event":
        parts.tell(action.event);
        return null;
      case "stopAgent":
        parts.leave(action.reason);
        return null;
      default:
        return never(action);
    }
  }

  return { perform, running: () => [...deadlines.keys()] };
}

type ScriptAction = Extract<Action, { type: "runScript" }>;

async function runScript(parts: PerformerParts, action: ScriptAction): Promise<OperationEnd> {
  const script = parts.script(action.monitor);
  if (!script) return { result: "failed", reason: "the script is no longer configured" };
  const { program } = script;
  const environment = {
    ...program.environment,
    SOLOSAFE_EVENT: "RECOVER",
    SOLOSAFE_MONITOR: action.monitor,
    SOLOSAFE_ATTEMPT: String(action.attempt),
    SOLOSAFE_REASON: action.reason,
  };
  const run = await parts.host.runProgram(
    { ...program, environment },
    action.timeoutMs,
    SCRIPT_OUTPUT_MAX,
  );
  return endOf(run, action.timeoutMs);
}

function endOf(run: ProgramRun, timeoutMs: Millis): OperationEnd {
  switch (run.kind) {
    case "exited":
      return run.code === 0
        ? { result: "done", reason: "exit code 0" }
        : { result: "failed", reason: withOutput(`exit code ${run.code}`, run.output) };
    case "signaled":
      return { result: "failed", reason: withOutput(`signal ${run.signal}`, run.output) };
    case "timedOut":
      return { result: "timed-out", reason: `no end within ${timeoutMs / 1000} s` };
    case "notStarted":
      return { result: "failed", reason: `not started: ${run.message}` };
    default:
      return never(run);
  }
}

/** The last line a program wrote is most often why it failed. */
function withOutput(reason: string, output: string): string {
  const line = output.trimEnd().split("\n").at(-1)?.trim() ?? "";
  return line === "" ? reason : `${reason}: ${line.slice(0, 200)}`;
}
