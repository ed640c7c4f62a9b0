import { MINUTE, type Millis } from "../base/duration.ts";
import type { Queued } from "../base/post.ts";
import type { PostFolder } from "../ports/post.ts";
import type { Carried } from "./sender-carried.ts";
import { faultyRound, isDue, type Round } from "./sender-round.ts";

/** What takes longer is left to the next run. */
export const RUN_MOST: Millis = 10 * MINUTE;

/** How the items of one queue leave this server. It is made for one run. */
export interface Carrier<Item extends Queued> {
  /** Which goes first. */
  readonly compare: (one: Item, other: Item) => number;
  /** One try; never rejects for what others do. */
  readonly carry: (item: Item, wall: Millis) => Promise<Round<Item>>;
  /** What tells that the agent is lost; null = nothing does. */
  readonly lost: (wall: Millis) => Item | null;
}

interface Run {
  readonly isDurable: boolean;
  /** By the clock of `performance`. */
  readonly until: Millis;
  /** What became of what the folder could not be told. */
  readonly carried: Carried;
}

/** Tries what is due in this folder; what became of it is reported in it, or else in `spare`. */
export async function carryFolder<Item extends Queued>(
  carrier: Carrier<Item>,
  folder: PostFolder<Item>,
  spare: PostFolder<Item>,
  { isDurable, until, carried }: Run,
): Promise<void> {
  const { items } = await folder.read();
  const due = carried
    .of(items)
    .filter((item) => isDue(item, Date.now()))
    .toSorted(carrier.compare);
  for (const item of due) {
    if (performance.now() > until) return;
    if (item.to.length === 0) {
      await folder.remove(item.id).catch(() => {});
      continue;
    }
    const wall = Date.now();
    const tried = carrier.carry(item, wall);
    const { outcome, rest } = await tried.catch((error) => faultyRound(item, wall, error));
    const kept = rest === null ? folder.remove(item.id) : folder.put(rest, isDurable);
    // A disk that takes no change leaves it as it was, and it would be delivered again and again.
    await kept.catch(() => carried.note(item, rest)).catch(() => {});
    await folder.report(outcome).catch(() => spare.report(outcome));
  }
}
