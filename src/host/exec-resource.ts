import { formatDuration, type Millis, SECOND } from "../base/duration.ts";
import type {
  ObservedTree,
  OperationEnd,
  OperationRequest,
  ExecParams,
  TreeFacts,
} from "../ports/driver.ts";
import type { ProcessId } from "../ports/host.ts";
import { Adopted } from "./adopted.ts";
import type { Census } from "./census.ts";
import type { ExecParts } from "./exec-parts.ts";
import { endSession, logOf, mainEnd, programOf, runnerEnd, startInTree } from "./exec-script.ts";
import { nameMembers, resumedStop, stopTree } from "./exec-stop.ts";
import { describeCode, describeEnd } from "./exit-status.ts";
import { keepTogether } from "./keep-together.ts";
import { MainProcess } from "./main-process.ts";
import { done, failed, Operation } from "./operation.ts";
import { isAlive } from "./proc.ts";
import { untilReady } from "./ready-check.ts";
import { ProcessTree } from "./tree.ts";
import { whenEnded } from "./tree-end.ts";
import type { FoundRunner, SavedTree } from "./tree-store.ts";

const LOOK_AGAIN: Millis = SECOND;

/** One `exec` resource: its tree, its main process, and the operation that runs on it. */
export class ExecResource {
  readonly #parts: ExecParts;
  readonly #tree: ProcessTree;
  readonly #adopted: Adopted;
  #params: ExecParams;
  #main: MainProcess | null = null;
  #operation: Operation | null = null;
  /** A start that was asked of the spawner and not answered yet. */
  #launching: Promise<unknown> = Promise.resolve();
  #isLaunching = false;
  #isClosed = false;

  constructor(parts: ExecParts, params: ExecParams) {
    this.#parts = parts;
    this.#params = params;
    const folder = parts.cgroupRoot && `${parts.cgroupRoot}/${params.id.replaceAll("/", "+")}`;
    const mark = `${parts.stateId}/${params.id}`;
    this.#tree = new ProcessTree(mark, folder, logOf(parts, params).path, parts.marks);
    this.#adopted = new Adopted(parts.watch, (how) => this.#lifeEnded(how));
  }

  get params(): ExecParams {
    return this.#params;
  }

  set params(params: ExecParams) {
    this.#params = params;
  }

  /** Nothing of it runs and nothing is being done with it. */
  get isIdle(): boolean {
    return this.#operation === null && this.#tree.isEmpty();
  }

  /** `look` is asked for a census not older than a time, when no group knows the members. */
  facts(look: (since: Millis) => Census): TreeFacts {
    const tree = this.#tree;
    const members = tree.isKnownByGroup ? tree.members() : tree.members(look(tree.addedAt));
    const main = this.#main?.id ?? null;
    return { tracking: tree.tracking, main, pids: members.map((stat) => stat.pid) };
  }

