import { HOUR, type Millis, SECOND } from "../base/duration.ts";
import type { Action } from "../core/action.ts";
import type { Input, ProbeFinished } from "../core/input.ts";
import type { Model } from "../core/model.ts";
import type { State } from "../core/state.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import { QUICK_MS } from "./schedule-row.ts";

export interface Decision {
  readonly state: State;
  readonly actions: readonly Action[];
}

/** The pure functions of the core, as values, so that the engine's contract is tested without them. */
export interface Policy {
  readonly decide: (model: Model, state: State, input: Input) => Decision;
  /** The earliest deadline in the state; null when there is none. */
  readonly nextDeadline: (model: Model, state: State) => Millis | null;
}

type Untimed<Any> = Any extends Input ? Omit<Any, "at" | "wall"> : never;
/** An input before the engine has given it its time. */
export type NewInput = Untimed<Input>;
/** What the policy is told of a new configuration. */
export type ConfigChange = Extract<NewInput, { readonly type: "configChanged" }>;

export interface EngineParts {
  readonly policy: Policy;
  readonly clock: Clock;
  /** Submits a `gap` when there was one; called before any input is judged. */
  readonly checkGap: () => void;
  readonly model: Model;
  readonly state: State;
  /** Performs one action. A promise (a save that must be durable) holds back the actions after it. */
  readonly perform: (action: Action, state: State) => Promise<void> | null;
  /** A broken invariant: nothing is decided or done after it. Brings the program to its end. */
  readonly onBroken: (error: unknown, input: Input | null) => void;
}

type Listener = (input: Input, decision: Decision) => void;
type ProbeListener = (probe: Untimed<ProbeFinished>) => void;

interface Waiting {
  readonly input: NewInput;
  readonly model: Model | null;
  readonly onDecided: ((decision: Decision) => void) | null;
}

const TICK: Waiting = { input: { type: "tick" }, model: null, onDecided: null };

/** These say themselves what became of the time. */
function isTimed(input: NewInput): boolean {
  return input.type === "tick" || input.type === "gap" || input.type === "agentStarted";
}

/** A deadline that deciding did not move is looked at again after this long, not at once. */
const STUCK_DEADLINE_MS = 100;
/** Who leaves waits so long for a save that holds back what was decided. */
const FINISH_LIMIT: Millis = 2 * SECOND;

/**
 * The imperative shell's heart: one input at a time in order of arrival, their actions performed in
 * order. Nothing here decides anything.
 */
