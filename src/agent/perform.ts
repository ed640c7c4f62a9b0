import { never } from "../base/assert.ts";
import { type Millis, SECOND } from "../base/duration.ts";
import type { RecoveryScript } from "../config/loaded-config.ts";
import type { Action } from "../core/action.ts";
import type { Event } from "../core/event.ts";
import type { OperationResult } from "../core/input.ts";
import type { State } from "../core/state.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { OperationEnd, OperationRequest, ResourceDriver } from "../ports/driver.ts";
import type { Host, ProgramRun } from "../ports/host.ts";
import { type Evidence, EVIDENCE_LIMIT } from "./evidence.ts";
import type { GuardLink } from "./guard-link.ts";
import type { Schedule } from "./schedule.ts";

export interface PerformerParts {
  readonly clock: Clock;
  readonly driver: ResourceDriver;
  readonly host: Host;
  readonly schedule: Schedule;
  /** The recovery script of a monitor as it is configured now. */
  readonly script: (monitor: string) => RecoveryScript | null;
  /** A promise only for `sync`: settled with null when durable, with why when given up. */
  readonly save: (state: State, durability: "sync" | "write") => Promise<string | null> | null;
  /** Takes orders; where there is none the policy gives none. */
  readonly guard: Pick<GuardLink, "order" | "groupsStopped">;
  readonly evidence: Pick<Evidence, "take" | "before" | "hurry">;
  readonly tell: (event: Event) => void;
  readonly finished: (op: string, result: OperationResult, reason: string) => void;
  readonly leave: (reason: string) => void;
}

type SaveAction = Extract<Action, { type: "saveState" }>;
type OperationAction = Extract<Action, { type: "startResource" | "stopResource" }>;

/** A driver that has not answered so long after its own deadline never will. */
const DRIVER_GRACE_MS: Millis = 15 * SECOND;
/** A recovery script's output is only shown in a reason. */
const SCRIPT_OUTPUT_MAX = 64 * 1024;

/**
 * Turns the policy's actions into work. Every action with an `op` ends in exactly one `finished`,
 * at its deadline at the latest, unless it is abandoned.
 */
export class Performer {
  readonly #parts: PerformerParts;
  readonly #deadlines = new Map<string, Timer>();
  readonly #scripts = new Map<string, AbortController>();

  constructor(parts: PerformerParts) {
    this.#parts = parts;
  }

  /** Operations that have not ended. */
  get running(): readonly string[] {
    return [...this.#deadlines.keys()];
  }

  /** Performs one action; a promise holds back those after it. */
  perform(action: Action, state: State): Promise<void> | null {
    const parts = this.#parts;
    switch (action.type) {
      case "saveState":
        return this.#save(state, action);
      case "startResource":
      case "stopResource":
        this.#operate(action);
        break;
      case "takeEvidence":
        parts.evidence.take(action);
        break;
      case "runScript":
        this.#begin(action.op, action.timeoutMs, () => this.#runScript(action));
        break;
      case "awaitOperation":
        this.#begin(action.op, action.timeoutMs, () =>
          parts.driver.resume(action.op, action.timeoutMs),
        );
        break;
      case "abandon":
        this.#abandon(action.op);
        break;
      case "startProbing":
        parts.schedule.start(action.monitor, action.delayMs, action.isEager);
        break;
      case "stopProbing":
        parts.schedule.stop(action.monitor);
        break;
      case "probeNow":
        parts.schedule.probeNow(action.monitor);
        break;
      case "order":
        parts.guard.order(action.order);
        parts.evidence.hurry();
        break;
      case "groupsStopped":
        parts.guard.groupsStopped(action.id);
        break;
      case "event":
        parts.tell(action.event);
        break;
      case "stopAgent":
        parts.leave(action.reason);
        break;
      default:
        never(action);
    }
    return null;
  }

  #save(state: State, action: SaveAction): Promise<void> | null {
    const saved = this.#parts.save(state, action.durability);
    if (saved === null) return null;
    const { op } = action;
    return saved.then((fault) => {
      if (op === undefined) return;
      this.#parts.finished(op, fault === null ? "done" : "failed", fault ?? "");
    });
  }

  #operate(action: OperationAction): void {
    const { op, resource, event, attempt, reason, timeoutMs } = action;
    const request = { op, resource, event, attempt, reason, timeoutMs };
    const { driver } = this.#parts;
    if (action.type === "startResource") {
      this.#begin(op, timeoutMs, () => driver.start(request));
      return;
    }
    const evidence = this.#parts.evidence.before(op);
    if (evidence === null) this.#begin(op, timeoutMs, () => driver.stop(request));
    else this.#begin(op, EVIDENCE_LIMIT + timeoutMs, () => this.#stopAfter(evidence, request));
  }

  async #stopAfter(evidence: Promise<void>, request: OperationRequest): Promise<OperationEnd> {
    await evidence;
    // Nobody wants it any more: somebody else may be at the resource by now.
    if (!this.#deadlines.has(request.op)) return { result: "failed", reason: "it was given up" };
    return await this.#parts.driver.stop(request);
  }

  #begin(op: string, timeoutMs: Millis, work: () => Promise<OperationEnd>): void {
    const timer = this.#parts.clock.timer(timeoutMs + DRIVER_GRACE_MS, () => {
      this.#settle(op, timer, "timed-out", "nothing was heard of it until long after its deadline");
    });
    this.#deadlines.set(op, timer);
    work().then(
      (end) => this.#settle(op, timer, end.result, end.reason),
      (error: unknown) => this.#settle(op, timer, "failed", `a bug: ${String(error)}`),
    );
  }

  /** Only the first end of the operation counts; one that was abandoned has none. */
  #settle(op: string, timer: Timer, result: OperationResult, reason: string): void {
    if (this.#deadlines.get(op) !== timer) return;
    timer.cancel();
    this.#deadlines.delete(op);
    this.#parts.finished(op, result, reason);
  }

  #abandon(op: string): void {
    this.#deadlines.get(op)?.cancel();
    this.#deadlines.delete(op);
    const script = this.#scripts.get(op);
    if (script) script.abort();
    else this.#parts.driver.abandon(op);
  }

  async #runScript(action: ScriptAction): Promise<OperationEnd> {
    const controller = new AbortController();
    this.#scripts.set(action.op, controller);
    try {
      return await runScript(this.#parts, action, controller.signal);
    } finally {
      this.#scripts.delete(action.op);
    }
  }
}

type ScriptAction = Extract<Action, { type: "runScript" }>;

async function runScript(
  parts: PerformerParts,
  action: ScriptAction,
  signal: AbortSignal,
): Promise<OperationEnd> {
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
    signal,
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
