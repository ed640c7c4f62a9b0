import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import koffi from "koffi";
import { errorText } from "./libc.ts";

/** Pages are locked as soon as they are used, not all at once (mlock(2)). */
const MLOCK_ONFAULT = 1;
const SCHED_RR = 2;
/** The kernel's killer of processes never chooses it. */
const NEVER_KILLED = "-1000";

/** Above everything that is not real-time, below the kernel's own threads (50, 99). */
const PRIORITY = 10;

/**
 * Lets this process go on when memory and processor time are short and its disk is dead: what it uses
 * of its files stays in memory, all its threads are real-time ones, and it is not chosen when memory
 * has to be freed. Null, or what was refused in one sentence.
 *
 * What is locked is what was used so far, and whatever is used later, of the program and its
 * libraries: all of it would be 100 MB. So all that must work in distress has to be done once before.
 * Memory that is no file's is not locked, because V8 ends the program when the kernel refuses to take
 * back a page of its heap, as it does a locked one (madvise(2), EINVAL); it is kept out of the swap
 * by `MemorySwapMax=0`.
 */
export function harden(): string | null {
  const libc = koffi.load(null);
  const mlock2 = libc.func("int mlock2(uint64 address, size_t length, uint flags)");
  const setScheduler = libc.func("int sched_setscheduler(int thread, int policy, void *parameter)");
  const faults: string[] = [];
  const tell = (what: string): number => faults.push(`${what}: ${errorText(koffi.errno())}`);
  for (const { start, length } of mappedFiles()) {
    if (mlock2(start, length, MLOCK_ONFAULT) === 0) continue;
    tell("memory is not locked");
    break;
  }
  const parameter = Buffer.alloc(4);
  parameter.writeInt32LE(PRIORITY, 0);
  for (const thread of readdirSync("/proc/self/task")) {
    if (setScheduler(Number(thread), SCHED_RR, parameter) === 0) continue;
    tell("threads have no real-time priority");
    break;
  }
  try {
    writeFileSync("/proc/self/oom_score_adj", NEVER_KILLED);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    faults.push(`it may be killed when memory is short: ${why}`);
  }
  return faults.length === 0 ? null : faults.join("; ");
}

/** Where files are mapped into this process: its program and libraries (proc(5), maps). */
function mappedFiles(): readonly { readonly start: bigint; readonly length: bigint }[] {
  return readFileSync("/proc/self/maps", "latin1")
    .split("\n")
    .flatMap((line) => {
      const [, from, to] =
        /^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ [1-9]\d* +\/(?!dev\/)/.exec(line) ?? [];
      if (from === undefined || to === undefined) return [];
      const start = BigInt(`0x${from}`);
      return [{ start, length: BigInt(`0x${to}`) - start }];
    });
}
