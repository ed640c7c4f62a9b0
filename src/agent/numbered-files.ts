import { type Millis, SECOND } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";
import type { VersionFiles } from "../ports/config-files.ts";
import { within } from "./within.ts";

const DISK_LIMIT: Millis = 5 * SECOND;

/** What one kind of report is, in memory and in its file. */
export interface ReportKind<Saved, Row extends { readonly id: number }> {
  /** So many are kept; the oldest go first. */
  readonly most: number;
  /** What is kept in memory of each. */
  readonly rowOf: (saved: Saved) => Row;
  /** The text of a file; null when it cannot be understood. */
  readonly read: (text: string) => Saved | null;
  readonly write: (saved: Saved) => string;
}

/** Written reports, one file each by number, the newest ones. What touches the disk is bounded. */
export class NumberedFiles<Saved, Row extends { readonly id: number }> {
  readonly #clock: Clock;
  readonly #files: VersionFiles;
  readonly #kind: ReportKind<Saved, Row>;
  #list: readonly Row[] = [];
  #nextId = 1;

  constructor(clock: Clock, files: VersionFiles, kind: ReportKind<Saved, Row>) {
    this.#clock = clock;
    this.#files = files;
    this.#kind = kind;
  }

  /** Newest first. */
  get list(): readonly Row[] {
    return this.#list;
  }

  /** Never given twice. */
  newId(): number {
    this.#nextId += 1;
    return this.#nextId - 1;
  }

  /** Reads what is there, newest first. */
  async load(): Promise<readonly Saved[]> {
    const names = await this.#disk(this.#files.list());
    const ids = names.flatMap((name) => {
      const id = /^(\d{1,9})\.json$/.exec(name)?.[1];
      return id === undefined ? [] : [Number(id)];
    });
    const sorted = ids.toSorted((one, other) => other - one);
    this.#nextId = Math.max(this.#nextId, (sorted[0] ?? 0) + 1);
    const found: Saved[] = [];
    for (const id of sorted.slice(0, this.#kind.most)) {
      const saved = await this.read(id);
      if (saved !== null) found.push(saved);
    }
    this.#list = found.map((saved) => this.#kind.rowOf(saved));
    for (const id of sorted.slice(this.#kind.most)) await this.#remove(id);
    return found;
  }

  /** Null when there is none, or it cannot be understood. */
  async read(id: number): Promise<Saved | null> {
    try {
      return this.#kind.read(await this.#disk(this.#files.read(`${id}.json`)));
    } catch {
      return null;
    }
  }

  /** Durable when it settles; rejects when that is not possible. */
  async write(saved: Saved): Promise<void> {
    const { id } = this.#kind.rowOf(saved);
    await this.#disk(this.#files.write(`${id}.json`, this.#kind.write(saved)));
    const old = this.show(saved);
    if (old !== null) await this.#remove(old.id);
  }

  /** Lists it, written or not; gives the oldest one, where that is not listed any more. */
  show(saved: Saved): Row | null {
    const row = this.#kind.rowOf(saved);
    const others = this.#list.filter((one) => one.id !== row.id);
    const list = [row, ...others].toSorted((one, other) => other.id - one.id);
    this.#list = list.slice(0, this.#kind.most);
    return list[this.#kind.most] ?? null;
  }

  async forget(id: number): Promise<void> {
    this.#list = this.#list.filter((one) => one.id !== id);
    await this.#remove(id);
  }

  #remove(id: number): Promise<void> {
    return this.#disk(this.#files.remove(`${id}.json`));
  }

  #disk<Value>(work: Promise<Value>): Promise<Value> {
    return within(this.#clock, DISK_LIMIT, work);
  }
}
