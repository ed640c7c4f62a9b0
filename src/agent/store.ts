import type { Millis } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";
import type { StateFiles } from "../ports/store.ts";

/** The file of the state; what cannot be used is kept as `state.json.bad-<time>`. */
export const STATE_FILE = "state.json";
/** Larger than any state of 1000 resources and 1000 monitors. */
export const STATE_MAX_BYTES = 32 * 1024 * 1024;
/** A disk that has not answered after so long counts as a fault (recovery.md 6: it holds back nothing). */
export const SAVE_DEADLINE_MS: Millis = 5000;
/** What must be durable is waited for so long at most before the actions after it. */
export const SYNC_WAIT_MS: Millis = 2000;

export interface StoreParts {
  readonly files: StateFiles;
  readonly clock: Clock;
  /** Told when saving begins to fail (with why), and when it works again (null). */
  readonly onFault: (fault: string | null) => void;
}

export interface SavedFile {
  readonly name: string;
  readonly text: string;
}

/** A state as files, in the order of writing; made only when they are about to be written. */
export type Encoded = () => readonly SavedFile[];

export interface Store {
  /** Saves the newest state soon; earlier ones that have not been written are passed over. */
  save(encoded: Encoded): void;
  /** The same, durable; settles when it is, or has failed, or after `SYNC_WAIT_MS`. Never rejects. */
  saveDurably(encoded: Encoded): Promise<void>;
  /** Settles when everything saved so far is on its way no longer; bounded like a durable save. */
  settled(): Promise<void>;
  /** Why saving fails now; null when it does not. */
  fault(): string | null;
}

interface Pending {
  readonly encoded: Encoded;
  isDurable: boolean;
  readonly waiters: (() => void)[];
}

/**
 * Keeps the newest state on disk: one snapshot, at most one write in flight, everything that comes
 * meanwhile joined into the next one. Nothing here ever waits for a disk synchronously.
 */
export function createStore(parts: StoreParts): Store {
  let pending: Pending | null = null;
  let inFlight: (() => void)[] | null = null;
  let isScheduled = false;
  let fault: string | null = null;

  function add(encoded: Encoded, isDurable: boolean): Pending {
    pending = {
      encoded,
      isDurable: isDurable || pending?.isDurable === true,
      waiters: pending?.waiters ?? [],
    };
    return pending;
  }

  /** After the actions of this turn: a restart does not wait for the encoding of the state. */
  function schedule(): void {
    if (isScheduled || inFlight !== null) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      write();
    });
  }

  function write(): void {
    if (pending === null || inFlight !== null) return;
    const { encoded, isDurable, waiters } = pending;
    pending = null;
    inFlight = waiters;
    const late = parts.clock.timer(SAVE_DEADLINE_MS, () => {
      report(`the state was not written within ${SAVE_DEADLINE_MS / 1000} s`);
      for (const waiter of waiters) waiter();
    });
    writeAll(parts.files, encoded(), isDurable).then(
      () => finish(null),
      (error: unknown) => finish(error instanceof Error ? error.message : String(error)),
    );
    function finish(problem: string | null): void {
      late.cancel();
      inFlight = null;
      report(problem);
      for (const waiter of waiters) waiter();
      if (pending !== null) schedule();
    }
  }

  function report(problem: string | null): void {
    const isNews = (problem === null) !== (fault === null);
    fault = problem;
    if (isNews) parts.onFault(problem);
  }

  function wait(waiters: (() => void)[]): Promise<void> {
    return new Promise((resolve) => {
      const limit = parts.clock.timer(SYNC_WAIT_MS, resolve);
      waiters.push(() => {
        limit.cancel();
        resolve();
      });
    });
  }

  return {
    save(encoded) {
      add(encoded, false);
      schedule();
    },
    saveDurably(encoded) {
      const waited = wait(add(encoded, true).waiters);
      write();
      return waited;
    },
    settled() {
      if (pending !== null) return wait(pending.waiters);
      return inFlight === null ? Promise.resolve() : wait(inFlight);
    },
    fault: () => fault,
  };
}

async function writeAll(
  files: StateFiles,
  saved: readonly SavedFile[],
  isDurable: boolean,
): Promise<void> {
  for (const { name, text } of saved) await files.replace(name, text, isDurable);
}
