import { readdirSync, writeFileSync } from "node:fs";
import koffi from "koffi";
import { errorText } from "./libc.ts";

const MCL_CURRENT = 1;
const MCL_FUTURE = 2;
const MCL_ONFAULT = 4;
const SCHED_RR = 2;
/** The kernel's killer of processes never chooses it. */
const NEVER_KILLED = "-1000";

/** Above everything that is not real-time, below the kernel's own threads (50, 99). */
const PRIORITY = 10;

/**
 * Lets this process go on when memory and processor time are short and its disk is dead: what it has
 * in memory stays there, all its threads are real-time ones, and it is not chosen when memory has to
 * be freed. Null, or what was refused in one sentence.
 *
 * What is locked is what was used so far, and whatever is used later (MCL_ONFAULT, mlock(2)), of
 * Node's code too: with everything that is mapped it would be 700 MB. So all that must work in
 * distress has to be done once before. Measured with Node's file thrown out of the page cache again
 * and again: nothing is read from the disk any more after the second tick.
 */
export function harden(): string | null {
  // Garbage of the start would be locked with the rest: 2.5 MiB less (--expose-gc).
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
  const libc = koffi.load(null);
  const mlockall = libc.func("int mlockall(int flags)");
  const setScheduler = libc.func("int sched_setscheduler(int thread, int policy, void *parameter)");
  const faults: string[] = [];
  const tell = (what: string): number => faults.push(`${what}: ${errorText(koffi.errno())}`);
  if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) !== 0) tell("memory is not locked");
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
