import { type Millis, SECOND } from "../base/duration.ts";
import type { ProcessId } from "../ports/host.ts";
import type { ProcessWatch, WatchedProcess } from "./process-watch.ts";
import type { ProcessTree } from "./tree.ts";

/** After KILL the kernel has so long to take everything away (recovery.md 2). */
export const KILL_PROOF: Millis = 10 * SECOND;
const PAUSE_LEAST: Millis = 2;
const PAUSE_MOST: Millis = 500;
const KILL_AGAIN: Millis = 100;
const WATCHED_MOST = 64;

/** Tells a wait that nobody is interested any more. */
export interface Cancelled {
  readonly isOver: boolean;
}

/**
 * Waits until the tree is proved empty, woken by the ends of its members and looking again at
 * growing pauses (`onMembers`: what was found each time); false at `untilMs` (`performance.now()`) or when it was cancelled.
 */
export async function whenEmpty(
  tree: ProcessTree,
  watch: ProcessWatch,
  untilMs: Millis,
  cancelled: Cancelled,
  onMembers: (members: readonly ProcessId[]) => void = () => {},
): Promise<boolean> {
  let pause = PAUSE_LEAST;
  while (!cancelled.isOver) {
    const members = tree.members();
    if (members.length === 0 && tree.isEmpty()) return true;
    const left = untilMs - performance.now();
    if (left <= 0) return false;
    onMembers(members);
    await whenEnded(members.slice(0, WATCHED_MOST), watch, Math.min(pause, left));
    pause = Math.min(pause * 2, PAUSE_MOST);
  }
  return false;
}

/** Kills the tree over and over until it is proved empty; false when it is not after 10 s. */
export async function killUntilEmpty(
  tree: ProcessTree,
  watch: ProcessWatch,
  cancelled: Cancelled,
): Promise<boolean> {
  const until = performance.now() + KILL_PROOF;
  while (!cancelled.isOver) {
    tree.kill();
    const next = Math.min(performance.now() + KILL_AGAIN, until);
    if (await whenEmpty(tree, watch, next, cancelled)) return true;
    if (performance.now() >= until) return false;
  }
  return false;
}

/** Resolves when all of them have ended, or after `limitMs`. */
export function whenEnded(
  ids: readonly ProcessId[],
  watch: ProcessWatch,
  limitMs: Millis,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const watched: WatchedProcess[] = [];
  let left = 0;
  const finish = (): void => {
    clearTimeout(timer);
    for (const one of watched) one.cancel();
    resolve();
  };
  const timer = setTimeout(finish, limitMs);
  for (const id of ids) {
    const one = watch.watch(id, () => {
      left -= 1;
      if (left === 0) finish();
    });
    if (!one) continue;
    watched.push(one);
    left += 1;
  }
  // Nobody to wait for, but the tree is not proved empty yet: the pause is the wait.
  return promise;
}
