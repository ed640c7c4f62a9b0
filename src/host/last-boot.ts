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

/** A file in which the kernel's log of the boot before was kept. */
export interface KeptLog {
  readonly path: string;
  readonly text: string;
}

/** Reads it once, at the agent's start. `bootedWall`: calendar time at which this boot began. */
export function readLastBoot(bootedWall: Millis, root = "/"): LastBoot {
  return {
    hasWatchdogStatus: hasWatchdogStatus(root),
    hasPanicRecord: keptLogs(bootedWall, root).some(({ text }) => PANIC.test(text)),
  };
}

export function hasWatchdogStatus(root: string): boolean {
  return listWatchdogs(join(root, "sys")).some(({ hasReset }) => hasReset);
}

/** What was kept of the kernel's log when the boot before ended: of a panic, an oops, a shutdown. */
export function keptLogs(bootedWall: Millis, root: string): readonly KeptLog[] {
  const kernels = filesBelow(join(root, KERNELS), bootedWall - DUMP_MOST);
  const moved = filesBelow(join(root, MOVED), bootedWall - SLACK);
  return [...kernels, ...moved].flatMap((path) => readLog(path) ?? []);
}

/** What is still where the kernel shows it: nobody has put it into a file of the server. */
export function unsavedLogs(root: string): readonly string[] {
  return filesBelow(join(root, KERNELS), 0);
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
export const PANIC = /^Panic#\d|Kernel panic - not syncing.*/m;

function readLog(path: string): KeptLog | null {
  try {
    return { path, text: readFileSync(path, "latin1") };
  } catch {
    return null;
  }
}
