import { HOUR, type Millis } from "../base/duration.ts";
import type { Action } from "../core/action.ts";
import type { Input } from "../core/input.ts";
import type { Model } from "../core/model.ts";
import type { State } from "../core/state.ts";
import type { Clock, Timer } from "../ports/clock.ts";

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

export interface Engine {
  model(): Model;
  state(): State;
  /** Takes an input; `onDecided` hears what was decided because of it. */
  submit(input: NewInput, onDecided?: (decision: Decision) => void): void;
  /** Takes a new model into force and decides on its `configChanged`. */
  reconfigure(model: Model, changed: ReadonlySet<string>, by: string): void;
  /** Called after each decision. Returns how to take it back. */
  onDecision(listener: (input: Input, decision: Decision) => void): () => void;
  /** Decides nothing from now on. */
  stop(): void;
}

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

/**
 * The imperative shell's heart: one input at a time in order of arrival, their actions performed in
 * order. Nothing here decides anything.
 */
export function createEngine(parts: EngineParts): Engine {
  const { policy, clock } = parts;
  const inputs: Waiting[] = [];
  const actions: { readonly action: Action; readonly state: State }[] = [];
  const listeners = new Set<(input: Input, decision: Decision) => void>();
  let { model, state } = parts;
  let deadline: Millis | null = null;
  let timer: Timer | null = null;
  let isDeciding = false;
  let isHeld = false;
  let isStopped = false;

  function decideAll(): void {
    if (isDeciding) return;
    isDeciding = true;
    let current: Input | null = null;
    try {
      for (let next = inputs.shift(); next && !isStopped; next = inputs.shift()) {
        const at = clock.now();
        // A deadline that came before this input is decided before it.
        const isLate = deadline !== null && at >= deadline && !isTimed(next.input);
        if (isLate) inputs.unshift(next);
        const { input, model: newModel, onDecided } = isLate ? TICK : next;
        if (newModel) model = newModel;
        current = { ...input, at, wall: clock.wall() };
        decideOne(current, onDecided);
      }
    } catch (error) {
      stop();
      parts.onBroken(error, current);
    } finally {
      isDeciding = false;
    }
  }

  function decideOne(input: Input, onDecided: Waiting["onDecided"]): void {
    const before = state;
    const decision = policy.decide(model, state, input);
    state = decision.state;
    for (const action of decision.actions) actions.push({ action, state });
    performAll();
    onDecided?.(decision);
    for (const listener of listeners) listener(input, decision);
    if (state !== before || input.type === "tick") armTick(input, decision);
  }

  function performAll(): void {
    while (!isHeld) {
      const next = actions.shift();
      if (!next) return;
      const held = parts.perform(next.action, next.state);
      if (held === null) continue;
      isHeld = true;
      held.then(release, release);
    }
  }

  function release(): void {
    isHeld = false;
    try {
      performAll();
    } catch (error) {
      stop();
      parts.onBroken(error, null);
    }
  }

  function armTick(input: Input, decision: Decision): void {
    if (isStopped) return;
    timer?.cancel();
    timer = null;
    deadline = policy.nextDeadline(model, state);
    if (deadline === null) return;
    const now = clock.now();
    const isStuck = input.type === "tick" && decision.actions.length === 0 && deadline <= now;
    if (isStuck) deadline = now + STUCK_DEADLINE_MS;
    const delayMs = Math.min(HOUR, Math.max(0, deadline - now));
    timer = clock.timer(delayMs, () => submit({ type: "tick" }));
  }

  function submit(input: NewInput, onDecided?: (decision: Decision) => void): void {
    if (isStopped) return;
    if (input.type !== "gap") parts.checkGap();
    inputs.push({ input, model: null, onDecided: onDecided ?? null });
    decideAll();
  }

  function stop(): void {
    isStopped = true;
    timer?.cancel();
    inputs.length = 0;
    actions.length = 0;
  }

  return {
    model: () => model,
    state: () => state,
    submit,
    reconfigure(next, changed, by) {
      if (isStopped) return;
      inputs.push({ input: { type: "configChanged", changed, by }, model: next, onDecided: null });
      decideAll();
    },
    onDecision(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop,
  };
}
