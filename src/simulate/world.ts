import { assert } from "../base/assert.ts";
import { MINUTE, type Millis, SECOND } from "../base/duration.ts";
import type { Action, Order } from "../core/action.ts";
import { decodeState, encodeState } from "../core/codec.ts";
import { nextDeadline } from "../core/deadline.ts";
import { decide } from "../core/decide.ts";
import { initialState } from "../core/initial.ts";
import type { At, BootFacts, Input } from "../core/input.ts";
import type { Model, Monitor, ResourceId } from "../core/model.ts";
import type { State } from "../core/state.ts";
import { Answers } from "./answers.ts";
import type { Answer, StartFaults, WorldOptions } from "./scenario.ts";
import { Timeline } from "./timeline.ts";
import { type Ending, Trees } from "./trees.ts";

/** One call of the policy in a simulated world. */
export interface Step {
  /** Since the beginning of the scenario; goes on over reboots. */
  readonly at: Millis;
  /** What led to it, for people; in parentheses where the world did it by itself. */
  readonly cause: string;
  readonly model: Model;
  readonly before: State;
  readonly input: Input;
  readonly after: State;
  readonly actions: readonly Action[];
}

export type BootEnd = "clean" | "power" | "watchdog" | "panic";

type InputBody = Input extends infer One
  ? One extends At
    ? Omit<One, "at" | "wall">
    : never
  : never;

export const NO_FAULTS: StartFaults = { state: false, config: false, record: false };

const WARM_UP_MS = 15 * MINUTE;
const AGENT_UP_AFTER_MS = 20 * SECOND;
const DOWN_MS = MINUTE;
/** The kernel writes what was not synced within this time. */
const WRITE_BACK_MS = 30 * SECOND;
const EPOCH = Date.UTC(2026, 0, 5, 3);
/** A policy that decides so often in one instant is looping. */
const STEPS_AT_ONCE_MAX = 5000;

/**
 * A server in memory: it runs the policy, answers its actions after a few seconds of virtual time,
 * probes what it is told to probe, dies and boots again. Nothing outside this process is touched.
 */
export class World {
  readonly answers = new Answers();
  readonly trees: Trees;
  readonly #timeline = new Timeline();
  readonly #onStep: (step: Step) => void;
  readonly #hasGuard: boolean;
  /** Monitors being probed, the time between two probes, and when the first may be made. */
  readonly #probing = new Map<string, { readonly intervalMs: Millis; readonly firstAt: Millis }>();
  readonly #ended = new Map<string, Ending>();
  #model: Model;
  #state: State | null = null;
  #written: { readonly state: State; readonly at: Millis } | null = null;
  #durable: State | null = null;
  #saves: { readonly fault: string | null; readonly takesMs: Millis } = { fault: null, takesMs: 0 };
  #now: Millis;
  #bootedAt: Millis;
  #bootNumber = 1;
  #wallOffset = 0;
  #isAgentUp = false;
  #isServerUp = true;
  #order: Order | null = null;
  #stepsAtOnce = 0;

  constructor(model: Model, options: WorldOptions, onStep: (step: Step) => void) {
    this.#model = model;
    this.trees = new Trees(model);
    this.#onStep = onStep;
    this.#hasGuard = options.hasGuard;
    this.#bootedAt = -options.uptimeMs;
    this.#now = options.isCold
      ? 0
      : -Math.max(0, Math.min(WARM_UP_MS, options.uptimeMs - AGENT_UP_AFTER_MS));
  }

  get now(): Millis {
    return this.#now;
  }

  get state(): State | null {
    return this.#isAgentUp ? this.#state : null;
  }

  get model(): Model {
    return this.#model;
  }

  get isServerUp(): boolean {
    return this.#isServerUp;
  }

