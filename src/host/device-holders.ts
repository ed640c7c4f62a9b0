import { readdirSync, readlinkSync } from "node:fs";
import { listStats } from "./proc.ts";

const DESCRIPTORS_MOST = 65_536;

/**
 * Who has these files open, by path: name and pid. Reads the names of descriptors in /proc, where an
 * account sees its own processes and root all. For a person who asks, not for a resident process.
 */
export function findHolders(paths: readonly string[]): ReadonlyMap<string, string> {
  const wanted = new Set(paths);
  const found = new Map<string, string>();
  if (wanted.size === 0) return found;
  for (const { pid, name } of listStats()) {
    for (const path of openPaths(pid))
      if (wanted.has(path)) found.set(path, `${name} (pid ${pid})`);
  }
  return found;
}

function openPaths(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    const names = readdirSync(folder).slice(0, DESCRIPTORS_MOST);
    return names.flatMap((name) => readLink(`${folder}/${name}`) ?? []);
  } catch {
    // It has ended, or is somebody else's.
    return [];
  }
}

/** Null when it was closed meanwhile. */
function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
