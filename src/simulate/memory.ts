import { assert } from "../base/assert.ts";
import { type Millis, SECOND } from "../base/duration.ts";
import { decodeState, encodeState } from "../core/codec.ts";
import type { At } from "../core/input.ts";
import type { Model } from "../core/model.ts";
import type { State } from "../core/state.ts";
import type { Shell } from "./shell.ts";

/** The kernel writes what was not synced within this time. */
const WRITE_BACK_MS: Millis = 30 * SECOND;

/** The simulated disk: what an agent saved, and what of it outlives the boot. */
export class Memory {
  readonly #shell: Shell;
  #written: { readonly state: State; readonly at: Millis } | null = null;
  #durable: State | null = null;
  #saves: { readonly fault: string | null; readonly takesMs: Millis } = { fault: null, takesMs: 0 };

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  /** How saves end from now on, and how long durable ones take. */
  setSaves(fault: string | null, takesMs: Millis): void {
    this.#saves = { fault, takesMs };
  }

  save(state: State, durability: "sync" | "write", op: string | null): void {
    const { now, timeline } = this.#shell;
    const { fault, takesMs } = this.#saves;
    if (fault === null) this.#written = { state, at: now };
    if (durability === "write" && fault === null) return;
    timeline.add(now + takesMs, "save", () => this.#end(state, fault, op));
  }

  #end(state: State, fault: string | null, op: string | null): void {
    if (fault === null) this.#durable = state;
    const shell = this.#shell;
    shell.feed(
      { type: "saveFinished", fault, isSlow: false },
      fault === null ? "(saved)" : "(save failed)",
    );
    if (op === null) return;
    const result = fault === null ? "done" : "failed";
    shell.feed({ type: "actionFinished", op, result, reason: fault ?? "" }, `(save ${result})`);
  }

  /** What was written last and not synced may be lost when the boot does not end cleanly. */
  onDown(isClean: boolean): void {
    const written = this.#written;
    const isLost = !isClean && written !== null && this.#shell.now - written.at < WRITE_BACK_MS;
    if (isLost) this.#written = this.#durable && { state: this.#durable, at: this.#shell.now };
    this.#durable = this.#written?.state ?? null;
  }

  /** What a new agent reads, through the same text as a real one; null when nothing was saved. */
  read(model: Model, now: At): State | null {
    if (this.#written === null) return null;
    const text = JSON.stringify(encodeState(this.#written.state));
    const read = decodeState(model, JSON.parse(text), now);
    assert(read.ok, "a saved state is read again");
    return read.value;
  }
}