  /** Lets everything happen that is due until `until`. */
  run(until: Millis): void {
    for (;;) {
      const queued = this.#timeline.nextAt();
      const deadline = this.#deadline();
      const next = Math.min(
        queued ?? Number.POSITIVE_INFINITY,
        deadline ?? Number.POSITIVE_INFINITY,
      );
      if (next > until) break;
      if (next > this.#now) this.#stepsAtOnce = 0;
      this.#now = Math.max(this.#now, next);
      if (queued !== null && queued <= next) this.#timeline.takeFirst()?.();
      else this.feed({ type: "tick" }, "(time)");
    }
    if (until > this.#now) this.#stepsAtOnce = 0;
    this.#now = Math.max(this.#now, until);
  }

  #deadline(): Millis | null {
    if (!this.#isAgentUp || this.#state === null) return null;
    return nextDeadline(this.#model, this.#state) + this.#bootedAt;
  }

  /** Gives the policy one input and performs what it decides; nothing while no agent runs. */
  feed(body: InputBody, cause: string): void {
    if (!this.#isAgentUp || this.#state === null) return;
    this.#stepsAtOnce += 1;
    assert(this.#stepsAtOnce < STEPS_AT_ONCE_MAX, `the policy loops at ${this.#now} ms (${cause})`);
    const wall = EPOCH + this.#now + this.#wallOffset;
    const input = { ...body, at: this.#now - this.#bootedAt, wall } as Input;
    const before = this.#state;
    const { state, actions } = decide(this.#model, before, input);
    this.#state = state;
    this.#onStep({
      at: this.#now,
      cause,
      model: this.#model,
      before,
      input,
      after: state,
      actions,
    });
    for (const action of actions) this.#perform(action);
  }

  #perform(action: Action): void {
    switch (action.type) {
      case "startResource":
        return this.#begin("start", action.op, action.resource, action.timeoutMs);
      case "stopResource":
        this.#supersede(action.resource);
        return this.#begin("stop", action.op, action.resource, action.timeoutMs);
      case "runScript":
        return this.#begin("script", action.op, action.monitor, action.timeoutMs);
      case "awaitOperation":
        return this.#await(action.op);
      case "abandon":
        this.#timeline.cancel(`op ${action.op}`);
        return this.trees.abandon(action.op);
      case "startProbing":
        return this.#startProbing(action.monitor, action.delayMs, action.isEager);
      case "stopProbing":
        return this.#stopProbing(action.monitor);
      case "probeNow":
        return this.#timeline.add(this.#now, `probe ${action.monitor}`, () =>
          this.#probe(action.monitor),
        );
      case "saveState":
        return this.#save(action.durability, action.op ?? null);
      case "order":
        return this.#obey(action.order);
      case "stopAgent":
        return this.#loseAgent();
      case "event":
        return;
    }
  }

  #begin(kind: "start" | "stop" | "script", op: string, name: string, timeoutMs: Millis): void {
    const ending = this.trees.begin(kind, op, name, timeoutMs, this.#now);
    this.#timeline.add(ending.at, `op ${op}`, () => this.#end(ending));
  }

  #end(ending: Ending): void {
    const at = { ...ending, at: this.#now };
    this.trees.end(at);
    if (ending.kind === "start" && ending.result === "done") {
      this.answers.onStarted(ending.name as ResourceId, this.#model);
    }
    this.#ended.set(ending.op, at);
    this.#tellEnd(at);
    this.#goDownWhenEmpty();
  }

  #tellEnd(ending: Ending): void {
    const { op, result, reason } = ending;
    this.feed({ type: "actionFinished", op, result, reason }, endCause(ending));
  }

  #supersede(resource: string): void {
    const running = this.trees.operationOn(resource);
    if (running?.kind !== "start") return;
    this.#timeline.cancel(`op ${running.op}`);
    this.trees.abandon(running.op);
    const ending: Ending = { ...running, result: "failed", reason: "superseded by a stop" };
    this.#timeline.add(this.#now, `op ${running.op}`, () => this.#tellEnd(ending));
  }

  #await(op: string): void {
    if (this.trees.running(op)) return;
    const unknown: Ending = {
      op,
      kind: "script",
      name: op,
      at: this.#now,
      result: "failed",
      reason: "not known",
    };
    const ended = this.#ended.get(op) ?? unknown;
    this.#timeline.add(this.#now, `op ${op}`, () => this.#tellEnd(ended));
  }

  #startProbing(monitor: string, delayMs: Millis, isEager: boolean): void {
    this.#stopProbing(monitor);
    const intervalMs = this.#model.monitors.get(monitor)?.intervalMs ?? SECOND;
    const firstAt = this.#now + delayMs;
    this.#probing.set(monitor, {
      intervalMs: isEager ? Math.min(SECOND, intervalMs) : intervalMs,
      // Between two probes a scenario may bring one forward, not before the first.
      firstAt: delayMs === intervalMs ? this.#now : firstAt,
    });
    this.#schedule(monitor, firstAt);
  }

  #stopProbing(monitor: string): void {
    this.#probing.delete(monitor);
    this.#timeline.cancel(`schedule ${monitor}`);
    this.#timeline.cancel(`probe ${monitor}`);
  }

  #schedule(monitor: string, at: Millis): void {
    this.#timeline.cancel(`schedule ${monitor}`);
    this.#timeline.add(at, `schedule ${monitor}`, () => {
      this.#schedule(monitor, this.#now + (this.#probing.get(monitor)?.intervalMs ?? MINUTE));
      this.#probe(monitor);
    });
  }

  #probe(name: string): void {
    const monitor = this.#model.monitors.get(name);
    if (!monitor) return;
    const answer = this.answers.probe(monitor, this.trees, this.#now);
    const takesMs = answer.isTimeout
      ? monitor.timeoutMs
      : answer.durationMs < SECOND
        ? 0
        : answer.durationMs;
    if (takesMs === 0) return this.#report(monitor, answer, probeCause(name, answer));
    this.#timeline.cancel(`probe ${name}`);
    this.#timeline.add(this.#now + takesMs, `probe ${name}`, () =>
      this.#report(monitor, answer, probeCause(name, answer)),
    );
  }

  #report(monitor: Monitor, answer: Answer, cause: string): void {
    const { outcome, reason, isTimeout } = answer;
    const durationMs = isTimeout ? monitor.timeoutMs : answer.durationMs;
    this.feed(
      { type: "probeFinished", monitor: monitor.name, outcome, reason, durationMs, isTimeout },
      cause,
    );
  }

  /** A monitor answers differently from now on; a probe that is being made finds it at once. */
  tell(name: string, answer: Answer, cause: string): void {
    this.answers.tell(name, answer);
    const monitor = this.#model.monitors.get(name);
    const probing = this.#probing.get(name);
    if (!monitor || !probing || this.#now < probing.firstAt) return;
    this.#schedule(name, this.#now + probing.intervalMs);
    this.#timeline.cancel(`probe ${name}`);
    this.#report(monitor, this.answers.probe(monitor, this.trees, this.#now), cause);
  }

  #save(durability: "sync" | "write", op: string | null): void {
    const state = this.#state;
    const { fault, takesMs } = this.#saves;
    if (fault === null && state !== null) this.#written = { state, at: this.#now };
    if (durability === "write" && fault === null) return;
    this.#timeline.add(this.#now + takesMs, "save", () => {
      if (fault === null) this.#durable = state;
      this.feed({ type: "saveFinished", fault }, fault === null ? "(saved)" : "(save failed)");
      if (op === null) return;
      const result = fault === null ? "done" : "failed";
      this.feed({ type: "actionFinished", op, result, reason: fault ?? "" }, `(save ${result})`);
    });
  }

  setSaves(fault: string | null, takesMs: Millis): void {
    this.#saves = { fault, takesMs };
  }

  killResource(resource: ResourceId, how: string, cause: string): boolean {
    if (!this.trees.kill(resource, how)) return false;
    this.feed({ type: "resourceEnded", resource, how }, cause);
    return true;
  }

  jumpWall(by: Millis): void {
    this.#wallOffset += by;
  }

  /** The whole server stood still: what was under way ends so much later. */
  gap(lostMs: Millis, cause: string): void {
    this.#timeline.shift(lostMs);
    this.trees.shift(lostMs);
    this.#now += lostMs;
    for (const [monitor, { intervalMs }] of this.#probing) {
      this.#timeline.cancel(`probe ${monitor}`);
      this.#schedule(monitor, this.#now + intervalMs);
    }
    this.feed({ type: "gap", lostMs }, cause);
  }

  configure(model: Model, changed: ReadonlySet<string>, cause: string): void {
    this.#model = model;
    this.trees.model = model;
    this.feed({ type: "configChanged", changed, by: "root" }, cause);
  }

  /** An agent comes up: it reads what the one before it saved, and looks at the trees. */
  startAgent(faults: StartFaults, cause: string, seen: Partial<BootFacts> = {}): void {
    const boot: BootFacts = {
      bootId: `boot-${this.#bootNumber}`,
      machineId: "machine-1",
      uptimeMs: this.#now - this.#bootedAt,
      hasWatchdogStatus: false,
      hasPanicRecord: false,
      recordFault: faults.record ? "no copy can be read and written" : null,
      stateFault: faults.state ? "the file is truncated" : null,
      configFault: faults.config ? "line 3: unknown key" : null,
      ...seen,
    };
    const saved = faults.state ? null : this.#written?.state;
    this.#isAgentUp = true;
    const now = { at: boot.uptimeMs, wall: EPOCH + this.#now + this.#wallOffset };
    this.#state = saved ? reload(this.#model, saved, now) : initialState(this.#model, now);
    this.feed(
      { type: "agentStarted", boot, observed: this.trees.observe(), hasGuard: this.#hasGuard },
      cause,
    );
  }

  #loseAgent(): void {
    this.#isAgentUp = false;
    for (const monitor of [...this.#probing.keys()]) this.#stopProbing(monitor);
    this.#timeline.cancel("save");
  }

  /** The agent is gone at once and another comes up after a while; applications go on. */
  restartAgent(awayMs: Millis, faults: StartFaults, cause: string): void {
    if (!this.#isServerUp) return;
    this.#loseAgent();
    this.#timeline.cancel("agent");
    this.#timeline.add(this.#now + awayMs, "agent", () => this.startAgent(faults, cause));
  }

  #obey(order: Order): void {
    if (this.#order) return;
    this.#order = order;
    if (order.kind === "reset" || order.kind === "panic") {
      const how = order.kind === "reset" ? "watchdog" : "panic";
      return this.#timeline.add(this.#now + 5 * SECOND, "down", () =>
        this.boot(how, NO_FAULTS, "(server is up again)"),
      );
    }
    this.#timeline.add(order.deadlineAt + this.#bootedAt, "down", () =>
      this.#leave(order, "power"),
    );
    this.#goDownWhenEmpty();
  }

  #goDownWhenEmpty(): void {
    const order = this.#order;
    if (!order || order.kind === "reset" || order.kind === "panic" || this.trees.isAnyAlive())
      return;
    this.#timeline.cancel("down");
    this.#timeline.add(this.#now + 5 * SECOND, "down", () => {
      this.feed({ type: "shutdownBegan" }, "(systemd shuts down)");
      this.#timeline.add(this.#now + 5 * SECOND, "down", () => this.#leave(order, "clean"));
    });
  }

  #leave(order: Order, how: BootEnd): void {
    if (order.kind === "reboot") return this.boot(how, NO_FAULTS, "(server is up again)");
    this.#goDown(how);
  }

  #goDown(how: BootEnd): void {
    const written = this.#written;
    const isLost = how !== "clean" && written !== null && this.#now - written.at < WRITE_BACK_MS;
    if (isLost) this.#written = this.#durable ? { state: this.#durable, at: this.#now } : null;
    this.#durable = this.#written?.state ?? null;
    this.#loseAgent();
    this.#timeline.clear();
    this.#probing.clear();
    this.#ended.clear();
    this.trees.onBoot();
    this.answers.onBoot();
    this.#order = null;
    this.#isServerUp = false;
  }

  /** A boot that ends without an order of ours; a clean one is announced by systemd. */
  reboot(how: BootEnd, faults: StartFaults): void {
    if (how !== "clean" || !this.#isAgentUp) return this.boot(how, faults, "(server is up again)");
    this.feed({ type: "shutdownBegan" }, "(systemd shuts down)");
    this.#timeline.cancel("down");
    this.#timeline.add(this.#now + 5 * SECOND, "down", () =>
      this.boot(how, faults, "(server is up again)"),
    );
  }

  /** The boot ends and the next one begins: clock at zero, trees gone, what was saved carried over. */
  boot(how: BootEnd, faults: StartFaults, cause: string): void {
    if (this.#isServerUp) this.#goDown(how);
    this.#timeline.clear();
    this.#timeline.add(this.#now + DOWN_MS, "boot", () => {
      this.#bootedAt = this.#now;
      this.#bootNumber += 1;
      this.#isServerUp = true;
      this.#timeline.add(this.#now + AGENT_UP_AFTER_MS, "agent", () =>
        this.startAgent(faults, cause, {
          hasWatchdogStatus: how === "watchdog",
          hasPanicRecord: how === "panic",
        }),
      );
    });
  }
}

/** What an agent reads from the file that the one before it wrote. */
function reload(model: Model, saved: State, now: At): State {
  const read = decodeState(model, JSON.parse(JSON.stringify(encodeState(saved))), now);
  assert(read.ok, "a saved state is read again");
  return read.value;
}

function probeCause(monitor: string, answer: Answer): string {
  if (answer.isTimeout) return `(${monitor} times out)`;
  return `(${monitor} ${answer.outcome})`;
}

function endCause({ kind, name, result }: Ending): string {
  if (kind === "script") return `(script of ${name} ${result === "done" ? "done" : result})`;
  if (result === "done") return `(${name} ${kind === "start" ? "started" : "stopped"})`;
  return `(${kind} of ${name} ${result === "still-populated" ? "failed" : result})`;
}
