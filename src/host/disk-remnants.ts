import { readFile, rename, writeFile } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { DiskStep } from "../ports/disk.ts";
import type { ProcessId } from "../ports/host.ts";
import { readBootIdentity } from "./boot-facts.ts";
import { hasThreads } from "./proc.ts";

/** A worker that was killed and has not ended, because this path's probe hangs in the kernel. */
export interface Remnant {
  readonly process: ProcessId;
  readonly step: DiskStep;
}

const STEPS: ReadonlySet<unknown> = new Set<DiskStep>([
  "open",
  "create",
  "write",
  "fsync",
  "read",
  "remove",
  "ask",
]);
/** More paths than this are watched by nobody. */
const REMNANTS_MAX = 5000;

/**
 * What hangs of probes that were given up, by path, and noted so that the next agent of this boot
 * does not begin another one there. A note that is lost costs one more thread that hangs.
 */
export class DiskRemnants {
  readonly #file: string;
  readonly #bootId = readBootIdentity().bootId;
  readonly #known = new Map<string, Remnant>();
  #reading: Promise<void> | null = null;
  #writing: Promise<void> = Promise.resolve();

  /** `file`: in memory, as `/run` is. */
  constructor(file: string) {
    this.#file = file;
  }

  add(path: string, remnant: Remnant): void {
    if (this.#known.size >= REMNANTS_MAX) return;
    this.#known.set(path, remnant);
    this.#note();
  }

  /** What still hangs there; null = nothing does. */
  async find(path: string): Promise<Remnant | null> {
    this.#reading ??= this.#read();
    await this.#reading;
    const remnant = this.#known.get(path);
    if (remnant === undefined) return null;
    if (hasThreads(remnant.process)) return remnant;
    this.#known.delete(path);
    this.#note();
    return null;
  }

  async #read(): Promise<void> {
    try {
      const given: unknown = JSON.parse(await readFile(this.#file, "utf8"));
      for (const [path, remnant] of remnantsIn(given, this.#bootId)) {
        if (!this.#known.has(path)) this.#known.set(path, remnant);
      }
    } catch {
      // There is none, or none that can be understood.
    }
  }

  #note(): void {
    const text = JSON.stringify({ bootId: this.#bootId, remnants: [...this.#known] });
    // One after the other, so that the last one stays.
    this.#writing = this.#writing.then(() => this.#write(text)).catch(() => {});
  }

  async #write(text: string): Promise<void> {
    const next = `${this.#file}.new`;
    await writeFile(next, text);
    await rename(next, this.#file);
  }
}

function remnantsIn(given: unknown, bootId: string): readonly (readonly [string, Remnant])[] {
  if (typeof given !== "object" || given === null) return [];
  const { bootId: boot, remnants } = given as { bootId?: unknown; remnants?: unknown };
  if (boot !== bootId || !Array.isArray(remnants)) return [];
  return remnants.slice(0, REMNANTS_MAX).filter(isRemnantOfPath);
}

function isRemnantOfPath(given: unknown): given is readonly [string, Remnant] {
  if (!Array.isArray(given)) return false;
  const [path, remnant] = given as readonly unknown[];
  if (typeof path !== "string" || !isAbsolute(path)) return false;
  if (typeof remnant !== "object" || remnant === null) return false;
  const { process, step } = remnant as Partial<Remnant>;
  const isProcess = Number.isInteger(process?.pid) && typeof process?.startTime === "number";
  return isProcess && STEPS.has(step);
}
