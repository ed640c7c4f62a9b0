import { closeSync, constants, fstatSync, openSync } from "node:fs";
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

function refuse(message: string): Result<never> {
  return fail({ code: "guard/fifo", message });
}
