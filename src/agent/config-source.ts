import type {
  ConfigSurroundings,
  LoadedConfig,
  LoadedOrProblems,
} from "../config/loaded-config.ts";
import type { ConfigRead } from "./agent-parts.ts";

/** The last configuration that was valid, kept in the state folder. */
export const LAST_GOOD = "last-good.yaml";

export interface ConfigSourceParts {
  readonly path: string;
  readonly surroundings: ConfigSurroundings;
  /** What a text needs may have to be brought first (the reader of planned windows). */
  readonly load: (
    text: string,
    path: string,
    surroundings: ConfigSurroundings,
  ) => LoadedOrProblems | Promise<LoadedOrProblems>;
  readonly format: (problem: Problem) => string;
  /** Rejects when it cannot be read or is too large. */
  readonly readText: (path: string) => Promise<string>;
  readonly readLastGood: () => string | null;
  readonly keepLastGood: (text: string) => Promise<void>;
}

type Problem = Extract<LoadedOrProblems, { ok: false }>["problems"][number];

export type FirstConfig =
  | { readonly ok: true; readonly config: LoadedConfig; readonly fault: string | null }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Where the configuration comes from: the file, and the last good one when the file is not valid. */
export class ConfigSource {
  readonly #parts: ConfigSourceParts;

  constructor(parts: ConfigSourceParts) {
    this.#parts = parts;
  }

  /** At the agent's start: never "no monitoring" where there once was a valid configuration. */
  async first(): Promise<FirstConfig> {
    const read = await this.read();
    if (read.ok) return { ok: true, config: read.config, fault: null };
    const text = this.#parts.readLastGood();
    const kept = text === null ? null : await this.#load(text);
    if (kept === null || !kept.ok) return read;
    const more = read.problems.length - 1;
    const fault = `${read.problems[0] ?? ""}${more > 0 ? ` (and ${more} more)` : ""}`;
    return { ok: true, config: kept.config, fault };
  }

  /** Reads the file; a valid one is kept as the last good. */
  async read(): Promise<ConfigRead> {
    let text: string;
    try {
      text = await this.#parts.readText(this.#parts.path);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { ok: false, problems: [`${this.#parts.path}: it cannot be read: ${why}`] };
    }
    const loaded = await this.#load(text);
    if (loaded.ok) this.keep(text);
    return loaded;
  }

  /** Keeps a valid text as the last good. Not waited for: it is in force whether or not that can be. */
  keep(text: string): void {
    void this.#parts.keepLastGood(text).catch(() => {});
  }

  /** Any text, checked as if it stood in the file. */
  async check(text: string): Promise<LoadedOrProblems> {
    const { path, surroundings, load } = this.#parts;
    return await load(text, path, surroundings);
  }

  async #load(text: string): Promise<ConfigRead> {
    const loaded = await this.check(text);
    if (loaded.ok) return { ok: true, config: loaded.config };
    return { ok: false, problems: loaded.problems.map(this.#parts.format) };
  }
}
