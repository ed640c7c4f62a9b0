import { openSync, readSync } from "node:fs";
import { join } from "node:path";

const COMM_BYTES = 32;

/**
 * Says at any later time whether PID 1 has become systemd-shutdown(8), which ends all processes as
 * one of the last things of a boot; without opening anything then.
 */
export function watchInit(root: string): () => boolean {
  let fd: number;
  try {
    fd = openSync(join(root, "proc/1/comm"), "r");
  } catch {
    return () => false;
  }
  const bytes = Buffer.alloc(COMM_BYTES);
  return () => {
    try {
      // The kernel keeps fifteen characters of a name (TASK_COMM_LEN).
      return (
        bytes.toString("latin1", 0, readSync(fd, bytes, 0, COMM_BYTES, 0)) === "systemd-shutdow\n"
      );
    } catch {
      return false;
    }
  };
}
