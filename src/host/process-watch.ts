import type { ProcessId } from "../ports/host.ts";
import { closeDescriptor, EpollSet, openPidfd, signalPidfd } from "./libc.ts";
import { readStat } from "./proc.ts";

/** A process that is watched; ends by itself when the process does. */
export interface WatchedProcess {
  /** Sends a signal to this process and no other; false when it has ended. */
  signal(signal: number): boolean;
  /** Stops watching; the listener is not called any more. */
  cancel(): void;
}

interface Entry {
  readonly pidfd: number;
  onEnd: (() => void) | null;
}

/**
 * Tells the end of any process, ours or not, in about 0.1 ms: one pidfd each, all in one epoll set
 * behind one wake-up (0.3 KiB and no CPU time per idle process).
 */
export class ProcessWatch {
  readonly #entries = new Map<number, Entry>();
  readonly #epoll: EpollSet;

  constructor() {
    this.#epoll = new EpollSet((pidfd) => this.#ended(pidfd));
    this.#epoll.unref();
  }

  /** Null when exactly this process does not exist any more (a zombie still does). */
  watch(id: ProcessId, onEnd: () => void): WatchedProcess | null {
    const pidfd = openPidfd(id.pid);
    if (pidfd < 0) return null;
    // The pid may have been given to another process before we held it.
    if (readStat(id.pid)?.startTime !== id.startTime || !this.#epoll.add(pidfd)) {
      closeDescriptor(pidfd);
      return null;
    }
    const entry: Entry = { pidfd, onEnd };
    this.#entries.set(pidfd, entry);
    return {
      signal: (signal) => this.#entries.get(pidfd) === entry && signalPidfd(pidfd, signal),
      cancel: () => this.#forget(entry),
    };
  }

  /** How many processes are watched now. */
  get size(): number {
    return this.#entries.size;
  }

  close(): void {
    for (const entry of this.#entries.values()) this.#forget(entry);
    this.#epoll.close();
  }

  #ended(pidfd: number): void {
    const entry = this.#entries.get(pidfd);
    if (!entry) return;
    const { onEnd } = entry;
    this.#forget(entry);
    onEnd?.();
  }

  #forget(entry: Entry): void {
    entry.onEnd = null;
    if (this.#entries.get(entry.pidfd) !== entry) return;
    this.#entries.delete(entry.pidfd);
    this.#epoll.remove(entry.pidfd);
    closeDescriptor(entry.pidfd);
  }
}
