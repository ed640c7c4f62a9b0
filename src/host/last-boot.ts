import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { HOUR, type Millis, SECOND } from "../base/duration.ts";
import { listWatchdogs } from "./watchdog-devices.ts";

/** What the kernel says of how the boot before ended. */
export interface LastBoot {
  /** A watchdog reset the server. No device is opened for it. */
  readonly hasWatchdogStatus: boolean;
  /** The last words of a panic were kept. */
  readonly hasPanicRecord: boolean;
}

/** Where the kernel shows what it kept; dated by the moment of the panic. */
const KERNELS = "sys/fs/pstore";
/** Where systemd-pstore(8) moves it early in a boot; dated by the moment of that. */
const MOVED = "var/lib/systemd/pstore";
/** A panic is followed by the next boot so soon: a crash kernel may write its dump meanwhile. */
const DUMP_MOST: Millis = HOUR;
/** The clock of the server may be put right by some seconds between the two. */
const SLACK: Millis = 10 * SECOND;
const FILES_MOST = 200;
const BYTES_MOST = 1024 * 1024;

/** Reads it once, at the agent's start. `bootedWall`: calendar time at which this boot began. */
export function readLastBoot(bootedWall: Millis, root = "/"): LastBoot {
  const kernels = filesBelow(join(root, KERNELS), bootedWall - DUMP_MOST);
  const moved = filesBelow(join(root, MOVED), bootedWall - SLACK);
  return {
    hasWatchdogStatus: listWatchdogs(join(root, "sys")).some(({ hasReset }) => hasReset),
    hasPanicRecord: [...kernels, ...moved].some(isOfPanic),
  };
}

/** Files that changed since then, at any depth; unreadable folders have none. */
function filesBelow(folder: string, since: Millis): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => join(folder, name))
      .filter((path) => isSince(path, since))
      .slice(-FILES_MOST);
  } catch {
    return [];
  }
}

function isSince(path: string, since: Millis): boolean {
  try {
    const facts = statSync(path);
    return facts.isFile() && facts.size <= BYTES_MOST && facts.ctimeMs >= since;
  } catch {
    return false;
  }
}

/** The log of a shutdown or an oops may be kept, too (printk.always_kmsg_dump). */
function isOfPanic(path: string): boolean {
  try {
    return /^Panic#\d|Kernel panic - not syncing/m.test(readFileSync(path, "latin1"));
  } catch {
    return false;
  }
}
