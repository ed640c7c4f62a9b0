import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Millis } from "../base/duration.ts";
import { redact } from "../base/redact.ts";

/** Of one taking. */
const BYTES_MOST = 5 * 1024 * 1024;
/** Takings of one incident: the first ones tell most. */
export const TAKINGS_MOST = 5;
const INCIDENTS_MOST = 200;
const FORMAT = 1;

/** What may be kept of all takings together. */
export interface Keeping {
  readonly keepMs: Millis;
  readonly keepBytes: number;
}

interface KeptFile {
  readonly name: string;
  readonly bytes: number;
  readonly isCut: boolean;
}

/** The folder of one taking: what is written into it has no secrets, and a limit. */
export class EvidenceFolder {
  /** Below the folder of all evidence. */
  readonly name: string;
  readonly #path: string;
  readonly #files: KeptFile[] = [];
  #left = BYTES_MOST;

  constructor(root: string, name: string) {
    this.name = name;
    this.#path = join(root, name);
    mkdirSync(this.#path, { recursive: true, mode: 0o700 });
  }

  get files(): number {
    return this.#files.length;
  }

  /** Written at once: what comes after it may hang. */
  write(name: string, text: string): void {
    const whole = Buffer.from(`${redact(text).trimEnd()}\n`);
    const content = whole.subarray(0, this.#left);
    this.#left -= content.length;
    if (content.length === 0) return;
    writeFileSync(join(this.#path, name), content, { mode: 0o600 });
    this.#files.push({ name, bytes: content.length, isCut: content.length < whole.length });
  }

  /** What is there, last of all: a folder without it was not finished. */
  finish(facts: Readonly<Record<string, unknown>>): void {
    const manifest = { v: FORMAT, ...facts, files: this.#files };
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    writeFileSync(join(this.#path, "manifest.json"), redact(text), { mode: 0o600 });
  }
}

/** Name of the next taking of an incident; null when there are as many as may be. */
export function nextTaking(root: string, incident: string, resource: string): string | null {
  const count = names(join(root, incident)).length;
  const suffix = resource.replaceAll(/[^A-Za-z0-9.-]/g, "_").slice(0, 80);
  return count >= TAKINGS_MOST ? null : join(incident, `${count + 1}-${suffix}`);
}

/** Removes the oldest incidents until what is left is young, small and few enough; `spare` stays. */
export function prune(root: string, keeping: Keeping, spare: string, wall: Millis): void {
  const found = names(root)
    .map((name) => ({ name, ...measure(join(root, name)) }))
    .toSorted((one, other) => other.changed - one.changed);
  let bytes = 0;
  let count = 0;
  for (const one of found.filter(({ isFolder }) => isFolder)) {
    bytes += one.bytes;
    count += 1;
    const isKept =
      bytes <= keeping.keepBytes && count <= INCIDENTS_MOST && wall - one.changed <= keeping.keepMs;
    if (!isKept && one.name !== spare) rmSync(join(root, one.name), { recursive: true });
  }
}

interface Measured {
  readonly isFolder: boolean;
  readonly bytes: number;
  readonly changed: Millis;
}

function measure(folder: string): Measured {
  const own = statSync(folder);
  if (!own.isDirectory()) return { isFolder: false, bytes: 0, changed: 0 };
  let bytes = 0;
  let changed = own.mtimeMs;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    if (stats === undefined) continue;
    bytes += stats.size;
    changed = Math.max(changed, stats.mtimeMs);
  }
  return { isFolder: true, bytes, changed };
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
