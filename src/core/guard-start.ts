import type { Millis } from "../base/duration.ts";
import { HOUR, MINUTE } from "../base/duration.ts";
import type { GuardDraft } from "./guard-draft.ts";
import { type GuardState, stallHeldUntil } from "./guard-state.ts";

/** A server that stands still so long after its boot does not come up any more. */
const STILL: Millis = 10 * MINUTE;
/** So few are threads of the kernel, which come and go in a frozen server as well. */
const FEW = 20;
/** Where no agent was heard nobody counts what is done; so it is done as rarely as beyond any limit. */
const UNCOUNTED: Millis = 6 * HOUR;

/** The newest process or thread; a number that is smaller than before began anew. */
export function newestSeen(d: GuardDraft, newest: number): void {
  const { still } = d.state;
  const isFew = still !== null && newest >= still.newest && newest - still.newest < FEW;
  if (!isFew) d.patch({ still: { since: d.at, newest } });
}

/**
 * Nobody ever proved, nobody is heard, and next to nothing was started for ten minutes: this boot
 * froze before it came up. Where only our own programs are broken systemd starts them again and
 * again, and that is no stall.
 */
export function hasFrozenAtStart({ at, still, prover, agent }: GuardState): boolean {
  if (still === null || prover.proofAt !== null || prover.hasLeft || agent.hasLeft) return false;
  return at - Math.max(still.since, agent.beatAt ?? 0) >= STILL;
}

/** The uptime before which that is not acted upon. */
export function frozenHeldUntil(state: GuardState): Millis {
  return Math.max(stallHeldUntil(state), state.hasHeardAgent ? 0 : UNCOUNTED);
}
