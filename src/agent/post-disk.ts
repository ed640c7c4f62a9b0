import { type Millis, SECOND } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";
import type { Queued } from "../base/post.ts";
import type { PostFolder } from "../ports/post.ts";
import { within } from "./within.ts";

/** A disk that takes longer gets nothing now: it waits in memory. */
export const DISK_WITHIN: Millis = 5 * SECOND;

/**
 * Everything that queues do on the disk, one thing after the other: what hangs keeps one thread of the
 * four on which the agent's files are read and written, and all queues may have one of them.
 */
export class PostDisk {
  readonly #clock: Clock;
  #last: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rejects when it has not ended in time; what has not begun by then is never done. */
  async run<Value>(work: () => Promise<Value>): Promise<Value> {
    let isGivenUp = false;
    const mine = this.#last.then(() => {
      if (isGivenUp) throw new Error("the disk was not free in time");
      return work();
    });
    this.#last = mine.catch(() => {});
    try {
      return await within(this.#clock, DISK_WITHIN, mine);
    } finally {
      isGivenUp = true;
    }
  }
}

/** The same folder, worked on through `disk`. */
export function boundedFolder<Item extends Queued>(
  folder: PostFolder<Item>,
  disk: PostDisk,
): PostFolder<Item> {
  return {
    read: () => disk.run(() => folder.read()),
    put: (item, isDurable) => disk.run(() => folder.put(item, isDurable)),
    report: (outcome) => disk.run(() => folder.report(outcome)),
    remove: (id) => disk.run(() => folder.remove(id)),
    forget: (id) => disk.run(() => folder.forget(id)),
  };
}
