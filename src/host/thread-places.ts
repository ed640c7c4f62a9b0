import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { readStat } from "./proc.ts";

const THREADS_SEEN_MOST = 64;
/** The kernel takes ten lines in five seconds from one descriptor (printk_devkmsg, ratelimit). */
const THREADS_TOLD_MOST = 6;
const FRAMES_MOST = 12;

const part = Buffer.alloc(4096);

/**
 * Where in the kernel the threads of a process stand, one line each, first those that hang there
 * (state D). Reads /proc only, and nothing of it that waits for memory or disks of the process:
 * `stack` waits for an exec of that very process at most.
 */
export function threadPlaces(pid: number): readonly string[] {
  let threads: readonly string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`).slice(0, THREADS_SEEN_MOST);
  } catch {
    return [];
  }
  return threads
    .flatMap((thread) => readStat(`${pid}/task/${thread}`) ?? [])
    .toSorted((one, other) => Number(other.state === "D") - Number(one.state === "D"))
    .slice(0, THREADS_TOLD_MOST)
    .map(({ pid: thread, name, state }) => {
      const folder = `/proc/${pid}/task/${thread}`;
      const place = read(`${folder}/wchan`);
      const frames = framesOf(read(`${folder}/stack`));
      const where = place === "" || place === "0" ? "" : ` in ${place}`;
      return `pid ${pid} thread ${thread} (${name}) state ${state}${where}: ${frames || "no stack"}`;
    });
}

/** `[<0>] folio_wait_bit_common+0x13d/0x350` is `folio_wait_bit_common`. */
function framesOf(stack: string): string {
  return stack
    .split("\n", FRAMES_MOST)
    .map((line) => line.replace(/^\[<[^>]*>\]\s*/, "").replace(/\+0x.*$/, ""))
    .filter(Boolean)
    .join(" < ");
}

function read(path: string): string {
  try {
    const fd = openSync(path, "r");
    try {
      return part.toString("latin1", 0, readSync(fd, part, 0, part.length, null)).trim();
    } finally {
      closeSync(fd);
    }
  } catch {
    return "";
  }
}