  start(request: OperationRequest): Promise<OperationEnd> {
    const { id } = this.#params;
    if (this.#operation) return Promise.resolve(failed(`${id} is being worked on already`));
    const members = this.#tree.isEmpty() ? null : this.#tree.members();
    if (members) {
      const reason = `${nameMembers(members)} still there`;
      return Promise.resolve({ result: "still-populated", reason });
    }
    this.#letGo();
    this.#tree.forget();
    const operation = this.#begin(request.op, "start");
    operation.after(request.timeoutMs, () => this.#startTimedOut(operation, request.timeoutMs));
    this.#isLaunching = true;
    const isResident = this.#params.kind === "resident";
    const work = isResident ? this.#reside(request, operation) : this.#runOnce(request, operation);
    void work.then((end) => operation.settle(end));
    return operation.promise;
  }

  stop(request: OperationRequest): Promise<OperationEnd> {
    const current = this.#operation;
    if (current?.doing === "stop") return current.promise;
    this.#letGo();
    current?.settle(failed("a stop came before its end"));
    if (current?.runner) endSession(current.runner);
    const hasNoScript = this.#params.kind === "resident" || this.#params.stop === null;
    if (hasNoScript && !this.#isLaunching && this.#tree.isEmpty()) {
      this.#stopped();
      return Promise.resolve(done("nothing of it was running"));
    }
    const operation = this.#begin(request.op, "stop");
    void this.#stop(request, operation, null);
    return operation.promise;
  }

  /** Waits for a script that an earlier agent started. */
  resume(found: FoundRunner, timeoutMs: Millis): Promise<OperationEnd> {
    if (this.#operation) return Promise.resolve(failed("another operation has begun since"));
    const operation = this.#begin(found.op, found.doing);
    const { process: runner } = found.state;
    operation.runner = runner;
    if (found.doing === "start") {
      operation.after(timeoutMs, () => this.#startTimedOut(operation, timeoutMs));
      void this.#awaitRunner(runner, operation).then((end) => operation.settle(end));
    } else {
      const request = resumedStop(found.op, this.#params.id, timeoutMs);
      void this.#stop(request, operation, runner);
    }
    return operation.promise;
  }

  /** False when it is not the operation that runs. */
  abandon(op: string): boolean {
    const operation = this.#operation;
    if (operation?.op !== op) return false;
    if (operation.runner) endSession(operation.runner);
    operation.settle(failed("it was abandoned"));
    return true;
  }

  /** Puts a process of the tree under watch as part of the resource's life; false when it is not one. */
  adopt(name: string, pid: number): boolean {
    const census = this.#parts.marks.look(performance.now());
    const stat = this.#tree.members(census).find((one) => one.pid === pid);
    if (!stat || !this.#adopted.add({ name, id: stat })) return false;
    this.#save();
    return true;
  }

  /** Takes up what an earlier agent left. */
  async observe(
    census: Census,
    saved: SavedTree | null,
    runner: FoundRunner | null,
  ): Promise<ObservedTree> {
    this.#tree.restore(saved ?? { sessions: [], pids: [], cgroup: null });
    if (runner) return { is: "busy", op: runner.op };
    const isEmpty = this.#tree.isEmpty(census);
    const main = saved?.main ?? null;
    const end = main && !isAlive(main) ? describeEnd(await mainEnd(this.#parts, main)) : null;
    if (isEmpty) {
      this.#tree.forget();
      this.#save();
      return end === null ? { is: "empty" } : { is: "ended", how: end };
    }
    keepTogether(this.#parts, this.#params.id, this.#tree, census, () => this.#save());
    // Killed, with children left: that was its end, as it would have been under our eyes.
    const isKilled = end !== null && end !== "exit code 0" && end !== "status unknown";
    if (this.#params.kind === "resident" && isKilled) return { is: "ended", how: end };
    for (const one of saved?.adopted ?? []) this.#adopted.add(one);
    if (this.#params.kind === "resident") this.#guard(end === null ? main : null);
    return { is: "running" };
  }

  /** Ends all watching; nothing is stopped. */
  close(): void {
    this.#isClosed = true;
    this.#letGo();
    this.#operation?.settle(failed("the agent leaves"));
    // Fails, and is meant to, while something lives in it.
    this.#tree.removeGroup();
  }

  /** The resource is gone from the configuration and nothing of it runs. */
  remove(): void {
    this.close();
    this.#parts.store.save(this.#params.id, () => null);
  }

  #begin(op: string, doing: "start" | "stop"): Operation {
    const operation = new Operation(op, doing);
    const isOneShot = this.#params.kind === "one-shot";
    this.#operation = operation;
    void operation.promise.then(() => {
      if (this.#operation === operation) this.#operation = null;
      // The next agent waits for a script that still runs when this one leaves.
      const hasRunner = doing === "stop" ? this.#params.stop !== null : isOneShot;
      if (hasRunner && !this.#isClosed) this.#parts.store.forgetRunner(this.#params.id, doing);
    });
    return operation;
  }

  async #launch(
    request: OperationRequest,
    operation: Operation,
    isScript: boolean,
  ): Promise<ProcessId | string> {
    const program = programOf(this.#parts, this.#params, request, this.#tree);
    const script = isScript ? { op: operation.op, doing: "start" as const } : null;
    const launching = startInTree(this.#parts, this.#params, program, this.#tree, script);
    this.#launching = launching;
    const answer = await launching;
    this.#isLaunching = false;
    if (!answer.ok) return answer.fault.message;
    keepTogether(this.#parts, this.#params.id, this.#tree, answer.value, () => this.#save());
    return answer.value;
  }

  async #reside(request: OperationRequest, operation: Operation): Promise<OperationEnd> {
    const launched = await this.#launch(request, operation, false);
    if (typeof launched === "string") return failed(`it was not started: ${launched}`);
    if (operation.isOver) return failed("it came too late");
    const { ready } = this.#params;
    this.#guard(launched);
    this.#save();
    if (ready === null) return done(`it runs as process ${launched.pid}`);
    const program = programOf(this.#parts, this.#params, request, this.#tree);
    const problem = await untilReady(ready, program, this.#parts.spawner, operation);
    return problem === null ? done("its ready check succeeded") : failed(problem);
  }

  async #runOnce(request: OperationRequest, operation: Operation): Promise<OperationEnd> {
    const launched = await this.#launch(request, operation, true);
    if (typeof launched === "string") return failed(`it was not started: ${launched}`);
    if (operation.isOver) {
      endSession(launched);
      return failed("it came too late");
    }
    operation.runner = launched;
    return this.#awaitRunner(launched, operation);
  }

  /** The operation's own timer ends the script when it takes too long. */
  async #awaitRunner(runner: ProcessId, operation: Operation): Promise<OperationEnd> {
    const { store, watch } = this.#parts;
    while (isAlive(runner) && !operation.isOver) await whenEnded([runner], watch, LOOK_AGAIN);
    if (operation.isOver) return failed("it is not waited for any more");
    const end = await runnerEnd(this.#parts, runner, store.runnerFile(this.#params.id, "start"));
    operation.runner = null;
    if (end.kind !== "exited") return failed(`start script: ${describeEnd(end)}`);
    const text = `start script: ${describeCode(end.code)}`;
    return this.#params.successCodes.includes(end.code) ? done(text) : failed(text);
  }

  #startTimedOut(operation: Operation, timeoutMs: Millis): void {
    if (operation.runner) endSession(operation.runner);
    const limit = formatDuration(timeoutMs);
    const what = operation.runner ? "the start script did not end" : "it was not ready";
    operation.settle({ result: "timed-out", reason: `${what} within ${limit}` });
    this.#letGo();
  }

  async #stop(request: OperationRequest, operation: Operation, runner: ProcessId | null) {
    await this.#launching;
    const end = await stopTree(this.#parts, this.#params, this.#tree, operation, request, runner);
    if (end.result !== "still-populated" && !operation.isOver) this.#stopped();
    operation.settle(end);
  }

  #stopped(): void {
    this.#tree.forget();
    this.#save();
  }

  #letGo(): void {
    this.#main?.cancel();
    this.#main = null;
    this.#adopted.clear();
  }

  #guard(main: ProcessId | null): void {
    this.#main?.cancel();
    this.#main = new MainProcess(
      main,
      this.#tree,
      this.#parts.watch,
      (how) => this.#lifeEnded(how),
      () => this.#save(),
    );
  }

  #lifeEnded(how: string): void {
    this.#letGo();
    const operation = this.#operation;
    if (operation?.doing === "start") operation.settle(failed(`it ended: ${how}`));
    else this.#parts.ended(this.#params.id, how);
  }

  #save(): void {
    this.#parts.store.save(this.#params.id, () =>
      this.#tree.isForgotten
        ? null
        : {
            ...this.#tree.record,
            bootId: this.#parts.store.bootId,
            main: this.#main?.id ?? null,
            adopted: this.#adopted.list(),
          },
    );
  }
}
