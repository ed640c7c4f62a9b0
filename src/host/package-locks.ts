import { readFile, stat } from "node:fs/promises";

/** Locks that dpkg and rpm hold while they change files of packages. */
const LOCKS = ["/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/rpm/.rpm.lock"];

/** Whether a package manager is at work: one of its lock files is in the kernel's list of locks. */
export async function isPackageManagerAtWork(): Promise<boolean> {
  const inodes = await Promise.all(
    LOCKS.map(async (path) => {
      const facts = await stat(path).catch(() => null);
      return facts === null ? null : `:${facts.ino} `;
    }),
  );
  const wanted = inodes.filter((inode) => inode !== null);
  if (wanted.length === 0) return false;
  const locks = await readFile("/proc/locks", "latin1").catch(() => "");
  return locks.split("\n").some((line) => wanted.some((inode) => line.includes(inode)));
}
