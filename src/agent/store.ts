import { AFTERWARDS } from "../base/afterwards.ts";
import type { Millis } from "../base/duration.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { StateFiles } from "../ports/store.ts";

/** The file of the state; what cannot be used is kept as `state.json.bad-<time>`. */
export const STATE_FILE = "state.json";
/** Larger than any state of 1000 resources and 1000 monitors. */
export const STATE_MAX_BYTES = 32 * 1024 * 1024;
/** A disk that has not answered after so long counts as a fault (recovery.md 6: it holds back nothing). */
export const SAVE_DEADLINE_MS: Millis = 5000;
/** What must be durable is waited for so long at most before the actions after it. */
export const SYNC_WAIT_MS: Millis = 2000;
/** What could not be written is tried again after so long, when nothing newer was written by then. */
export const SAVE_AGAIN_MS: Millis = 10_000;

/** What is only slow is worth telling when it lasts so long: a busy boot makes many saves slow. */
export const SLOW_TOLD_MS: Millis = 30_000;

export interface StoreParts {
  readonly files: StateFiles;
  readonly clock: Clock;
  /**
   * Told when saving begins to fail (with why), and when it works again (null). `isSlow`: it is only
   * late so far; when that lasts `SLOW_TOLD_MS` it is told once more as a failure.
   */
  readonly onFault: (save: { readonly fault: string | null; readonly isSlow: boolean }) => void;
  /** What was encoded last is written. */
  readonly onWritten: () => void;
}

export interface SavedFile {
  readonly name: string;
  readonly text: string;
}

/** A state as files, in the order of writing; made only when they are about to be written. */
export type Encoded = () => readonly SavedFile[];

interface Pending {
  readonly encoded: Encoded;
  isDurable: boolean;
  readonly waiters: (() => void)[];
  /** Called when it is durable, however late. */
  readonly whenDurable: readonly (() => void)[];
}

/**
 * Keeps the newest state on disk: one snapshot, at most one write in flight, everything that comes
 * meanwhile joined into the next one. Nothing here ever waits for a disk synchronously.
 */
export class Store {
  readonly #parts: StoreParts;
  #pending: Pending | null = null;
  /** Could not be written, and is written again unless there is something newer. */
  #failed: Pending | null = null;
  #inFlight: (() => void)[] | null = null;
  #isScheduled = false;
  #again: Timer | null = null;
  #fault: string | null = null;
  /** Runs while saving is slow and nothing worse. */
  #slow: Timer | null = null;

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  /** Why saving fails now; null when it does not. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Saves the newest state soon; earlier ones that have not been written are passed over. */
  save(encoded: Encoded): void {
    this.#add({ encoded, isDurable: false, waiters: [], whenDurable: [] });
    this.#schedule();
  }

  /**
   * The same, durable; settles with null when it is, with why when it has failed or is not after
   * `SYNC_WAIT_MS`. Never rejects. It is tried on until it is durable, or newer: `whenDurable`.
   */
  saveDurably(encoded: Encoded, whenDurable: () => void = () => {}): Promise<string | null> {
    const added = this.#add({ encoded, isDurable: true, waiters: [], whenDurable: [whenDurable] });
    const waited = this.#wait(added.waiters);
    this.#write();
    return waited;
  }

  /** Settles when everything saved so far is written, or has failed; bounded like a durable save. */
  async settled(): Promise<void> {
    const waiters = this.#pending?.waiters ?? this.#inFlight;
    if (waiters !== null) await this.#wait(waiters);
  }

  /** Takes the place of what waits to be written, and all that was promised about that. */
  #add({ encoded, isDurable, whenDurable }: Pending): Pending {
    this.#again?.cancel();
    const older = this.#pending ?? this.#failed;
    this.#failed = null;
    this.#pending = {
      encoded,
      isDurable: isDurable || older?.isDurable === true,
      waiters: older?.waiters ?? [],
      whenDurable: [...(older?.whenDurable ?? []), ...whenDurable],
    };
    return this.#pending;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#inFlight !== null) return;
    this.#isScheduled = true;
    this.#parts.clock.timer(AFTERWARDS, () => {
      this.#isScheduled = false;
      this.#write();
    });
  }

  #write(): void {
    if (this.#pending === null || this.#inFlight !== null) return;
    const written = this.#pending;
    const { encoded, isDurable, waiters } = written;
    this.#pending = null;
    this.#inFlight = waiters;
    const late = this.#parts.clock.timer(SAVE_DEADLINE_MS, () => {
      this.#reportSlow(`the state was not written within ${SAVE_DEADLINE_MS / 1000} s`);
      for (const waiter of waiters) waiter();
    });
    const finish = (problem: string | null): void => {
      late.cancel();
      this.#inFlight = null;
      this.#report(problem);
      for (const waiter of waiters) waiter();
      if (problem === null) this.#tellWritten(written);
      else this.#keepFailed(written);
      if (this.#pending !== null) this.#write();
    };
    writeAll(this.#parts.files, encoded(), isDurable).then(
      () => finish(null),
      (error: unknown) => finish(error instanceof Error ? error.message : String(error)),
    );
  }

  #tellWritten({ whenDurable }: Pending): void {
    this.#parts.onWritten();
    for (const tell of whenDurable) tell();
  }

  /** Without it a disk that is in order again would keep an old state until something happens. */
  #keepFailed(written: Pending): void {
    const failed = { ...written, waiters: [] };
    const newer = this.#pending;
    if (newer !== null) {
      this.#pending = {
        ...newer,
        isDurable: newer.isDurable || failed.isDurable,
        whenDurable: [...failed.whenDurable, ...newer.whenDurable],
      };
      return;
    }
    this.#failed = failed;
    this.#again = this.#parts.clock.timer(SAVE_AGAIN_MS, () => {
      if (this.#failed !== failed || this.#inFlight !== null) return;
      this.#failed = null;
      this.#pending = failed;
      this.#write();
    });
  }

  #report(problem: string | null): void {
    const wasSlow = this.#slow !== null;
    this.#slow?.cancel();
    this.#slow = null;
    const isNews = wasSlow || (problem === null) !== (this.#fault === null);
    this.#fault = problem;
    if (isNews) this.#parts.onFault({ fault: problem, isSlow: false });
  }

  #reportSlow(problem: string): void {
    const isNews = this.#fault === null;
    this.#fault = problem;
    if (!isNews) return;
    const lasting = `the state was not written for ${SLOW_TOLD_MS / 1000} s`;
    this.#slow = this.#parts.clock.timer(SLOW_TOLD_MS, () => this.#report(lasting));
    this.#parts.onFault({ fault: problem, isSlow: true });
  }

  #wait(waiters: (() => void)[]): Promise<string | null> {
    return new Promise((resolve) => {
      const limit = this.#parts.clock.timer(SYNC_WAIT_MS, () => {
        this.#reportSlow(`the state was not durable within ${SYNC_WAIT_MS / 1000} s`);
        resolve(this.#fault);
      });
      waiters.push(() => {
        limit.cancel();
        resolve(this.#fault);
      });
    });
  }
}

async function writeAll(
  files: StateFiles,
  saved: readonly SavedFile[],
  isDurable: boolean,
): Promise<void> {
  for (const { name, text } of saved) await files.replace(name, text, isDurable);
}
