import type { ProcessWatch, WatchedProcess } from "./process-watch.ts";
import type { AdoptedProcess } from "./tree-store.ts";

const ADOPTED_MOST = 64;

/** Programs that a start script put under watch: the end of any is the end of the resource's life. */
export class Adopted {
  readonly #watch: ProcessWatch;
  readonly #onEnd: (how: string) => void;
  readonly #entries = new Map<AdoptedProcess, WatchedProcess>();

  constructor(watch: ProcessWatch, onEnd: (how: string) => void) {
    this.#watch = watch;
    this.#onEnd = onEnd;
  }

  list(): AdoptedProcess[] {
    return [...this.#entries.keys()].map(({ name, id: { pid, startTime } }) => ({
      name,
      id: { pid, startTime },
    }));
  }

  /** False when it has ended, or there are too many. */
  add(process: AdoptedProcess): boolean {
    if (this.#entries.size >= ADOPTED_MOST) return false;
    const watched = this.#watch.watch(process.id, () => {
      this.#entries.delete(process);
      this.#onEnd(`${process.name} (process ${process.id.pid}) ended`);
    });
    if (watched) this.#entries.set(process, watched);
    return watched !== null;
  }

  clear(): void {
    for (const watched of this.#entries.values()) watched.cancel();
    this.#entries.clear();
  }
}
