import type { EventRecord } from "../api/answers.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { Destinations, DestinationsParts } from "./destinations.ts";
import type { History } from "./history.ts";

/** Loads destinations with the first configuration that has one; the others do not pay for them. */
export class LazyDestinations {
  readonly #parts: DestinationsParts;
  readonly #history: History;
  /** Null: there never were any. */
  #loading: Promise<Destinations> | null = null;
  #loaded: Destinations | null = null;

  constructor(parts: DestinationsParts, history: History) {
    this.#parts = parts;
    this.#history = history;
  }

  configure(config: LoadedConfig): void {
    if (config.destinations.size === 0 && this.#loading === null) return;
    this.#load().then(
      (destinations) => destinations.configure(config),
      (error: unknown) => this.#parts.onFault("destinations cannot be loaded", error),
    );
  }

  /** Null where there are none. */
  async get(): Promise<Destinations | null> {
    return await this.#loading;
  }

  /** Some destination takes nothing. */
  get isFaulty(): boolean {
    return this.#loaded?.isFaulty === true;
  }

  async leave(): Promise<void> {
    await this.#loaded?.leave();
  }

  /** What happens while it is loaded is told when it is. */
  #load(): Promise<Destinations> {
    if (this.#loading !== null) return this.#loading;
    const loading = import("./destinations.ts").then(({ Destinations: Loaded }) => {
      this.#loaded = new Loaded(this.#parts);
      return this.#loaded;
    });
    this.#loading = loading;
    this.#history.subscribe((record: EventRecord) => {
      if (this.#loaded !== null) this.#loaded.hear(record);
      else loading.then((destinations) => destinations.hear(record)).catch(() => {});
    });
    return loading;
  }
}
