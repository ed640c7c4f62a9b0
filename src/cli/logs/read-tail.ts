import { constants } from "node:fs";
import { type FileHandle, open, readlink } from "node:fs/promises";

/** The end of a file. */
export interface Tail {
  readonly content: Buffer;
  /** The beginning was left out. */
  readonly isCut: boolean;
  readonly changedWall: number;
}

/**
 * Reads the last bytes of the file at `path`, which must lead there without a link. Rejects when it
 * is none, or another file was put in its place meanwhile.
 */
export async function readTail(path: string, most: number): Promise<Tail> {
  // A FIFO that nobody writes to would be waited for without NONBLOCK (open(2)).
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: unknown) => {
    throw new Error(reasonOf(error));
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error("it is not a file");
    const real = await readlink(`/proc/self/fd/${file.fd}`);
    if (real !== path) throw new Error("a link is on the way to it");
    const content = await readEnd(file, stats.size, most);
    return { content, isCut: stats.size > most, changedWall: stats.mtimeMs };
  } finally {
    await file.close();
  }
}

/** Files of /proc and /sys say that they are empty: these are read to their end. */
async function readEnd(file: FileHandle, size: number, most: number): Promise<Buffer> {
  const buffer = Buffer.alloc(size === 0 ? Math.min(most, 64 * 1024) : Math.min(size, most));
  const start = Math.max(0, size - most);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, start + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

/** What of a fault a person understands. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") return "it is not there";
  if (code === "EACCES" || code === "EPERM") return "you may not read it";
  if (code === "ELOOP") return "it is a link";
  return error instanceof Error ? error.message : String(error);
}
