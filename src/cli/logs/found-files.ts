import { realpath } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { type Millis, SECOND } from "../../base/duration.ts";
import { findFiles } from "./find-files.ts";
import type { Found } from "./gather.ts";
import { type Printed, runBounded } from "./run-bounded.ts";
import { readTail, reasonOf, type Tail } from "./read-tail.ts";

/** Of each file and each output the end is kept. */
export const BYTES_MOST = 5 * 1024 * 1024;
const FILES_MOST = 200;
const READ_LIMIT: Millis = 10 * SECOND;
/** After so many files that did not answer no further one is opened. */
const HUNG_MOST = 3;

const unpack = promisify(gunzip);

interface How {
  /** Not text: taken as it is. */
  readonly isRaw?: boolean;
  /** That nothing is there is nothing to tell. */
  readonly isOptional?: boolean;
}

/** How far back one looks, and what was seen on the way. */
export class Reader {
  readonly sinceWall: number;
  #hung = 0;

  constructor(sinceWall: number) {
    this.sinceWall = sinceWall;
  }

  /** A file call still waits: this program cannot end by itself. */
  get isHung(): boolean {
    return this.#hung > 0;
  }

  /** Files that a pattern names, below `folder` in the archive; those not changed since are left out. */
  async *files(folder: string, pattern: string, how: How = {}): AsyncGenerator<Found> {
    const paths = await this.#within(findFiles(pattern, FILES_MOST)).catch(() => null);
    if (paths === null) {
      yield { source: pattern, missing: "it did not answer in time" };
      return;
    }
    for (const path of paths) {
      const found = await this.#read(folder, path, how.isRaw === true);
      if (found !== null) yield found;
    }
    if (paths.length === 0 && how.isOptional !== true)
      yield { source: pattern, missing: "it is not there" };
    if (paths.length === FILES_MOST) yield { source: pattern, missing: "there are more files" };
  }

  /** One file, whatever its age, also behind a link. */
  async one(path: string, as: string): Promise<Found> {
    try {
      const tail = await this.#within(realpath(path).then((real) => readTail(real, BYTES_MOST)));
      return { path: as, source: path, ...textOf(tail) };
    } catch (error) {
      return { source: path, missing: reasonOf(error) };
    }
  }

  async #read(folder: string, path: string, isRaw: boolean): Promise<Found | null> {
    try {
      const tail = await this.#within(readTail(path, BYTES_MOST));
      if (tail.changedWall < this.sinceWall) return null;
      const place = { path: `${folder}${path}`, source: path };
      if (isRaw) {
        const { content, isCut } = tail;
        // Half of it is no use to anybody.
        return isCut
          ? { source: path, missing: "it is too large" }
          : { ...place, content, isCut, isRaw };
      }
      if (!path.endsWith(".gz")) return { ...place, ...textOf(tail) };
      if (tail.isCut) return { source: path, missing: "it is too large" };
      const content = await unpack(tail.content, { maxOutputLength: 16 * BYTES_MOST });
      const isCut = content.length > BYTES_MOST;
      const end = { ...tail, content: content.subarray(-BYTES_MOST), isCut };
      return { path: place.path.slice(0, -".gz".length), source: path, ...textOf(end) };
    } catch (error) {
      return { source: path, missing: reasonOf(error) };
    }
  }

  async #within<Value>(work: Promise<Value>): Promise<Value> {
    work.catch(() => {});
    if (this.#hung >= HUNG_MOST) throw new Error("other files did not answer");
    const { promise, reject } = Promise.withResolvers<never>();
    const limit = setTimeout(() => {
      this.#hung += 1;
      reject(new Error("it did not answer in time"));
    }, READ_LIMIT);
    return await Promise.race([work, promise]).finally(() => clearTimeout(limit));
  }
}

/** The first line of an end is part of one. */
function textOf({ content, isCut }: Tail): { readonly content: Buffer; readonly isCut: boolean } {
  return { content: isCut ? content.subarray(content.indexOf(10) + 1) : content, isCut };
}

/** What a program prints; nothing of it is a fault too. */
export async function printed(
  command: readonly [string, ...string[]],
  as: string,
  limitMs: Millis,
): Promise<Found> {
  const source = command.join(" ");
  const run: Printed = await runBounded(command, limitMs, BYTES_MOST);
  if (run.output.length === 0) return { source, missing: run.fault ?? "it printed nothing" };
  const { output, isCut, fault } = run;
  const content = isCut ? output.subarray(output.indexOf(10) + 1) : output;
  return { path: as, source, content, isCut, ...(fault === null ? {} : { fault }) };
}
