import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { HOUR, type Millis, SECOND } from "../base/duration.ts";
import { MARK } from "../host/census.ts";
import { spawnProgram } from "../host/libc.ts";
import { isAlive, readStat } from "../host/proc.ts";
import type { ProcessId } from "../ports/host.ts";

/** At a boot others need the disk more than we do. */
const BEGIN: Millis = 10 * SECOND;
const FILES_MOST = 500;

/**
 * Lets the kernel keep all of our programs in its page cache: on a disk that gives errors a page
 * that was never read ends a process with SIGBUS, just when it goes ways it never went before (seen:
 * agents that ended within two seconds of their start, sixty times in a row). Read again each hour,
 * because a backup may have pushed them out; they are the first to go when memory is short.
 */
export function keepInPageCache(): void {
  let reader: ProcessId | null = null;
  const read = (): void => {
    // One that hangs has a dead disk under it: another one would, too.
    if (reader === null || !isAlive(reader)) reader = readOnce(programFiles());
  };
  setTimeout(read, BEGIN).unref();
  setInterval(read, HOUR).unref();
}

/** What is mapped here (Node, libraries) and what lies beside our first file. */
export function programFiles(main = process.argv[1] ?? ""): readonly string[] {
  const paths = new Set<string>();
  try {
    const maps = readFileSync("/proc/self/maps", "latin1");
    for (const [path] of maps.matchAll(/\/(?!dev\/|memfd:|SYSV).*(?<! \(deleted\))$/gm))
      paths.add(path);
    const folder = dirname(realpathSync(main));
    for (const name of readdirSync(folder)) {
      if (/\.(?:js|ts)$/.test(name)) paths.add(join(folder, name));
    }
  } catch {
    // As far as it could be found out.
  }
  return [...paths].slice(0, FILES_MOST);
}

/** A program reads them, because only a program of its own may hang; its end is seen by the reaper. */
export function readOnce(paths: readonly string[]): ProcessId | null {
  const pid = spawnProgram({
    command: ["nice", "-n", "19", "cat", "--", ...paths],
    // A child of ours without a mark would be taken for a daemon of what was started last.
    environment: [`${MARK}=workers/page-cache`],
    workingDirectory: "/",
    output: null,
  });
  return pid < 0 ? null : { pid, startTime: readStat(pid)?.startTime ?? 0 };
}
