import { MINUTE, type Millis } from "../base/duration.ts";
import type { Soon } from "../base/soon.ts";
import type { ProcessFacts } from "../ports/host.ts";
import { closeDescriptor, openPidfd } from "./libc.ts";
import { hasEnded } from "./poll-calls.ts";
import { readFacts, readStat } from "./proc.ts";

/** So many processes are held; whoever asks for more of them reads /proc each time. */
const HELD_MOST = 2000;
/** One that nobody asked for so long is let go. */
const UNUSED: Millis = 10 * MINUTE;
const LOOKS_BETWEEN_SWEEPS = 4096;

interface Held {
  readonly facts: ProcessFacts;
  readonly pidfd: number;
  usedAt: Millis;
}

/**
 * Processes that are asked for again and again. A pidfd says in half a microsecond that exactly
 * this process still runs; reading /proc/pid/stat anew takes twenty times as long.
 */
export class KnownProcesses {
  readonly #held = new Map<number, Held>();
  #looks = 0;

  /** Facts of a process; null when there is none. `known`, as they were, while it still runs. */
  read(pid: number, known: ProcessFacts | undefined): Soon<ProcessFacts | null> {
    const held = this.#held.get(pid);
    this.#sweep();
    if (held !== undefined && known !== undefined && known.startTime === held.facts.startTime) {
      if (!hasEnded(held.pidfd)) {
        held.usedAt = performance.now();
        return held.facts;
      }
    }
    if (held !== undefined) this.#release(held);
    return this.#readAnew(pid, known);
  }

  async #readAnew(pid: number, known: ProcessFacts | undefined): Promise<ProcessFacts | null> {
    const facts = await readFacts(pid);
    if (facts !== null && known?.startTime === facts.startTime) this.#hold(facts);
    return facts;
  }

  #hold(facts: ProcessFacts): void {
    if (this.#held.size >= HELD_MOST || this.#held.has(facts.pid)) return;
    const pidfd = openPidfd(facts.pid);
    if (pidfd < 0) return;
    // The pid may have been given to another process before we held it.
    if (readStat(facts.pid)?.startTime !== facts.startTime) closeDescriptor(pidfd);
    else this.#held.set(facts.pid, { facts, pidfd, usedAt: performance.now() });
  }

  #release(held: Held): void {
    this.#held.delete(held.facts.pid);
    closeDescriptor(held.pidfd);
  }

  #sweep(): void {
    this.#looks += 1;
    if (this.#looks % LOOKS_BETWEEN_SWEEPS !== 0) return;
    const before = performance.now() - UNUSED;
    for (const held of this.#held.values()) if (held.usedAt < before) this.#release(held);
  }
}
