import * as z from "zod/mini";
import { type ConfigVersionFacts, configVersionFacts } from "../api/config-answers.ts";
import { type Millis, SECOND } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";
import type { ConfigFiles } from "../ports/config-files.ts";
import { within } from "./within.ts";

/** So many versions of the configuration are kept. */
export const VERSIONS_MAX = 100;

const FORMAT = 1;
const savedVersion = z.object({ v: z.literal(FORMAT), ...configVersionFacts.shape });

/** Reading or writing one version; it is a few small files. */
const DISK_LIMIT: Millis = 5 * SECOND;
/** Reading all of them. */
const LOAD_LIMIT: Millis = 30 * SECOND;

/** Who makes a version, how and why. */
export interface Origin {
  readonly kind: ConfigVersionFacts["kind"];
  readonly by: string;
  readonly message: string;
  /** The version whose text it is, for a rollback. */
  readonly of?: number | null;
}

/**
 * The configuration's history, on disk: for each version its text (`.yaml`) and who, when and why
 * (`.json`; `.begun` until the configuration file has been replaced). Facts are kept in memory. What
 * touches the disk rejects after a few seconds.
 */
export class Versions {
  readonly #clock: Clock;
  readonly #disk: ConfigFiles;
  #list: readonly ConfigVersionFacts[] = [];
  #nextId = 1;

  constructor(clock: Clock, disk: ConfigFiles) {
    this.#clock = clock;
    this.#disk = disk;
  }

  /** Oldest first. */
  get list(): readonly ConfigVersionFacts[] {
    return this.#list;
  }

  /** The newest version with this text. */
  withText(text: string): ConfigVersionFacts | null {
    const hash = this.#disk.hash(text);
    return this.#list.findLast((one) => one.hash === hash) ?? null;
  }

  isNewest(text: string): boolean {
    return this.#list.at(-1)?.hash === this.#disk.hash(text);
  }

  find(id: number): ConfigVersionFacts | null {
    return this.#list.find((one) => one.id === id) ?? null;
  }

  /**
   * Reads what is there. A version that an earlier agent had begun counts when it is what came into
   * force (`inForce`): the agent ended after it had replaced the file; else it never was.
   */
  load(inForce: string): Promise<void> {
    return within(this.#clock, LOAD_LIMIT, this.#load(this.#disk.hash(inForce)));
  }

  /** Keeps a text that is in force already, or never will be; nothing when it is the newest. */
  async keep(origin: Origin, text: string): Promise<void> {
    if (this.isNewest(text)) return;
    await this.finish(await this.begin(origin, text));
  }

  /** Keeps text and facts, durably, before the configuration file is replaced. */
  async begin({ kind, by, message, of }: Origin, text: string): Promise<ConfigVersionFacts> {
    const id = this.#nextId;
    this.#nextId += 1;
    const wall = Math.round(this.#clock.wall());
    const hash = this.#disk.hash(text);
    const facts = { id, wall, by, message, kind, of: of ?? null, hash };
    try {
      await within(this.#clock, DISK_LIMIT, this.#write(facts, text));
    } catch (error) {
      this.drop(facts);
      throw error;
    }
    return facts;
  }

  /** It is in force: the version counts at once, also when the disk refuses to say so. */
  async finish(facts: ConfigVersionFacts): Promise<void> {
    this.#list = [...this.#list, facts];
    await within(this.#clock, DISK_LIMIT, this.#confirm(facts.id));
  }

  /** It did not come into force. Not waited for: what is left of it goes at the next start. */
  drop(facts: ConfigVersionFacts): void {
    this.#remove(facts.id).catch(() => {});
  }

  text(id: number): Promise<string> {
    return within(this.#clock, DISK_LIMIT, this.#files.read(fileOf(id, "yaml")));
  }

  get #files(): ConfigFiles["versions"] {
    return this.#disk.versions;
  }

  async #load(hash: string): Promise<void> {
    const names = await this.#files.list();
    const ids = [...new Set(names.flatMap(idOf))].toSorted((one, other) => one - other);
    this.#nextId = (ids.at(-1) ?? 0) + 1;
    const found: ConfigVersionFacts[] = [];
    for (const id of ids) {
      const isBegun = !names.includes(fileOf(id, "json"));
      const facts = await this.#readFacts(id, isBegun ? "begun" : "json");
      const isReal = facts !== null && (!isBegun || facts.hash === hash);
      if (!isReal) {
        await this.#remove(id);
        continue;
      }
      if (isBegun) await this.#files.rename(fileOf(id, "begun"), fileOf(id, "json"));
      found.push(facts);
    }
    this.#list = found;
    await this.#prune();
  }

  async #write(facts: ConfigVersionFacts, text: string): Promise<void> {
    await this.#files.write(fileOf(facts.id, "yaml"), text);
    const saved = JSON.stringify({ v: FORMAT, ...facts });
    await this.#files.write(fileOf(facts.id, "begun"), `${saved}\n`);
  }

  async #confirm(id: number): Promise<void> {
    await this.#files.rename(fileOf(id, "begun"), fileOf(id, "json"));
    await this.#prune();
  }

  async #readFacts(id: number, kind: "json" | "begun"): Promise<ConfigVersionFacts | null> {
    try {
      const parsed = z.safeParse(
        savedVersion,
        JSON.parse(await this.#files.read(fileOf(id, kind))),
      );
      if (!parsed.success || parsed.data.id !== id) return null;
      const { v: _format, ...facts } = parsed.data;
      return facts;
    } catch (error) {
      // A file that cannot be read may be read tomorrow; one that is not JSON never was whole.
      if (error instanceof SyntaxError || isMissing(error)) return null;
      throw error;
    }
  }

  async #prune(): Promise<void> {
    const extra = this.#list.slice(0, -VERSIONS_MAX);
    this.#list = this.#list.slice(-VERSIONS_MAX);
    for (const { id } of extra) await this.#remove(id);
  }

  async #remove(id: number): Promise<void> {
    // The facts first: a text without facts is taken away at the next start.
    for (const kind of ["json", "begun", "yaml"] as const) {
      await this.#files.remove(fileOf(id, kind));
    }
  }
}

function fileOf(id: number, kind: "json" | "begun" | "yaml"): string {
  return `${String(id).padStart(6, "0")}.${kind}`;
}

function idOf(name: string): number[] {
  const id = Number(/^(\d{6,12})\.(?:json|begun|yaml)$/.exec(name)?.[1] ?? 0);
  return id > 0 ? [id] : [];
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
