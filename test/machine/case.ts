import type { Machine } from "./machine.ts";
import type { Product } from "./product.ts";

/** What a case gets: a machine of its own with the product installed, not yet configured. */
export interface Bench {
  readonly machine: Machine;
  readonly product: Product;
  /** Puts a measured fact beside the verdict. */
  readonly note: (fact: string) => void;
}

/** One fault, or a few that belong together, and what must come of it. */
export interface Case {
  readonly name: string;
  /** One sentence: what comes out, and within how many seconds where that is promised. */
  readonly promise: string;
  /** The core is what every change must pass. */
  readonly isCore: boolean;
  /**
   * It needs a machine that was never put back: QEMU's ACPI ERST takes no record of the kernel after
   * a snapshot was loaded (7.2, seen: nothing in pstore; without a snapshot there always was).
   */
  readonly isOfNewMachine?: true;
  readonly run: (bench: Bench) => Promise<void>;
}

/** Seconds since a moment of `performance.now()`, for a note. */
export function secondsSince(startedAt: number): string {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}
