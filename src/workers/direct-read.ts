import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { isError } from "./disk-fault.ts";

/** Read and written in pieces of so many bytes; a multiple of every block size. */
export const PIECE = 64 * 1024;

const PAGE = 4096;
const KEPT_MOST = 4;
// Blocks that glibc maps for themselves begin 16 bytes into a page; where the heap hands them out
// they lie on any multiple of 16.
const ALIGNMENT = 16;
const LIKELY = PAGE - ALIGNMENT;

/** Memory for one piece, into which can be read past the page cache once its offset is known. */
interface DirectBuffer {
  readonly bytes: Buffer;
  offset: number | null;
}

const spare: DirectBuffer[] = [];

/**
 * Reads a file or device piece by piece, past the page cache where that works (O_DIRECT, open(2)),
 * else after asking the kernel to forget what it has cached.
 */
export class DirectReader {
  readonly #file: FileHandle;
  readonly #buffer: DirectBuffer;
  #isDirect: boolean;

  private constructor(file: FileHandle, isDirect: boolean) {
    this.#file = file;
    this.#isDirect = isDirect;
    this.#buffer = spare.pop() ?? { bytes: Buffer.allocUnsafeSlow(PIECE + PAGE), offset: null };
  }

  /** `flags` besides reading. Rejects with the kernel's error. */
  static async open(path: string, flags = 0): Promise<DirectReader> {
    const plain = constants.O_RDONLY | flags;
    try {
      return new DirectReader(await open(path, plain | constants.O_DIRECT), true);
    } catch (error) {
      if (!isError(error, "EINVAL")) throw error;
      return new DirectReader(await open(path, plain), false);
    }
  }

  get file(): FileHandle {
    return this.#file;
  }

  /** Whether what was read did not come from the page cache, as far as the kernel says. */
  get isDirect(): boolean {
    return this.#isDirect;
  }

  /** At most a piece from `position`, a multiple of the block size; valid until the next call. */
  async read(position: number): Promise<Buffer> {
    if (this.#isDirect) {
      const piece = await this.#readDirect(position);
      if (piece) return piece;
      this.#isDirect = false;
    }
    if (position === 0 || !this.#isForgotten) await this.#forget();
    const { bytesRead } = await this.#file.read(this.#buffer.bytes, 0, PIECE, position);
    return this.#buffer.bytes.subarray(0, bytesRead);
  }

  async close(): Promise<void> {
    if (spare.length < KEPT_MOST) spare.push(this.#buffer);
    await this.#file.close();
  }

  #isForgotten = false;

  /** Null where reading past the cache does not work at all. */
  async #readDirect(position: number): Promise<Buffer | null> {
    const { bytes, offset } = this.#buffer;
    for (const at of offset === null ? offsets() : [offset]) {
      try {
        const { bytesRead } = await this.#file.read(bytes, at, PIECE, position);
        this.#buffer.offset = at;
        return bytes.subarray(at, at + bytesRead);
      } catch (error) {
        // The memory is not aligned as this device wants it.
        if (!isError(error, "EINVAL")) throw error;
      }
    }
    if (offset === null) return null;
    // It suited another device, which wants less.
    this.#buffer.offset = null;
    return await this.#readDirect(position);
  }

  async #forget(): Promise<void> {
    this.#isForgotten = true;
    // Loaded only where it is needed: it costs 2 MiB.
    const { forgetCache } = await import("../host/disk-calls.ts");
    await forgetCache(this.#file.fd);
  }
}

function* offsets(): Generator<number> {
  yield LIKELY;
  for (let at = 0; at < LIKELY; at += ALIGNMENT) yield at;
}
