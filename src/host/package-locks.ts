import { constants, readFileSync } from "node:fs";
import { type FileHandle, open, stat, statfs } from "node:fs/promises";
import { isLockedByOthers } from "./lock-calls.ts";

/** Locks that dpkg and rpm hold while they change files of packages. */
const LOCKS = ["/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/rpm/.rpm.lock"];
/** Looks for which the files stay open: somebody may remove one, or install another package manager. */
const OPEN_FOR = 12;
/** ext2 to ext4, XFS, Btrfs, tmpfs, overlay, F2FS, ZFS (statfs(2)): there a lock is asked of memory. */
const LOCAL = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0xf2f52010, 0x2fc12fc1,
]);

/**
 * Tells at each call whether a package manager is at work: one of its lock files is locked. The files
 * are held open and the kernel is asked for their locks, which costs microseconds; its list of all
 * locks costs milliseconds on a server that has thousands of them (4 to 12 ms were measured). It is
 * read only where a file may not be opened, or lies on a file system that would ask somebody else.
 */
export function openPackageLocks(paths: readonly string[] = LOCKS): () => Promise<boolean> {
  const isInTable = openTable(paths);
  let files: readonly FileHandle[] | null = [];
  let looks = 0;
  return async () => {
    if (looks % OPEN_FOR === 0) {
      const old = files ?? [];
      files = await openAll(paths);
      await closeAll(old);
    }
    looks += 1;
    return files === null ? await isInTable() : files.some(({ fd }) => isLockedByOthers(fd));
  };
}

/** Those that are there; null: not all of them can be asked this way. */
async function openAll(paths: readonly string[]): Promise<readonly FileHandle[] | null> {
  const opened: FileHandle[] = [];
  for (const path of paths) {
    try {
      opened.push(await open(path, constants.O_RDONLY | constants.O_NONBLOCK));
      if (LOCAL.has((await statfs(path)).type)) continue;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") continue;
    }
    await closeAll(opened);
    return null;
  }
  return opened;
}

async function closeAll(files: readonly FileHandle[]): Promise<void> {
  for (const file of files) await file.close();
}

/** The same from the kernel's list of locks; looks at the files only when the list has changed. */
function openTable(paths: readonly string[]): () => Promise<boolean> {
  let seen = "";
  let isHeld = false;
  return async () => {
    const locks = readLocks();
    if (locks === seen) return isHeld;
    const inodes = await Promise.all(paths.map(inodeOf));
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
