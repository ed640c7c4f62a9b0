import { MINUTE, type Millis } from "../base/duration.ts";
import type { Soon } from "../base/soon.ts";
import type { ProcessFacts } from "../ports/host.ts";
import { addToEpoll, closeDescriptor, openEpoll, openPidfd, readyNow } from "./libc.ts";
import { FirstOfTurn } from "./once-a-turn.ts";
import { readFacts, readStat } from "./proc.ts";

/** So many processes are held; whoever asks for more of them reads /proc each time. */
const HELD_MOST = 2000;
/** One that nobody asked for so long is let go. */
const UNUSED: Millis = 10 * MINUTE;
const LOOKS_BETWEEN_SWEEPS = 4096;
const EPOLLIN = 1;

interface Held {
  readonly facts: ProcessFacts;
  readonly pidfd: number;
  usedAt: Millis;
}

/**
 * Processes that are asked for again and again. Their pidfds say together, in one call for all who
 * ask at the same moment, which of them have ended; reading one /proc/pid/stat takes 10 µs.
 */
export class KnownProcesses {
  readonly #held = new Map<number, Held>();
  readonly #byPidfd = new Map<number, Held>();
  readonly #turn = new FirstOfTurn();
  #lookedAt: Millis = 0;
  #epoll: number | null = null;
  #reads = 0;

  /** Facts of a process; null when there is none. `known`, as they were, while it still runs. */
  read(pid: number, known: ProcessFacts | undefined): Soon<ProcessFacts | null> {
    if (this.#turn.begins()) this.#releaseEnded();
    this.#sweep();
    const held = this.#held.get(pid);
    if (held !== undefined && known !== undefined && known.startTime === held.facts.startTime) {
      held.usedAt = this.#lookedAt;
      return held.facts;
    }
    if (held !== undefined) this.#release(held);
    return this.#readAnew(pid, known);
  }

  #releaseEnded(): void {
    this.#lookedAt = performance.now();
    if (this.#epoll === null) return;
    for (let left = this.#held.size; left > 0; ) {
      const ended = readyNow(this.#epoll);
      for (const pidfd of ended) {
        const held = this.#byPidfd.get(pidfd);
        if (held !== undefined) this.#release(held);
      }
      left = ended.length === 0 ? 0 : left - ended.length;
    }
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
    const epoll = this.#openSet();
    // The pid may have been given to another process before we held it.
    const isSame = readStat(facts.pid)?.startTime === facts.startTime;
    if (!isSame || epoll === null || !addToEpoll(epoll, pidfd, EPOLLIN)) {
      closeDescriptor(pidfd);
      return;
    }
    const held = { facts, pidfd, usedAt: performance.now() };
    this.#held.set(facts.pid, held);
    this.#byPidfd.set(pidfd, held);
  }

  /** Null when no descriptor is left; then /proc is read each time. */
  #openSet(): number | null {
    try {
      this.#epoll ??= openEpoll();
    } catch {
      return null;
    }
    return this.#epoll;
  }

  /** The kernel takes a descriptor that is closed out of the set (epoll(7)). */
  #release(held: Held): void {
    this.#held.delete(held.facts.pid);
    this.#byPidfd.delete(held.pidfd);
    closeDescriptor(held.pidfd);
  }

  #sweep(): void {
    this.#reads += 1;
    if (this.#reads % LOOKS_BETWEEN_SWEEPS !== 0) return;
    const before = this.#lookedAt - UNUSED;
    for (const held of this.#held.values()) if (held.usedAt < before) this.#release(held);
  }
}
