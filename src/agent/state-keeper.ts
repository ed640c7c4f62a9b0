import type { BootRecord, State } from "../core/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { StateFiles } from "../ports/store.ts";
import { type Codec, farCopy, recordFiles } from "./saved-state.ts";
import { type SavedFile, STATE_FILE, Store, type StoreParts } from "./store.ts";

export interface StateKeeperParts {
  readonly files: StateFiles;
  /** On another file system, for one more copy of the record; null where there is none. */
  readonly farFiles: StateFiles | null;
  readonly clock: Clock;
  readonly codec: Codec;
}

export interface StateKeeperEvents {
  /** As in `StoreParts`. */
  readonly onFault: StoreParts["onFault"];
  /** This state is durable now. */
  readonly onDurable: (state: State) => void;
}

/** Saves states, and the record of boots in each of its places when it changed. */
export class StateKeeper {
  readonly #parts: StateKeeperParts;
  readonly #onDurable: StateKeeperEvents["onDurable"];
  readonly #store: Store;
  #savedRecord: BootRecord | null = null;
  #writtenRecord: BootRecord | null = null;
  #farRecord: BootRecord | null = null;
  #isFarBusy = false;

  constructor(parts: StateKeeperParts, { onFault, onDurable }: StateKeeperEvents) {
    this.#parts = parts;
    this.#onDurable = onDurable;
    const onWritten = (): void => {
      this.#savedRecord = this.#writtenRecord;
    };
    this.#store = new Store({ files: parts.files, clock: parts.clock, onFault, onWritten });
  }

  /** A promise only for `sync`: settled with null when durable, with why when given up. */
  save(state: State, durability: "sync" | "write"): Promise<string | null> | null {
    const encoded = (): SavedFile[] => this.#filesOf(state);
    this.#saveFar(state.record);
    if (durability === "write") {
      this.#store.save(encoded);
      return null;
    }
    return this.#store.saveDurably(encoded, () => this.#onDurable(state));
  }

  /** Settles when everything saved so far is written, or has failed; bounded. */
  settled(): Promise<void> {
    return this.#store.settled();
  }

  /** The record's copies are written before the state, when the record changed. */
  #filesOf(state: State): SavedFile[] {
    const files = [{ name: STATE_FILE, text: this.#parts.codec.encode(state) }];
    if (state.record === this.#savedRecord) return files;
    this.#writtenRecord = state.record;
    return [...recordFiles(state.record), ...files];
  }

  /** One write in flight, then the newest; a place that hangs or is full holds back nothing. */
  #saveFar(record: BootRecord): void {
    const { farFiles } = this.#parts;
    const isKnown = record === this.#farRecord;
    this.#farRecord = record;
    if (farFiles === null || isKnown || this.#isFarBusy) return;
    this.#isFarBusy = true;
    const { name, text } = farCopy(record);
    const done = (): void => {
      this.#isFarBusy = false;
      const newest = this.#farRecord;
      if (newest === null || newest === record) return;
      this.#farRecord = null;
      this.#saveFar(newest);
    };
    farFiles.replace(name, text, true).then(done, done);
  }
}
