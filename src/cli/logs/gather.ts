import { createHash } from "node:crypto";
import { open, unlink } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { redact } from "../../base/redact.ts";
import { tarEnd, tarEntry, tarPath } from "./tar.ts";

/** Everything together, before it is packed. */
const TOTAL_MOST = 200 * 1024 * 1024;
const FORMAT = 1;

/** Something that was looked for: what was found, or why not. */
export type Found =
  | {
      readonly path: string;
      /** Where it comes from: a path, or a program. */
      readonly source: string;
      readonly content: Buffer;
      /** Only its end is there. */
      readonly isCut: boolean;
      /** Numbers in a format of their own, in which no secret can be looked for. */
      readonly isRaw?: true;
      /** It is not complete, and why. */
      readonly fault?: string;
    }
  | { readonly source: string; readonly missing: string };

/** One pattern of what is collected. */
export interface Pattern {
  readonly name: string;
  find(): AsyncIterable<Found>;
}

/** What the archive says about itself. */
export interface Manifest {
  readonly v: typeof FORMAT;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly files: ManifestFile[];
  readonly leftOut: { readonly source: string; readonly why: string }[];
}

interface ManifestFile {
  readonly path: string;
  readonly source: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly isCut: boolean;
  readonly hasSecretsRemoved: boolean;
  readonly fault?: string;
}

export interface Gathering {
  readonly file: string;
  readonly patterns: readonly Pattern[];
  readonly facts: Readonly<Record<string, unknown>>;
  readonly wall: number;
  readonly signal: AbortSignal;
  /** Called after each pattern. */
  readonly onDone: (name: string, files: number, bytes: number) => void;
}

/**
 * Writes what the patterns find into one `.tar.gz` that only its owner may read, secrets removed, the
 * manifest last. Rejects when it cannot be written, is already there or was aborted; then nothing is
 * left of it.
 */
export async function gather(gathering: Gathering): Promise<Manifest> {
  const manifest: Manifest = { v: FORMAT, facts: gathering.facts, files: [], leftOut: [] };
  const handle = await open(gathering.file, "wx", 0o600);
  const file = handle.createWriteStream();
  try {
    const source = Readable.from(entries(gathering, manifest), { objectMode: false });
    await pipeline(source, createGzip(), file, { signal: gathering.signal });
    return manifest;
  } catch (error) {
    await unlink(gathering.file).catch(() => {});
    throw error;
  }
}

async function* entries(gathering: Gathering, manifest: Manifest): AsyncGenerator<Buffer> {
  const { patterns, wall, onDone } = gathering;
  const taken = new Set<string>();
  let total = 0;
  for (const pattern of patterns) {
    let files = 0;
    let bytes = 0;
    for await (const found of pattern.find()) {
      const content = accept(manifest, found, TOTAL_MOST - total);
      if (content === null || "missing" in found) continue;
      const path = freePath(taken, found.path);
      manifest.files.push(describe(found, path, content));
      files += 1;
      bytes += content.length;
      total += content.length;
      yield tarEntry(path, content, wall);
    }
    onDone(pattern.name, files, bytes);
  }
  yield tarEntry("manifest.json", Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`), wall);
  yield tarEnd();
}

/** What of it goes into the archive; null, and said why, when nothing does. */
function accept(manifest: Manifest, found: Found, room: number): Buffer | null {
  const refuse = (why: string): null => {
    manifest.leftOut.push({ source: redact(found.source), why: redact(why) });
    return null;
  };
  if ("missing" in found) return refuse(found.missing);
  if (found.content.length > room) return refuse("the archive is as large as it may become");
  if (found.isRaw) return found.content;
  if (found.content.includes(0))
    return refuse("it is not text, so no secret can be looked for in it");
  return Buffer.from(redact(found.content.toString("utf8")));
}

function describe(
  found: Exclude<Found, { missing: string }>,
  path: string,
  content: Buffer,
): ManifestFile {
  return {
    path,
    source: redact(found.source),
    bytes: content.length,
    sha256: createHash("sha256").update(content).digest("hex"),
    isCut: found.isCut,
    hasSecretsRemoved: !found.isRaw && !content.equals(found.content),
    ...(found.fault === undefined ? {} : { fault: redact(found.fault) }),
  };
}

/** Two files never get one name. */
function freePath(taken: Set<string>, wanted: string): string {
  const path = tarPath(wanted.replace(/^\/+/, ""));
  let free = path;
  for (let number = 2; taken.has(free); number += 1) free = tarPath(`${number}/${path}`);
  taken.add(free);
  return free;
}
