import { assert } from "../base/assert.ts";

/**
 * An immutable map with a fixed set of keys. Replacing one row copies an array of pointers (about a
 * microsecond for 1000 rows), where copying an object or a Map of that size takes 50 to 250.
 */
export class Table<Row> {
  readonly #index: ReadonlyMap<string, number>;
  readonly #rows: readonly Row[];

  constructor(index: ReadonlyMap<string, number>, rows: readonly Row[]) {
    assert(index.size === rows.length, "a table has one row for each key");
    this.#index = index;
    this.#rows = rows;
  }

  static from<Row>(keys: Iterable<string>, row: (key: string) => Row): Table<Row> {
    const index = new Map<string, number>();
    for (const key of keys) index.set(key, index.size);
    return new Table(index, [...index.keys()].map(row));
  }

  has(key: string): boolean {
    return this.#index.has(key);
  }

  get(key: string): Row {
    const row = this.find(key);
    assert(row !== undefined, `no row ${key}`);
    return row;
  }

  find(key: string): Row | undefined {
    const at = this.#index.get(key);
    return at === undefined ? undefined : this.#rows[at];
  }

  with(key: string, row: Row): Table<Row> {
    const at = this.#index.get(key);
    assert(at !== undefined, `no row ${key}`);
    if (this.#rows[at] === row) return this;
    const rows = this.#rows.slice();
    rows[at] = row;
    return new Table(this.#index, rows);
  }

  keys(): IterableIterator<string> {
    return this.#index.keys();
  }

  rows(): readonly Row[] {
    return this.#rows;
  }

  *entries(): IterableIterator<[string, Row]> {
    for (const [key, at] of this.#index) yield [key, this.#rows[at] as Row];
  }

  toJSON(): Record<string, Row> {
    return Object.fromEntries(this.entries());
  }
}
