import type { Millis } from "../base/duration.ts";
import { fail, type Result, succeed } from "../base/result.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { TreeFacts } from "../ports/driver.ts";

export interface DrillParts {
  readonly clock: Clock;
  readonly tree: (resource: string) => TreeFacts;
  /** Sends to exactly this process; false when it has ended. `startTime` null: whoever has the pid. */
  readonly signal: (
    pid: number,
    startTime: number | null,
    signal: "KILL" | "STOP" | "CONT",
  ) => boolean;
}

export interface Drills {
  /** Kills the main process of a resource. */
  kill(resource: string): Result<readonly number[]>;
  /** Stops the whole tree; it goes on after `forMs`, or when the agent leaves. */
  freeze(resource: string, forMs: Millis): Result<readonly number[]>;
  /** Lets everything go on that is frozen. */
  thawAll(): void;
}

/** Real faults, made on purpose by a person (words.md, "drill"). */
export function createDrills(parts: DrillParts): Drills {
  const frozen = new Map<string, { readonly timer: Timer; readonly pids: readonly number[] }>();

  function thaw(resource: string): void {
    const entry = frozen.get(resource);
    if (!entry) return;
    frozen.delete(resource);
    entry.timer.cancel();
    // What was started since then has other pids; what ended has none.
    const alive = new Set(parts.tree(resource).pids);
    for (const pid of entry.pids) if (alive.has(pid)) parts.signal(pid, null, "CONT");
  }

  return {
    kill(resource) {
      const { main, pids } = parts.tree(resource);
      const pid = main?.pid ?? pids[0];
      if (pid === undefined) return fail(nothingRuns(resource));
      const isSent = parts.signal(pid, main?.startTime ?? null, "KILL");
      return isSent ? succeed([pid]) : fail(nothingRuns(resource));
    },
    freeze(resource, forMs) {
      const { pids } = parts.tree(resource);
      if (pids.length === 0) return fail(nothingRuns(resource));
      thaw(resource);
      const stopped = pids.filter((pid) => parts.signal(pid, null, "STOP"));
      const timer = parts.clock.timer(forMs, () => thaw(resource));
      frozen.set(resource, { timer, pids: stopped });
      return succeed(stopped);
    },
    thawAll() {
      for (const resource of frozen.keys()) thaw(resource);
    },
  };
}

function nothingRuns(resource: string) {
  return { code: "drill/nothing-runs", message: `no process of ${resource} runs` };
}
