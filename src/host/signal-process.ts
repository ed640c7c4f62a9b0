import { closeDescriptor, openPidfd, signalPidfd } from "./libc.ts";
import { readStat } from "./proc.ts";

export const SIGKILL = 9;
export const SIGTERM = 15;
export const SIGCONT = 18;
const SIGSTOP = 19;
const BY_NAME = { KILL: SIGKILL, STOP: SIGSTOP, CONT: SIGCONT } as const;

/** See `signalProcess`. */
export function signalByName(
  pid: number,
  startTime: number | null,
  name: keyof typeof BY_NAME,
): boolean {
  return signalProcess({ pid, startTime }, BY_NAME[name]);
}

/**
 * Sends a signal to exactly one process; false when it has ended. `startTime` null: whoever has the
 * pid now.
 */
export function signalProcess(
  { pid, startTime }: { readonly pid: number; readonly startTime: number | null },
  signal: number,
): boolean {
  const pidfd = openPidfd(pid);
  if (pidfd < 0) return false;
  try {
    // The pid may have been given to another process before we held it.
    if (startTime !== null && readStat(pid)?.startTime !== startTime) return false;
    return signalPidfd(pidfd, signal);
  } finally {
    closeDescriptor(pidfd);
  }
}
