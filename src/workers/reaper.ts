import { readFileSync } from "node:fs";
import { type Millis, SECOND } from "../base/duration.ts";
import { hasEndedChild, reapChild, type WaitStatus } from "../host/libc.ts";
import { isRunning, readStat } from "../host/proc.ts";
import type { ProcessId } from "../ports/host.ts";

const LOOK_EVERY: Millis = 2 * SECOND;
const KEPT_MOST = 2048;

/**
 * Reaps our children and the orphans we inherit, each one only at the second look (2 to 4 s after
 * its end): until then its exit status can be read from /proc by the agent, which is not its parent.
 */
export class Reaper {
  #seen = new Map<number, number>();
  readonly #ended = new Map<string, WaitStatus>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.look(), LOOK_EVERY);
    this.#timer.unref();
  }

  /** How a child ended that was reaped lately; null when that is not known. */
  statusOf(id: ProcessId): WaitStatus | null {
    return this.#ended.get(`${id.pid} ${id.startTime}`) ?? null;
  }

  /** One look. Costs one system call when nothing has ended. */
  look(): void {
    if (!hasEndedChild()) {
      this.#seen.clear();
      return;
    }
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
    clearInterval(this.#timer);
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
