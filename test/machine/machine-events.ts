import type { Told } from "./json-talk.ts";

/** What QEMU tells of the machine as a whole, in the order it came. */
export class MachineEvents {
  readonly #all: Told[] = [];

  add(told: Told): void {
    // One reset is told two to six times within 60 ms: the firmware resets again.
    const isSame = (other: Told): boolean =>
      other.event === told.event && told.at - other.at < FOLD_MS;
    if (!this.#all.some(isSame)) this.#all.push(told);
  }

  /** A place from which to look later. */
  get mark(): number {
    return this.#all.length;
  }

  find(event: string, from: number): Told | null {
    return this.#all.slice(from).find((told) => told.event === event) ?? null;
  }

  /** Names in order since a mark, without those that say nothing of the machine's life. */
  names(from: number): readonly string[] {
    return this.#all
      .slice(from)
      .map(({ event }) => event)
      .filter((event) => !UNINTERESTING.has(event));
  }
}

const FOLD_MS = 1_000;
const UNINTERESTING = new Set([
  "NIC_RX_FILTER_CHANGED",
  "VSERPORT_CHANGE",
  "RTC_CHANGE",
  "BLOCK_IO_ERROR",
  "JOB_STATUS_CHANGE",
  "STOP",
  "RESUME",
]);
