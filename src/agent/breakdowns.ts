import { type Millis, MINUTE } from "../base/duration.ts";
import type { StateFiles } from "../ports/store.ts";
import type { LoadedState } from "./saved-state.ts";
import { STATE_FILE } from "./store.ts";

const FILE = "breakdowns.json";
const MAX_BYTES = 64 * 1024;
/** So many breakdowns within so long are the saved state's fault: without it we begin anew. */
const LOOP_COUNT = 3;
const LOOP_MS: Millis = 10 * MINUTE;

/**
 * Remembers when the agent broke down. A state on which every decision fails would otherwise be
 * loaded, and break the agent again, for ever.
 */
export class Breakdowns {
  readonly #files: StateFiles;
  readonly #recent: readonly number[];

  /** `wall`: calendar time now, milliseconds since 1970. Reads the file; for the start only. */
  constructor(files: StateFiles, wall: Millis) {
    this.#files = files;
    this.#recent = readTimes(files).filter((at) => at <= wall && wall - at < LOOP_MS);
  }

  /** Keeps the saved state aside when it seems to be what breaks the agent; null when it does not. */
  setStateAside(mark: string): string | null {
    if (this.#recent.length < LOOP_COUNT) return null;
    const kept = this.#files.keepAside(STATE_FILE, mark);
    if (kept === null) return null;
    this.#files.keepAside(FILE, mark);
    return `the agent broke down ${this.#recent.length} times with it; it was kept as ${kept}`;
  }

  /** Notes a breakdown; settles when it is written or cannot be. */
  async note(wall: Millis): Promise<void> {
    const times = [...this.#recent, wall].slice(-LOOP_COUNT);
    // A breakdown that cannot be noted must not become another one.
    await this.#files.replace(FILE, JSON.stringify(times), false).catch(() => {});
  }
}

function readTimes(files: StateFiles): readonly number[] {
  const read = files.readAtStart(FILE, MAX_BYTES);
  if (!read.ok || read.value === null) return [];
  try {
    const times: unknown = JSON.parse(read.value);
    return Array.isArray(times) ? times.filter((at) => typeof at === "number") : [];
  } catch {
    return [];
  }
}

/** What was loaded, with the reason why there is no state, where it was set aside. */
export function withFault(loaded: LoadedState, fault: string | null): LoadedState {
  return fault === null ? loaded : { ...loaded, stateFault: fault };
}
