import type { Millis } from "../base/duration.ts";
import type { Severity } from "../base/severity.ts";
import type { Raw, Reading } from "./named-map.ts";

/** Which events a destination is told. */
export interface DestinationFilter {
  /** What needs a person and ends of incidents; with `incidents` also their beginnings. */
  readonly scope: "urgent" | "incidents" | "all";
  readonly least: Severity;
  /** Null = all. */
  readonly modules: readonly string[] | null;
  readonly events: readonly string[] | null;
  readonly except: readonly string[];
}

/** A destination as it was configured. */
export interface LoadedDestination {
  readonly name: string;
  readonly type: string;
  /** The keys of its type in force, as one writes them; programs are absolute. */
  readonly params: Raw;
  /** Who is told, for people. */
  readonly place: string;
  readonly filter: DestinationFilter;
  readonly perMinute: number;
  readonly timeoutMs: Millis;
  readonly keepTryingMs: Millis;
}

export interface LoadedDestinations {
  readonly destinations: ReadonlyMap<string, LoadedDestination>;
  readonly effective: Raw;
}

/** Reads the top-level key `destinations`. */
export type ReadDestinations = (reading: Reading, value: unknown) => LoadedDestinations;

export const NO_DESTINATIONS: LoadedDestinations = { destinations: new Map(), effective: {} };

/** What reads destinations; nothing where a configuration has none, for all their types cost memory. */
export async function destinationsFor(
  text: string,
): Promise<{ readonly readDestinations?: ReadDestinations }> {
  if (!text.includes("destinations")) return {};
  const { readDestinations } = await import("./read-destinations.ts");
  return { readDestinations };
}
