import { MINUTE, type Millis } from "../base/duration.ts";
import type { Queued } from "../base/post.ts";
import type { PostFolder } from "../ports/post.ts";
import { isDue, type Round } from "./sender-round.ts";

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

/** Tries what is due in this folder; what became of it is reported in it, or else in `spare`. */
export async function carryFolder<Item extends Queued>(
  carrier: Carrier<Item>,
  folder: PostFolder<Item>,
  spare: PostFolder<Item>,
  { isDurable, until }: { readonly isDurable: boolean; readonly until: Millis },
): Promise<void> {
  const { items } = await folder.read();
  const due = items.filter((item) => isDue(item, Date.now())).toSorted(carrier.compare);
  for (const item of due) {
    if (performance.now() > until) return;
    const { outcome, rest } = await carrier.carry(item, Date.now());
    const kept = rest === null ? folder.remove(item.id) : folder.put(rest, isDurable);
    // A disk that takes no change leaves it as it was: it is tried again, under the same id.
    await kept.catch(() => {});
    await folder.report(outcome).catch(() => spare.report(outcome));
  }
}
