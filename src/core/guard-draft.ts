import type { Millis } from "../base/duration.ts";
import type { GuardAct } from "./guard-input.ts";
import type { AgentState, GuardState, ProverState } from "./guard-state.ts";

/** The guard's next state while it is being decided, and the acts in their order. */
export class GuardDraft {
  state: GuardState;
  readonly acts: GuardAct[] = [];

  constructor(state: GuardState) {
    this.state = state;
  }

  get at(): Millis {
    return this.state.at;
  }

  act(act: GuardAct): void {
    this.acts.push(act);
  }

  note(level: "warning" | "emergency", text: string): void {
    this.act({ type: "note", level, text });
  }

  patch(change: Partial<GuardState>): void {
    this.state = { ...this.state, ...change };
  }

  patchProver(change: Partial<ProverState>): void {
    this.patch({ prover: { ...this.state.prover, ...change } });
  }

  patchAgent(change: Partial<AgentState>): void {
    this.patch({ agent: { ...this.state.agent, ...change } });
  }
}
