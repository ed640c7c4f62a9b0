import { assert } from "../base/assert.ts";
import { MINUTE, type Millis, SECOND } from "../base/duration.ts";
import type { Action } from "../core/action.ts";
import { nextDeadline } from "../core/deadline.ts";
import { decide } from "../core/decide.ts";
import { initialState } from "../core/initial.ts";
import type { At, BootFacts, Input } from "../core/input.ts";
import type { Model, ResourceId } from "../core/model.ts";
import type { State } from "../core/state.ts";
import { Answers } from "./answers.ts";
import { Memory } from "./memory.ts";
import { Operations } from "./operations.ts";
import { type BootEnd, Power, type PowerEffects } from "./power.ts";
import { Probes } from "./probes.ts";
import type { StartFaults, WorldOptions } from "./scenario.ts";
import type { InputBody, Shell } from "./shell.ts";
import { Timeline } from "./timeline.ts";
import { Trees } from "./trees.ts";

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

/** The agent comes up so long before 00:00, so that a scenario begins with a quiet server. */
const WARM_UP_MS: Millis = 15 * MINUTE;
const AGENT_UP_LEAST_MS: Millis = 20 * SECOND;
const EPOCH = Date.UTC(2026, 0, 5, 3);
/** A policy that decides so often in one instant is looping. */
const STEPS_AT_ONCE_MAX = 5000;

/**
 * A server in memory: it runs the policy, answers its actions after a few seconds of virtual time,
 * probes what it is told to probe, dies and boots again. Nothing outside this process is touched.
 */
export class World implements Shell, PowerEffects {
  readonly timeline = new Timeline();
  readonly answers = new Answers();
  readonly trees: Trees;
  readonly memory: Memory;
  readonly probes: Probes;
  readonly power: Power;
  readonly #operations: Operations;

  readonly #onStep: (step: Step) => void;
  readonly #hasGuard: boolean;
  #model: Model;
  #state: State | null = null;
  /** The calendar of planned windows: when those that are open end. */
  readonly #windows = new Map<string, Millis>();
  #now: Millis;
  #wallOffset: Millis = 0;
  #isAgentUp = false;
  #stepsAtOnce = 0;

  constructor(model: Model, options: WorldOptions, onStep: (step: Step) => void) {
    this.#model = model;
    this.trees = new Trees(model);
    this.#onStep = onStep;
    this.#hasGuard = options.hasGuard;
    const warmUpMs = Math.min(WARM_UP_MS, options.uptimeMs - AGENT_UP_LEAST_MS);
    this.#now = options.isCold ? 0 : -Math.max(0, warmUpMs);
    this.memory = new Memory(this);
    this.probes = new Probes(this);
    this.#operations = new Operations(this);
    this.power = new Power(this, this, -options.uptimeMs);
  }

  get now(): Millis {
    return this.#now;
  }

  /** Null while no agent runs. */
  get state(): State | null {
    return this.#isAgentUp ? this.#state : null;
  }

  get model(): Model {
    return this.#model;
  }

