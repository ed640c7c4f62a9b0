import { setAlarm } from "./libc.ts";

const LIMIT_SECONDS = 2;

/**
 * Ends this process. `isForced`: without anything that could wait. Otherwise what is being written
 * is waited for, but only so long: `process.exit` waits for every thread, and so for ever when a
 * single one hangs in a file call (tried: Node 24.21, opening a FIFO). The kernel ends it then.
 */
export function endProcess(code: number, isForced: boolean): void {
  // At its exit the log would write what is left without end into a pipe that nobody reads.
  process.removeAllListeners("exit");
  if (isForced) process.kill(process.pid, "SIGKILL");
  setAlarm(LIMIT_SECONDS);
  process.exit(code);
}
