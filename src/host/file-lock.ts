import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import koffi from "koffi";

const LOCK_EX = 2;
const LOCK_NB = 4;
/** Far more than any owner writes about itself. */
const OWNER_MAX = 4096;

export type FileLock =
  | { readonly isHeld: true; readonly release: () => void }
  /** `owner`: what the one that holds it wrote about itself. */
  | { readonly isHeld: false; readonly owner: string };

/**
 * Takes the exclusive lock of a file, which the kernel lets go when this process dies, however it
 * dies. `owner` is written into it for whoever comes second. Throws when the file cannot be opened.
 */
export function lockFile(path: string, owner: string): FileLock {
  const flock = koffi.load(null).func("int flock(int fd, int operation)");
  const file = openSync(path, "a+", 0o600);
  if (flock(file, LOCK_EX | LOCK_NB) !== 0) {
    closeSync(file);
    return { isHeld: false, owner: readFileSync(path, "utf8").slice(0, OWNER_MAX) };
  }
  ftruncateSync(file);
  writeSync(file, owner);
  return { isHeld: true, release: () => closeSync(file) };
}
