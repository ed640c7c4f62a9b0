import { type Millis, SECOND } from "../base/duration.ts";
import type { MarkCache } from "./census.ts";
import type { ProcessTree } from "./tree.ts";

const FIRST: Millis = 25;
const LAST: Millis = 2 * SECOND;

/**
 * After starts, looks for processes that were forked before their parent was in its group, and moves
 * them in; without groups, learns the sessions and pids of trees while their marks can still be read.
 * One scan of /proc serves all trees; it costs nothing while nothing was started.
 */
export class Sweeper {
  readonly #marks: MarkCache;
  readonly #due = new Map<ProcessTree, { left: number; readonly after: () => void }>();
  #pause: Millis = FIRST;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(marks: MarkCache) {
    this.#marks = marks;
  }

  /** `after` is called when the tree has been looked at: what is known of it may have changed. */
  add(tree: ProcessTree, after: () => void): void {
    if (this.#isClosed) return;
    this.#due.set(tree, { left: 6, after });
    this.#pause = FIRST;
    this.#plan();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#due.clear();
  }

  #plan(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#sweep(), this.#pause);
  }

  async #sweep(): Promise<void> {
    this.#timer = null;
    const census = this.#marks.look(performance.now());
    await Promise.all([...this.#due].map(([tree]) => tree.sweep(census)));
    for (const [tree, due] of this.#due) {
      due.left -= 1;
      due.after();
      // A group is swept when nothing was outside; without one there are so many looks and no more.
      const isSwept = tree.tracking !== "session and mark" && !tree.needsSweep;
      const isDone = isSwept || (!tree.canBeSwept && due.left <= 0);
      if (isDone || tree.isForgotten) this.#due.delete(tree);
    }
    this.#pause = Math.min(this.#pause * 3, LAST);
    if (this.#due.size > 0) this.#plan();
  }
}
