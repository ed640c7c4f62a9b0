import { constants } from "node:os";
import { closeDescriptor, openPidfd, signalPidfd } from "./libc.ts";
import { readStat } from "./proc.ts";

/**
 * Sends a signal to exactly one process; false when it has ended. `startTime` null: whoever has the
 * pid now.
 */
export function signalProcess(
  pid: number,
  startTime: number | null,
  signal: "KILL" | "STOP" | "CONT",
): boolean {
  const pidfd = openPidfd(pid);
  if (pidfd < 0) return false;
  try {
    // The pid may have been given to another process before we held it.
    if (startTime !== null && readStat(pid)?.startTime !== startTime) return false;
    return signalPidfd(pidfd, constants.signals[`SIG${signal}`]);
  } finally {
    closeDescriptor(pidfd);
  }
}
