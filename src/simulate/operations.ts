import type { Millis } from "../base/duration.ts";
import type { ResourceId } from "../core/model.ts";
import type { Shell } from "./shell.ts";
import type { Ending, OperationKind } from "./trees.ts";

/** Starts, stops and scripts under way: each is answered once, also by a later agent's asking. */
export class Operations {
  readonly #shell: Shell;
  readonly #ended = new Map<string, Ending>();

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  begin(kind: OperationKind, op: string, name: string, timeoutMs: Millis): void {
    if (kind === "stop") this.#supersede(name);
    const { now, timeline, trees } = this.#shell;
    const ending = trees.begin(kind, op, name, timeoutMs, now);
    timeline.add(ending.at, `op ${op}`, () => this.#end(ending));
  }

  abandon(op: string): void {
    this.#shell.timeline.cancel(`op ${op}`);
    this.#shell.trees.abandon(op);
  }

  /** Answers when it ends, at once when it has ended or nothing is known of it. */
  await(op: string): void {
    const { now, timeline, trees } = this.#shell;
    if (trees.running(op)) return;
    const unknown: Ending = {
      op,
      kind: "script",
      name: op,
      at: now,
      result: "failed",
      reason: "not known",
    };
    const ended = this.#ended.get(op) ?? unknown;
    timeline.add(now, `op ${op}`, () => this.#tell(ended));
  }

  onDown(): void {
    this.#ended.clear();
  }

  #end(planned: Ending): void {
    const { answers, model, now, trees } = this.#shell;
    const ending = { ...planned, at: now };
    trees.end(ending);
    if (ending.kind === "start" && ending.result === "done") {
      answers.onStarted(ending.name as ResourceId, model);
    }
    this.#ended.set(ending.op, ending);
    this.#tell(ending);
  }

  #tell(ending: Ending): void {
    const { op, result, reason } = ending;
    this.#shell.feed({ type: "actionFinished", op, result, reason }, endCause(ending));
  }

  #supersede(resource: string): void {
    const { now, timeline, trees } = this.#shell;
    const running = trees.operationOn(resource);
    if (running?.kind !== "start") return;
    this.abandon(running.op);
    const ending: Ending = { ...running, result: "failed", reason: "superseded by a stop" };
    timeline.add(now, `op ${running.op}`, () => this.#tell(ending));
  }
}

function endCause({ kind, name, result }: Ending): string {
  if (kind === "script") return `(script of ${name} ${result === "done" ? "done" : result})`;
  if (result === "done") return `(${name} ${kind === "start" ? "started" : "stopped"})`;
  return `(${kind} of ${name} ${result === "still-populated" ? "failed" : result})`;
}
