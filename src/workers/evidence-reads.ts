import { execFile } from "node:child_process";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { open, readdir, readlink } from "node:fs/promises";
import { type Millis, SECOND } from "../base/duration.ts";
import { afterRunning } from "../host/running-time.ts";

/** Of one file; what the kernel holds back longer it holds back for ever. */
const READ_LIMIT: Millis = SECOND;
/** Each that does not come back holds one of four threads: after so many no file is asked any more. */
const HUNG_MOST = 2;
const FILE_BYTES_MOST = 256 * 1024;
/** Records of the kernel's log: one read gives one record (Documentation/ABI/testing/dev-kmsg). */
const KERNEL_RECORDS_MOST = 100_000;
const RECORD_BYTES_MOST = 8192;

/** Reads that end in time, whatever hangs; what could not be read says so in its place. */
export class Reads {
  readonly #endAt: number;
  #hung = 0;

  /** Everything together ends by then: `performance.now()`. */
  constructor(endAt: Millis) {
    this.#endAt = endAt;
  }

  get leftMs(): Millis {
    return Math.max(0, this.#endAt - performance.now());
  }

  /** The beginning of a file, or of what it says now. */
  async file(path: string): Promise<string> {
    return await this.within(readStart(path));
  }

  /** The end of a file. */
  async tail(path: string, most: number): Promise<string> {
    return await this.within(readEnd(path, most));
  }

  async link(path: string): Promise<string> {
    return await this.within(readlink(path));
  }

  async names(path: string): Promise<readonly string[]> {
    const names = await this.within(readdir(path).then((list) => list.join("\0")));
    return names.startsWith("(") ? [] : names.split("\0").filter((name) => name !== "");
  }

  /** What a program prints; killed at the deadline. */
  program([program, ...words]: readonly [string, ...string[]], limitMs: Millis): Promise<string> {
    const timeout = Math.min(limitMs, this.leftMs);
    if (timeout <= 0) return Promise.resolve("(not run: no time was left)");
    const limits = { timeout, maxBuffer: 4 * FILE_BYTES_MOST, killSignal: "SIGKILL" } as const;
    const { promise, resolve } = Promise.withResolvers<string>();
    const give = (text: string): void => {
      clearTimeout(limit);
      resolve(text);
    };
    // One that hangs in the kernel does not end when it is killed.
    const limit = setTimeout(() => give("(it did not end in time)"), timeout + 100);
    execFile(program, words, limits, (error, output, complaint) => {
      const isMissing = error !== null && error.code === "ENOENT";
      if (isMissing) give("(there is no such program)");
      else give(`${output}${error === null ? "" : `(${error.message})\n`}${complaint}`);
    });
    return promise;
  }

  async within(work: Promise<string>): Promise<string> {
    work.catch(() => {});
    if (this.#hung >= HUNG_MOST) return "(not read: others did not answer)";
    const limitMs = Math.min(READ_LIMIT, this.leftMs);
    if (limitMs <= 0) return "(not read: no time was left)";
    const { promise, resolve } = Promise.withResolvers<string>();
    // On a busy server this program itself may stand still, and the answer be there already.
    const limit = afterRunning(limitMs, () => {
      this.#hung += 1;
      resolve("(it did not answer in time)");
    });
    const said = work.catch((error: unknown) => `(${reasonOf(error)})`);
    return await Promise.race([said, promise]).finally(() => limit.cancel());
  }
}

async function readStart(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const parts: Buffer[] = [];
    for (let left = FILE_BYTES_MOST; left > 0; ) {
      const buffer = Buffer.alloc(Math.min(left, 64 * 1024));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) break;
      parts.push(buffer.subarray(0, bytesRead));
      left -= bytesRead;
    }
    return Buffer.concat(parts).toString("utf8");
  } finally {
    await file.close();
  }
}

async function readEnd(path: string, most: number): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, most));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, Math.max(0, size - most));
    return buffer.subarray(0, bytesRead).toString("utf8");
  } finally {
    await file.close();
  }
}

/** The last lines of the kernel's log; in memory, so it hangs on nothing. */
export function kernelLogTail(lines: number): string {
  let fd: number;
  try {
    fd = openSync("/dev/kmsg", constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return `(${reasonOf(error)})`;
  }
  const found: string[] = [];
  const buffer = Buffer.alloc(RECORD_BYTES_MOST);
  for (let count = 0; count < KERNEL_RECORDS_MOST; count += 1) {
    try {
      const length = readSync(fd, buffer, 0, buffer.length, null);
      if (length === 0) break;
      found.push(kernelLine(buffer.toString("utf8", 0, length)));
    } catch (error) {
      // What stood here was just written over: the next read gives what follows.
      if (!(error instanceof Error && "code" in error && error.code === "EPIPE")) break;
    }
    if (found.length > 2 * lines) found.splice(0, lines);
  }
  closeSync(fd);
  return found.slice(-lines).join("\n");
}

/** `6,1234,5678901,-;text`: the time is microseconds since the boot. */
function kernelLine(record: string): string {
  const [head = "", ...rest] = record.split(";");
  const seconds = Number(head.split(",")[2]) / 1_000_000;
  return `[${seconds.toFixed(6)}] ${(rest.join(";").split("\n")[0] ?? "").slice(0, 2000)}`;
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ESRCH") return "it is gone";
  return code === "" ? String(error) : code;
}
