import { readFileSync } from "node:fs";
import { stat } from "node:fs/promises";

/** Locks that dpkg and rpm hold while they change files of packages. */
const LOCKS = ["/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/rpm/.rpm.lock"];

/**
 * Tells at each call whether a package manager is at work: one of its lock files is in the kernel's
 * list of locks. Looks at the files, which may lie on a slow disk, only when the list has changed.
 */
export function openPackageLocks(): () => Promise<boolean> {
  let seen = "";
  let isHeld = false;
  return async () => {
    const locks = readLocks();
    if (locks === seen) return isHeld;
    const inodes = await Promise.all(LOCKS.map(inodeOf));
    const wanted = inodes.filter((inode) => inode !== null);
    isHeld = locks.split("\n").some((line) => wanted.some((inode) => line.includes(inode)));
    seen = locks;
    return isHeld;
  };
}

/** The kernel makes it up: reading it waits for no disk. */
function readLocks(): string {
  try {
    return readFileSync("/proc/locks", "latin1");
  } catch {
    return "";
  }
}

async function inodeOf(path: string): Promise<string | null> {
  const facts = await stat(path).catch(() => null);
  return facts === null ? null : `:${facts.ino} `;
}
