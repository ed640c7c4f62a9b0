import { type Millis, SECOND } from "../base/duration.ts";
import type { Observed, OperationResult } from "../core/input.ts";
import type { Model, ResourceId } from "../core/model.ts";
import type { Behaviour } from "./scenario.ts";

type Tree =
  | { readonly is: "empty" }
  | { readonly is: "ended"; readonly how: string }
  | { readonly is: "stoppedOutside" }
  | { readonly is: "starting"; readonly op: string }
  | { readonly is: "running"; readonly since: Millis }
  /** A stop gave up on it: processes are left. */
  | { readonly is: "stuck" };

export type OperationKind = "start" | "stop" | "script";

/** How an operation of the simulated world will end, and when. */
export interface Ending {
  readonly op: string;
  readonly kind: OperationKind;
  /** Resource, or monitor of a script. */
  readonly name: string;
  readonly at: Millis;
  readonly result: OperationResult;
  readonly reason: string;
}

const USUAL_MS: Readonly<Record<OperationKind, Millis>> = {
  start: 3 * SECOND,
  stop: 2 * SECOND,
  script: SECOND,
};
const KILL_MS = 10 * SECOND;

/** The process trees of a simulated server and the operations on them. */
export class Trees {
  model: Model;
  readonly #trees = new Map<string, Tree>();
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #running = new Map<string, Ending>();

  constructor(model: Model) {
    this.model = model;
  }

  behave(kind: OperationKind, name: string, behaviour: Behaviour): void {
    this.#behaviours.set(`${kind} ${name}`, behaviour);
  }

  isOneShot(resource: string): boolean {
    return this.model.resources.get(resource)?.kind === "one-shot";
  }

  isAlive(resource: string): boolean {
    const { is } = this.#tree(resource);
    return is === "running" || is === "starting" || is === "stuck";
  }

  isAnyAlive(): boolean {
    return [...this.#trees.keys()].some((resource) => this.isAlive(resource));
  }

  runningSince(resource: string): Millis | null {
    const tree = this.#tree(resource);
    return tree.is === "running" ? tree.since : null;
  }

  running(op: string): Ending | undefined {
    return this.#running.get(op);
  }

  /** The operation that runs on a resource now. */
  operationOn(resource: string): Ending | undefined {
    return [...this.#running.values()].find(
      (one) => one.kind !== "script" && one.name === resource,
    );
  }

  /** Begins an operation and says how it will end. */
  begin(kind: OperationKind, op: string, name: string, timeoutMs: Millis, now: Millis): Ending {
    if (kind === "start" && this.isAlive(name)) {
      const reason = `processes of ${name} still run`;
      return this.#keep({ op, kind, name, at: now, result: "still-populated", reason });
    }
    if (kind === "start") this.#trees.set(name, { is: "starting", op });
    const behaviour = this.#behaviours.get(`${kind} ${name}`);
    const takesMs = behaviour?.takesMs ?? USUAL_MS[kind];
    const ends = behaviour?.ends ?? "works";
    if (kind === "stop" && !this.isAlive(name)) {
      return this.#keep({ op, kind, name, at: now, result: "done", reason: "nothing ran" });
    }
    if (kind === "stop" && (ends === "hangs" || (ends === "works" && takesMs > timeoutMs))) {
      return this.#keep({
        op,
        kind,
        name,
        at: now + timeoutMs,
        result: "done",
        reason: "ended by KILL",
      });
    }
    if (kind === "stop" && ends === "fails") {
      const at = now + timeoutMs + KILL_MS;
      return this.#keep({
        op,
        kind,
        name,
        at,
        result: "still-populated",
        reason: "its processes do not end",
      });
    }
    if (ends === "hangs" || takesMs > timeoutMs) {
      return this.#keep({
        op,
        kind,
        name,
        at: now + timeoutMs,
        result: "timed-out",
        reason: "timeout",
      });
    }
    const result = ends === "fails" ? "failed" : "done";
    const reason = ends === "fails" ? (behaviour?.reason ?? "") : "";
    return this.#keep({ op, kind, name, at: now + takesMs, result, reason });
  }

  /** The operation ends as it was said; what it leaves is now the state of the tree. */
  end(ending: Ending): void {
    this.#running.delete(ending.op);
    if (ending.kind === "stop") {
      this.#trees.set(ending.name, ending.result === "done" ? { is: "empty" } : { is: "stuck" });
    }
    if (ending.kind !== "start" || ending.result === "still-populated") return;
    const isOneShot = this.isOneShot(ending.name);
    if (ending.result === "done" && !isOneShot) {
      this.#trees.set(ending.name, { is: "running", since: ending.at });
    } else if (ending.result !== "timed-out") this.#trees.set(ending.name, { is: "empty" });
  }

  /** An abandoned start is ended with its tree; an abandoned stop leaves the tree as it is. */
  abandon(op: string): void {
    const ending = this.#running.get(op);
    this.#running.delete(op);
    if (ending?.kind === "start") this.#trees.set(ending.name, { is: "empty" });
  }

  /** False when nothing ran that could end. */
  kill(resource: ResourceId, how: string): boolean {
    if (this.#tree(resource).is !== "running") return false;
    this.#trees.set(resource, { is: "ended", how });
    return true;
  }

  /** Somebody outside stopped it, or started it again. */
  outside(resource: ResourceId, isStopped: boolean, now: Millis): void {
    this.#trees.set(resource, isStopped ? { is: "stoppedOutside" } : { is: "running", since: now });
  }

  /** Everything that stays runs already: the server was found in service. */
  runAll(now: Millis): void {
    for (const [id, { kind }] of this.model.resources) {
      if (kind === "resident") this.#trees.set(id, { is: "running", since: now });
    }
  }

  /** What an agent finds that has just come up. */
  observe(): ReadonlyMap<string, Observed> {
    const found = new Map<string, Observed>();
    for (const resource of this.model.resources.keys()) {
      const operation = this.operationOn(resource);
      const tree = this.#tree(resource);
      if (operation) found.set(resource, { is: "busy", op: operation.op });
      else if (this.isAlive(resource)) found.set(resource, { is: "running" });
      else if (tree.is === "ended" || tree.is === "stoppedOutside") found.set(resource, tree);
      else found.set(resource, { is: "empty" });
    }
    return found;
  }

  onBoot(): void {
    this.#trees.clear();
    this.#running.clear();
  }

  /** Running operations end so much later. */
  shift(by: Millis): void {
    for (const [op, ending] of this.#running)
      this.#running.set(op, { ...ending, at: ending.at + by });
  }

  #tree(resource: string): Tree {
    return this.#trees.get(resource) ?? { is: "empty" };
  }

  #keep(ending: Ending): Ending {
    this.#running.set(ending.op, ending);
    return ending;
  }
}
