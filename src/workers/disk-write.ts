import { constants } from "node:fs";
import { type FileHandle, lstat, open, statfs, unlink } from "node:fs/promises";
import type { DiskEnd, DiskProbe, DiskStep, MountFacts } from "../ports/disk.ts";
import { DirectReader, PIECE } from "./direct-read.ts";
import { endByError, faultOf, isError } from "./disk-fault.ts";
import { factsOf, judgeMissing, judgeMount, placeOf } from "./disk-mount.ts";

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;

const BLOCK = 4096;
/** Every probe file begins with it: nobody else's file is removed. */
const MAGIC = "solosafe probe\n";

/** A probe under way: where it is, for the reason. */
interface Writing {
  readonly probe: DiskProbe;
  readonly enter: (step: DiskStep) => void;
  step: DiskStep;
  mount: MountFacts | null;
}

/**
 * Creates a file, writes it, has it written to the device, reads it back past the page cache,
 * compares, and removes it. Everything below the folder that was opened first, whose mount was
 * looked at: a mount that goes away in between cannot turn it to another disk.
 */
export async function probeByWriting(
  probe: DiskProbe,
  onStep: (step: DiskStep) => void,
): Promise<DiskEnd> {
  const writing: Writing = { probe, step: "open", mount: null, enter: onStep };
  begin(writing, "open");
  let folder: FileHandle | null = null;
  try {
    folder = await open(probe.path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
    const place = await placeOf(folder.fd);
    writing.mount = factsOf(place, probe.path);
    const wrong = await judgeMount(probe, place);
    return wrong ?? (await writeBelow(writing, folder.fd));
  } catch (error) {
    if (folder === null && isError(error, "ENOENT", "ENOTDIR")) {
      const missing = await judgeMissing(probe);
      if (missing) return missing;
    }
    return await explain(writing, error);
  } finally {
    await folder?.close().catch(() => {});
  }
}

function begin(writing: Writing, step: DiskStep): void {
  writing.step = step;
  writing.enter(step);
}

async function explain(writing: Writing, error: unknown): Promise<DiskEnd> {
  const end = endByError(error, writing.step, writing.mount);
  if (end.kind !== "error" || end.code !== "ENOSPC") return end;
  // The kernel has one name for two wants; df shows free blocks when file entries ran out.
  const space = await statfs(writing.probe.path).catch(() => null);
  return { ...end, hasNoInodes: space !== null && space.files > 0 && space.ffree === 0 };
}

async function writeBelow(writing: Writing, folder: number): Promise<DiskEnd> {
  const name = `.solosafe-probe-${writing.probe.name}`;
  const path = `/proc/self/fd/${folder}/${name}`;
  begin(writing, "create");
  const obstacle = await clear(path);
  if (obstacle !== null) {
    const file = `${writing.probe.path.replace(/\/$/, "")}/${name}`;
    return { kind: "inTheWay", file, what: obstacle };
  }
  const file = await open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  let end: DiskEnd;
  try {
    end = await writeAndRead(writing, file);
  } catch (error) {
    end = await explain(writing, error);
  }
  try {
    begin(writing, "remove");
    await remove(path, file);
    await file.close();
  } catch (error) {
    await file.close().catch(() => {});
    // What went wrong first is the cause.
    if (end.kind === "ok") return endByError(error, writing.step, writing.mount);
  }
  return end;
}

/** Makes room for the probe file; what lies there instead and is not ours, by its name. */
async function clear(path: string): Promise<string | null> {
  let found: Awaited<ReturnType<typeof lstat>>;
  try {
    found = await lstat(path);
  } catch (error) {
    if (isError(error, "ENOENT")) return null;
    throw error;
  }
  if (found.isSymbolicLink()) return "a symbolic link";
  if (found.isDirectory()) return "a folder";
  if (found.isFIFO()) return "a FIFO";
  if (!found.isFile()) return "not a file";
  if (found.nlink !== 1) return "a file with several names";
  if (found.uid !== process.geteuid?.()) return "somebody else's file";
  // One of ours, left behind when a probe was killed.
  if (!(await isOurs(path))) return "a file with other contents";
  await unlink(path);
  return null;
}

async function isOurs(path: string): Promise<boolean> {
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    const text = buffer.toString("latin1", 0, bytesRead);
    // Empty or of zeros: the power went away before it was written.
    return /^\0*$/.test(text) || text === MAGIC;
  } catch (error) {
    // What cannot be read is replaced; if the disk is bad the new one will say so.
    if (faultOf(error) !== null) return true;
    throw error;
  } finally {
    await file.close();
  }
}

/** Removes the file unless somebody has put something else in its place. */
async function remove(path: string, file: FileHandle): Promise<void> {
  try {
    const [there, own] = await Promise.all([lstat(path), file.stat()]);
    if (there.ino === own.ino && there.dev === own.dev) await unlink(path);
  } catch (error) {
    if (!isError(error, "ENOENT")) throw error;
  }
}

async function writeAndRead(writing: Writing, file: FileHandle): Promise<DiskEnd> {
  const { sizeBytes } = writing.probe;
  const pattern = newPattern();
  begin(writing, "write");
  for (let at = 0; at < sizeBytes; at += PIECE) {
    stamp(pattern, at);
    await writeAll(file, pattern.subarray(0, Math.min(PIECE, sizeBytes - at)), at);
  }
  begin(writing, "fsync");
  await file.sync();
  begin(writing, "read");
  // The same file whatever has its name by now.
  const reader = await DirectReader.open(`/proc/self/fd/${file.fd}`);
  try {
    for (let at = 0; at < sizeBytes; at += PIECE) {
      stamp(pattern, at);
      const expected = pattern.subarray(0, Math.min(PIECE, sizeBytes - at));
      const piece = await reader.read(at);
      if (piece.equals(expected)) continue;
      return { kind: "changed", at: at + firstDifference(piece, expected), mount: writing.mount };
    }
    return { kind: "ok", isBypassed: reader.isDirect, mount: writing.mount };
  } finally {
    await reader.close();
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Other bytes for each probe, so that what an earlier one left on the disk is not taken for it. */
function newPattern(): Buffer {
  const pattern = Buffer.alloc(PIECE);
  for (let at = 0; at < BLOCK; at += 4) pattern.writeUInt32LE(Math.random() * 2 ** 32, at);
  for (let at = BLOCK; at < PIECE; at += BLOCK) pattern.copy(pattern, at, 0, BLOCK);
  return pattern;
}

/** Numbers the blocks, so that one in the wrong place is seen. */
function stamp(pattern: Buffer, position: number): void {
  for (let at = 0; at < PIECE; at += BLOCK) {
    pattern.write(MAGIC, at, "latin1");
    pattern.writeDoubleLE((position + at) / BLOCK, at + 16);
  }
}

function firstDifference(piece: Buffer, expected: Buffer): number {
  const same = expected.findIndex((byte, at) => byte !== piece[at]);
  return same < 0 ? expected.length : same;
}
