import { constants } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** What was kept of one resource at one moment. */
export interface KeptTaking {
  readonly incident: string;
  readonly name: string;
  readonly folder: string;
  readonly resource: string;
  readonly takenWall: number;
  readonly isAlive: boolean | null;
  readonly bytes: number;
  readonly files: { name: string; bytes: number; isCut: boolean }[];
}

/** Which file is wanted; nothing else than these names leads into the folder. */
export interface KeptFile {
  readonly incident: string;
  readonly taking: string;
  readonly file: string;
}

const INCIDENT = /^[\w-]{1,64}$/;
const TAKING = /^\d{1,3}-[\w.-]{1,80}$/;
const FILE = /^[a-z0-9-]{1,60}\.(?:txt|json)$/;
const MANIFEST = "manifest.json";
const MANIFEST_BYTES_MOST = 64 * 1024;
const TAKINGS_MOST = 150;
const FILES_MOST = 100;

/**
 * What is kept below `root`, newest first; all incidents without their files, or one of them. None
 * where nothing was ever kept. Rejects (EACCES) where the folder may not be read.
 */
export async function listKept(
  root: string,
  incident: string | null,
): Promise<{ takings: KeptTaking[]; hasMore: boolean }> {
  const incidents = incident === null ? await namesIn(root, INCIDENT) : [incident];
  const takings: KeptTaking[] = [];
  for (const one of incidents) {
    if (!INCIDENT.test(one)) continue;
    for (const name of await namesIn(join(root, one), TAKING)) {
      const found = await readTaking(root, one, name);
      if (found !== null) takings.push(incident === null ? { ...found, files: [] } : found);
    }
  }
  const sorted = takings.toSorted((one, other) => other.takenWall - one.takenWall);
  return { takings: sorted.slice(0, TAKINGS_MOST), hasMore: sorted.length > TAKINGS_MOST };
}

/** At most `most` bytes of a file, as text without what a terminal acts upon. Rejects where there is none. */
export async function readKept(
  root: string,
  { incident, taking, file }: KeptFile,
  from: number,
  most: number,
): Promise<{ readonly text: string; readonly next: number | null }> {
  if (!INCIDENT.test(incident) || !TAKING.test(taking) || !FILE.test(file)) {
    throw Object.assign(new Error("ENOENT: there is no such file"), { code: "ENOENT" });
  }
  const path = join(root, incident, taking, file);
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  const handle = await open(path, flags);
  try {
    const buffer = Buffer.alloc(most);
    const { bytesRead } = await handle.read(buffer, 0, most, from);
    const { size } = await handle.stat();
    const isLast = bytesRead === 0 || from + bytesRead >= size;
    const end = isLast ? bytesRead : wholeLetters(buffer.subarray(0, bytesRead));
    const text = buffer.toString("utf8", 0, end);
    return { text: harmless(text), next: isLast ? null : from + end };
  } finally {
    await handle.close();
  }
}

/** Program output may hold escape sequences; a line end and a tab are left. */
function harmless(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, "\ufffd");
}

/** How many of the bytes are whole letters: the last one may go on in the next part. */
function wholeLetters(bytes: Buffer): number {
  let last = bytes.length - 1;
  while (last > 0 && bytes.length - last < 4 && ((bytes[last] ?? 0) & 0xc0) === 0x80) last -= 1;
  return last > 0 && (bytes[last] ?? 0) >= 0xc0 ? last : bytes.length;
}

async function readTaking(
  root: string,
  incident: string,
  name: string,
): Promise<KeptTaking | null> {
  const folder = join(root, incident, name);
  const files: { name: string; bytes: number; isCut: boolean }[] = [];
  try {
    const { mtimeMs } = await stat(folder);
    const manifest = await readManifest(folder);
    for (const file of (await namesIn(folder, FILE)).slice(0, FILES_MOST)) {
      if (file === MANIFEST) continue;
      const { size } = await stat(join(folder, file));
      files.push({ name: file, bytes: size, isCut: manifest?.cut.includes(file) === true });
    }
    const bytes = files.reduce((sum, one) => sum + one.bytes, 0);
    const { resource, takenWall, isAlive } = manifest ?? {
      resource: name.replace(/^\d+-/, ""),
      takenWall: Math.round(mtimeMs),
      isAlive: null,
    };
    return { incident, name, folder, resource, takenWall, isAlive, bytes, files };
  } catch (error) {
    // It was pruned just now.
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** What the program that took it wrote last of all; null where it did not come to that. */
async function readManifest(folder: string) {
  try {
    const handle = await open(join(folder, MANIFEST), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const buffer = Buffer.alloc(MANIFEST_BYTES_MOST);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      return understood(JSON.parse(buffer.toString("utf8", 0, bytesRead)));
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === "EACCES" || code === "EPERM") throw error;
    return null;
  }
}

function understood(manifest: Readonly<Record<string, unknown>>) {
  const { resource, takenWall, isAlive, files } = manifest;
  if (typeof resource !== "string" || typeof takenWall !== "number") return null;
  const all: readonly unknown[] = Array.isArray(files) ? files : [];
  const cut = all.flatMap((one) =>
    typeof one === "object" && one !== null && "isCut" in one && one.isCut === true && "name" in one
      ? [String(one.name)]
      : [],
  );
  return { resource, takenWall, isAlive: isAlive === true, cut };
}

async function namesIn(folder: string, pattern: RegExp): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => pattern.test(name));
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
