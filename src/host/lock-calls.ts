import koffi from "koffi";

const fcntl = koffi.load(null).func("int fcntl(int fd, int command, void *lock)");

// <fcntl.h>; alike on x86-64 and arm64.
const F_GETLK = 5;
const F_WRLCK = 1;
const F_UNLCK = 2;
/** `struct flock`: type, whence, start, length and pid, on 64 bits. */
const LOCK_BYTES = 32;

const lock = Buffer.alloc(LOCK_BYTES);

/**
 * Whether another process holds a POSIX or OFD lock on any part of an open file (fcntl(2)). On a
 * local file system the kernel answers from memory; false where it does not answer at all.
 */
export function isLockedByOthers(fd: number): boolean {
  lock.fill(0);
  lock.writeInt16LE(F_WRLCK, 0);
  return fcntl(fd, F_GETLK, lock) === 0 && lock.readInt16LE(0) !== F_UNLCK;
}