  /** Lets everything happen that is due until `until`. */
  run(until: Millis): void {
    for (;;) {
      const queued = this.timeline.nextAt() ?? Number.POSITIVE_INFINITY;
      const next = Math.min(queued, this.#deadline());
      if (next > until) break;
      this.#goOn(next);
      if (queued <= next) this.timeline.takeFirst()?.();
      else this.feed({ type: "tick" }, "(time)");
    }
    this.#goOn(until);
  }

  #goOn(to: Millis): void {
    if (to <= this.#now) return;
    this.#stepsAtOnce = 0;
    this.#now = to;
  }

  #deadline(): Millis {
    if (!this.#isAgentUp || this.#state === null) return Number.POSITIVE_INFINITY;
    return nextDeadline(this.#model, this.#state) + this.power.bootedAt;
  }

  /** Gives the policy one input and performs what it decides; nothing while no agent runs. */
  feed(body: InputBody, cause: string): void {
    if (!this.#isAgentUp || this.#state === null) return;
    this.#stepsAtOnce += 1;
    assert(this.#stepsAtOnce < STEPS_AT_ONCE_MAX, `the policy loops at ${this.#now} ms (${cause})`);
    const input = { ...body, ...this.#at() } as Input;
    const before = this.#state;
    const { state, actions } = decide(this.#model, before, input);
    this.#state = state;
    const model = this.#model;
    this.#onStep({ at: this.#now, cause, model, before, input, after: state, actions });
    for (const action of actions) this.#perform(action, state);
    this.power.goDownWhenEmpty();
  }

  #at(): At {
    return { at: this.#now - this.power.bootedAt, wall: EPOCH + this.#now + this.#wallOffset };
  }

  #perform(action: Action, state: State): void {
    switch (action.type) {
      case "startResource":
        return this.#operations.begin("start", action.op, action.resource, action.timeoutMs);
      case "stopResource":
        return this.#operations.begin("stop", action.op, action.resource, action.timeoutMs);
      case "runScript":
        return this.#operations.begin("script", action.op, action.monitor, action.timeoutMs);
      case "awaitOperation":
        return this.#operations.await(action.op);
      case "abandon":
        return this.#operations.abandon(action.op);
      case "startProbing":
        return this.probes.start(action.monitor, action.delayMs, action.isEager);
      case "stopProbing":
        return this.probes.stop(action.monitor);
      case "probeNow":
        return this.probes.probeNow(action.monitor);
      case "saveState":
        return this.memory.save(state, action.durability, action.op ?? null);
      case "order":
        return this.power.obey(action.order);
      case "takeEvidence":
        // Nobody waits for it there: how long it takes is not the policy's.
        return;
      case "groupsStopped":
        // The trees themselves tell (`goDownWhenEmpty`).
        return;
      case "stopAgent":
        return this.#loseAgent();
      case "event":
        return;
    }
  }

  /** The tree of a resource ends; false when nothing ran that could end. */
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
    this.timeline.shift(lostMs);
    this.trees.shift(lostMs);
    this.#goOn(this.#now + lostMs);
    this.probes.onGap();
    this.feed({ type: "gap", lostMs }, cause);
  }

  configure(model: Model, changed: ReadonlySet<string>, cause: string): void {
    this.#model = model;
    this.trees.model = model;
    const observed = this.trees.observe();
    this.feed({ type: "configChanged", changed, by: "root", observed }, cause);
  }

  /** An agent comes up: it reads what the one before it saved, and looks at the trees. */
  startAgent(faults: StartFaults, cause: string, seen: Partial<BootFacts> = {}): void {
    const now = this.#at();
    const boot: BootFacts = {
      bootId: `boot-${this.power.bootNumber}`,
      machineId: "machine-1",
      uptimeMs: now.at,
      hasWatchdogStatus: false,
      hasPanicRecord: false,
      recordFault: faults.record ? "no copy can be read and written" : null,
      stateFault: faults.state ? "the file is truncated" : null,
      configFault: faults.config ? "line 3: unknown key" : null,
      ...seen,
    };
    const saved = faults.state ? null : this.memory.read(this.#model, now);
    this.#isAgentUp = true;
    this.#state = saved ?? initialState(this.#model, now);
    const observed = this.trees.observe();
    this.feed({ type: "agentStarted", boot, observed, hasGuard: this.#hasGuard }, cause);
    for (const name of this.#model.windows.keys()) this.#tellWindow(name, "(calendar)");
  }

  /** A planned window begins; null = it is over. */
  window(name: string, forMs: Millis | null, cause: string): void {
    if (forMs === null) this.#windows.delete(name);
    else this.#windows.set(name, this.#at().wall + forMs);
    this.#tellWindow(name, cause);
  }

  #tellWindow(window: string, cause: string): void {
    const untilWall = this.#windows.get(window) ?? 0;
    const isOpen = untilWall > this.#at().wall;
    this.feed({ type: "window", window, isOpen, untilWall }, cause);
  }

  /** The agent is gone at once and another comes up after a while; applications go on. */
  restartAgent(awayMs: Millis, faults: StartFaults, cause: string): void {
    if (!this.power.isUp) return;
    this.#loseAgent();
    this.timeline.cancel("agent");
    this.timeline.add(this.#now + awayMs, "agent", () => this.startAgent(faults, cause));
  }

  #loseAgent(): void {
    this.#isAgentUp = false;
    this.probes.stopAll();
    this.timeline.cancel("save");
  }

  /** The boot has ended: of what was not saved nothing is left. */
  onDown(how: BootEnd): void {
    this.memory.onDown(how === "clean");
    this.#loseAgent();
    this.#operations.onDown();
    this.trees.onBoot();
  }

  onUp(): void {
    this.answers.onBoot();
  }
}
