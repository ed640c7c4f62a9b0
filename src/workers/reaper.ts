import { readFileSync } from "node:fs";
import { type Millis, SECOND } from "../base/duration.ts";
import { hasEndedChild, reapChild, type WaitStatus } from "../host/libc.ts";
import { isRunning, readStat } from "../host/proc.ts";
import type { ProcessId } from "../ports/host.ts";

const LOOK_AGAIN: Millis = 2 * SECOND;
const KEPT_MOST = 2048;

/**
 * Reaps our children and the orphans we inherit, each one only at the second look (2 s after its end
 * or later): until then its exit status can be read from /proc by the agent, which is not its
 * parent. Looks when the kernel says that something has ended.
 */
export class Reaper {
  #seen = new Map<number, number>();
  readonly #ended = new Map<string, WaitStatus>();
  #timer: NodeJS.Timeout | null = null;
  readonly #onChild = (): void => this.#plan();

  constructor() {
    process.on("SIGCHLD", this.#onChild);
  }

  /** How a child ended that was reaped lately; null when that is not known. */
  statusOf(id: ProcessId): WaitStatus | null {
    return this.#ended.get(`${id.pid} ${id.startTime}`) ?? null;
  }

  /** One look, and another while something waits to be reaped. */
  look(): void {
    this.#timer = null;
    if (!hasEndedChild()) {
      this.#seen.clear();
      return;
    }
    this.#plan();
    const seen = new Map<number, number>();
    for (const pid of listChildren()) {
      const stat = readStat(pid);
      if (!stat || isRunning(stat)) continue;
      if (this.#seen.get(pid) === stat.startTime) this.#reap(stat);
      else seen.set(pid, stat.startTime);
    }
    this.#seen = seen;
  }

  close(): void {
    process.removeListener("SIGCHLD", this.#onChild);
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** Not at once: most that end are reaped by who waits for them, and many may end together. */
  #plan(): void {
    this.#timer ??= setTimeout(() => this.look(), LOOK_AGAIN).unref();
  }

  #reap(id: ProcessId): void {
    const status = reapChild(id.pid);
    if (status === null) return;
    this.#ended.set(`${id.pid} ${id.startTime}`, status);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > KEPT_MOST && oldest !== undefined) this.#ended.delete(oldest);
  }
}

function listChildren(): number[] {
  try {
    const text = readFileSync(`/proc/self/task/${process.pid}/children`, "latin1");
    return text.split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