export class Engine {
  readonly #parts: EngineParts;
  readonly #inputs: Waiting[] = [];
  readonly #actions: { readonly action: Action; readonly state: State }[] = [];
  #listeners: readonly Listener[] = [];
  #probeListener: ProbeListener | null = null;
  /** Monitors of which a quick ok changes nothing, as long as state and model are what they are. */
  readonly #settled = new Set<string>();
  #model: Model;
  #state: State;
  #deadline: Millis | null = null;
  #timer: Timer | null = null;
  /** How often a decision changed or did something. */
  #changes = 0;
  #isDeciding = false;
  #isHeld = false;
  /** Those who wait until nothing is held back. */
  #idle: (() => void)[] = [];
  #isStopped = false;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#model = parts.model;
    this.#state = parts.state;
  }

  get model(): Model {
    return this.#model;
  }

  get state(): State {
    return this.#state;
  }

  /** Takes an input; `onDecided` hears what was decided because of it. */
  submit(input: NewInput, onDecided?: (decision: Decision) => void): void {
    if (this.#isStopped) return;
    if (input.type === "probeFinished" && onDecided === undefined) this.#takeProbe(input);
    else this.#take(input, onDecided ?? null);
  }

  #take(input: NewInput, onDecided: Waiting["onDecided"]): void {
    if (input.type !== "gap") this.#parts.checkGap();
    this.#inputs.push({ input, model: null, onDecided });
    this.#decideAll();
  }

  /** An ok that changed nothing changes nothing again while all else is as it was: none is decided. */
  #takeProbe(probe: Untimed<ProbeFinished>): void {
    this.#probeListener?.(probe);
    const { monitor, outcome, durationMs } = probe;
    const isPlain = outcome === "ok" && durationMs < QUICK_MS;
    if (isPlain && this.#settled.has(monitor)) return;
    const before = this.#changes;
    const isAtOnce = !this.#isDeciding;
    this.#take(probe, null);
    if (isPlain && isAtOnce && this.#changes === before) this.#settled.add(monitor);
  }

  /** `listener` is told of every probe that ended; there is one. */
  onProbe(listener: ProbeListener): void {
    this.#probeListener = listener;
  }

  /** Takes a new model into force and decides on what came with it. */
  reconfigure(model: Model, change: ConfigChange): void {
    if (this.#isStopped) return;
    this.#inputs.push({ input: change, model, onDecided: null });
    this.#decideAll();
  }

  /** `listener` is called after each decision; a probe may need none. Returns how to take it back. */
  onDecision(listener: Listener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== listener);
    };
  }

  /** Decides and does nothing from now on. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#inputs.length = 0;
    this.#actions.length = 0;
    this.#tellIdle();
  }

  /** Decides nothing more; what was decided is begun first, unless a save holds it back for long. */
  async finish(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#inputs.length = 0;
    const limit = Promise.withResolvers<void>();
    const timer = this.#parts.clock.timer(FINISH_LIMIT, limit.resolve);
    await Promise.race([this.performed(), limit.promise]);
    timer.cancel();
    this.stop();
  }

  /** Settles when everything that was decided has been begun; until then it is not even saved. */
  performed(): Promise<void> {
    if (!this.#isHeld) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #tellIdle(): void {
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }

  #decideAll(): void {
    if (this.#isDeciding) return;
    this.#isDeciding = true;
    let current: Input | null = null;
    try {
      for (let next = this.#inputs.shift(); next; next = this.#inputs.shift()) {
        const at = this.#parts.clock.now();
        // A deadline that came before this input is decided before it.
        const isLate = this.#deadline !== null && at >= this.#deadline && !isTimed(next.input);
        if (isLate) this.#inputs.unshift(next);
        const { input, model, onDecided } = isLate ? TICK : next;
        if (model) {
          this.#model = model;
          this.#changed();
        }
        current = { ...input, at, wall: this.#parts.clock.wall() };
        this.#decide(current, onDecided);
      }
    } catch (error) {
      this.stop();
      this.#parts.onBroken(error, current);
    } finally {
      this.#isDeciding = false;
    }
  }

  #decide(input: Input, onDecided: Waiting["onDecided"]): void {
    const before = this.#state;
    const decision = this.#parts.policy.decide(this.#model, before, input);
    const { state } = decision;
    this.#state = state;
    if (state !== before || decision.actions.length > 0) this.#changed();
    for (const action of decision.actions) this.#actions.push({ action, state });
    this.#performAll();
    onDecided?.(decision);
    for (const listener of this.#listeners) listener(input, decision);
    if (state !== before || input.type === "tick") this.#armTick(input, decision);
  }

  #changed(): void {
    this.#changes += 1;
    if (this.#settled.size > 0) this.#settled.clear();
  }

  #performAll(): void {
    while (!this.#isHeld) {
      const next = this.#actions.shift();
      if (!next) {
        this.#tellIdle();
        return;
      }
      const held = this.#parts.perform(next.action, next.state);
      if (held === null) continue;
      this.#isHeld = true;
      const release = (): void => this.#release();
      held.then(release, release);
    }
  }

  #release(): void {
    this.#isHeld = false;
    try {
      this.#performAll();
    } catch (error) {
      this.stop();
      this.#parts.onBroken(error, null);
    }
  }

  #armTick(input: Input, decision: Decision): void {
    if (this.#isStopped) return;
    const { clock, policy } = this.#parts;
    this.#timer?.cancel();
    this.#timer = null;
    this.#deadline = policy.nextDeadline(this.#model, this.#state);
    if (this.#deadline === null) return;
    const now = clock.now();
    const isIdle = input.type === "tick" && decision.actions.length === 0;
    if (isIdle && this.#deadline <= now) this.#deadline = now + STUCK_DEADLINE_MS;
    const delayMs = Math.min(HOUR, Math.max(0, this.#deadline - now));
    this.#timer = clock.timer(delayMs, () => this.submit({ type: "tick" }));
  }
}
