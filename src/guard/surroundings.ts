import { openSync, readFileSync, readlinkSync, readSync } from "node:fs";
import { join } from "node:path";
import type { Held } from "../core/guard-state.ts";

/** PROC_PID_INIT_INO, include/linux/proc_ns.h: the namespace in which PID 1 is the server's own. */
const FIRST_PID_NAMESPACE = "pid:[4026531836]";
const COMM_BYTES = 32;

/** What the boot and the place forbid, read once at the start; `root` is `/` but in tests. */
export function readHeld(root: string): Held | null {
  if (isContainer(root)) return "container";
  const words = read(join(root, "proc/cmdline")).split(/\s+/);
  if (words.includes("solosafe=off")) return "off";
  return words.includes("solosafe=observe") ? "observe" : null;
}

/** systemd says so, whoever started us says so, or PID 1 is not the first of this kernel. */
function isContainer(root: string): boolean {
  if (read(join(root, "run/systemd/container")).trim() !== "") return true;
  const environment = read(join(root, "proc/1/environ")).split("\0");
  if (environment.some((entry) => /^container=./.test(entry))) return true;
  return namespaceOf(root) !== FIRST_PID_NAMESPACE;
}

/** Where it cannot be read, nothing is said against the first one. */
function namespaceOf(root: string): string {
  try {
    return readlinkSync(join(root, "proc/self/ns/pid"));
  } catch {
    return FIRST_PID_NAMESPACE;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

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
