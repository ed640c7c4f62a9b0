import { closeSync, constants, openSync, writeSync } from "node:fs";
import type { News } from "../../ports/news.ts";
import { ExceptionWatch } from "../exception-watch.ts";

/**
 * Somebody waited for a second within ten. The kernel tells it at most once in that time, and lets
 * who has no CAP_SYS_RESOURCE choose multiples of two seconds only (Documentation/accounting/psi.rst).
 */
const TRIGGER = "some 1000000 10000000\0";
const PREFIX = "pressure:";

interface Open {
  readonly fd: number;
  readonly watch: ExceptionWatch;
}

/**
 * `pressure:cpu`, `pressure:memory`, `pressure:io` by the kernel's own triggers. The first two may
 * come without a cause, because the kernel counts a new window from the boot (seen on Linux 6.18):
 * the probe that follows judges.
 */
export class PressureNews implements News {
  readonly #root: string;
  readonly #open = new Map<string, Open>();
  #listener: (source: string) => void = () => {};

  constructor(root = "/proc/pressure") {
    this.#root = root;
  }

  watch(sources: ReadonlySet<string>): void {
    for (const source of this.#open.keys()) if (!sources.has(source)) this.#end(source);
    for (const source of sources) if (!this.#open.has(source)) this.#begin(source);
  }

  onNews(listener: (source: string) => void): void {
    this.#listener = listener;
  }

  close(): void {
    for (const source of this.#open.keys()) this.#end(source);
  }

  /** The kernel has no pressure, or does not let us: then it is seen by polling only. */
  #begin(source: string): void {
    let fd: number;
    try {
      const path = `${this.#root}/${source.slice(PREFIX.length)}`;
      fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    } catch {
      return;
    }
    try {
      writeSync(fd, TRIGGER);
      const watch = new ExceptionWatch(fd, () => this.#listener(source));
      this.#open.set(source, { fd, watch });
    } catch {
      closeSync(fd);
    }
  }

  #end(source: string): void {
    const open = this.#open.get(source);
    if (open === undefined) return;
    this.#open.delete(source);
    open.watch.close();
    closeSync(open.fd);
  }
}
