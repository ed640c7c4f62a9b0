import { closeSync, constants, fstatSync, openSync, statSync } from "node:fs";
import { fail, type Result, succeed } from "../base/result.ts";

const ANYBODY_ELSE = 0o077;

/**
 * Opens a FIFO without waiting for its other end. Anything that is not a FIFO of our own account,
 * closed to all others, is refused: whoever writes to the guard's can reboot the server.
 */
export function openFifo(path: string, access: number): Result<number> {
  let fd: number;
  try {
    fd = openSync(path, access | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  const { mode, uid } = fstatSync(fd);
  const isFifo = (mode & constants.S_IFMT) === constants.S_IFIFO;
  if (isFifo && uid === process.geteuid?.() && (mode & ANYBODY_ELSE) === 0) return succeed(fd);
  closeSync(fd);
  return refuse(`${path} is not a FIFO that only its owner, this account, may open`);
}

/** Whether the name still leads to the open file. Only for files in memory: it does not wait there. */
export function isSameFile(path: string, fd: number): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino;
  } catch {
    // What cannot be looked at cannot be opened either.
    return true;
  }
}

function refuse(message: string): Result<never> {
  return fail({ code: "guard/fifo", message });
}
