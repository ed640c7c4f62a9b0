import { type Millis, SECOND } from "../base/duration.ts";
import type { ProcessId } from "../ports/host.ts";
import { describeEnd, readEnd } from "./exit-status.ts";
import { readExitStatus } from "./proc.ts";
import type { ProcessWatch, WatchedProcess } from "./process-watch.ts";
import type { ProcessTree } from "./tree.ts";

const LOOK_AGAIN: Millis = SECOND;
const LOOK_SOON: Millis = 5;

/**
 * Follows the process that is a resource's life. When it exits with 0 and leaves others, it went into
 * the background: the one process whose parent is outside the tree takes its place; where there is
 * not exactly one, the life is that of the whole tree. Any other end is the end.
 */
export class MainProcess {
  readonly #tree: ProcessTree;
  readonly #watch: ProcessWatch;
  readonly #onEnd: (how: string) => void;
  readonly #onMoved: () => void;
  #main: ProcessId | null;
  #watched: WatchedProcess | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isOver = false;

  /** `onMoved`: another process has become the main one. `main` null: follow the whole tree. */
  constructor(
    main: ProcessId | null,
    tree: ProcessTree,
    watch: ProcessWatch,
    onEnd: (how: string) => void,
    onMoved: () => void,
  ) {
    this.#main = main;
    this.#tree = tree;
    this.#watch = watch;
    this.#onEnd = onEnd;
    this.#onMoved = onMoved;
    if (main) this.#follow(main);
    else this.#choose("status unknown");
  }

  /** Null while the life is that of the whole tree. */
  get id(): ProcessId | null {
    return this.#main;
  }

  /** Its end is not told any more. */
  cancel(): void {
    this.#isOver = true;
    this.#watched?.cancel();
    if (this.#timer) clearTimeout(this.#timer);
  }

  #follow(id: ProcessId): void {
    this.#watched = this.#watch.watch(id, () => this.#ended(id));
    // It has ended and was reaped before we could look: in a later turn, as with any other end.
    if (!this.#watched) this.#after(0, () => this.#ended(id));
  }

  #ended(id: ProcessId): void {
    const end = readEnd(readExitStatus(id));
    const how = describeEnd(end);
    const mayHaveForked = end.kind === "unknown" || (end.kind === "exited" && end.code === 0);
    if (mayHaveForked) this.#choose(how);
    else this.#finish(how);
  }

  #choose(how: string): void {
    const members = this.#tree.members();
    if (members.length === 0) {
      // The group may still count the process that is just being taken away.
      if (this.#tree.isEmpty()) this.#finish(how);
      else this.#after(LOOK_SOON, () => this.#choose(how));
      return;
    }
    const pids = new Set(members.map((stat) => stat.pid));
    const roots = members.filter((stat) => !pids.has(stat.parent));
    const [root] = roots;
    this.#main = root && roots.length === 1 ? { pid: root.pid, startTime: root.startTime } : null;
    this.#onMoved();
    if (this.#main) this.#follow(this.#main);
    else this.#after(LOOK_AGAIN, () => this.#choose(how));
  }

  #after(delayMs: Millis, work: () => void): void {
    this.#timer = setTimeout(() => {
      if (!this.#isOver) work();
    }, delayMs);
  }

  #finish(how: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd(how);
  }
}
