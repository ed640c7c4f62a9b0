import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** PROC_PID_INIT_INO, include/linux/proc_ns.h: the namespace in which PID 1 is the server's own. */
const FIRST_PID_NAMESPACE = "pid:[4026531836]";

/** What somebody wrote into the boot menu, to get out of what this product does (product.md R15). */
export type KernelWish = "off" | "observe";

/** `solosafe=off` or `solosafe=observe` of the kernel's command line; null without them. */
export function readKernelWish(root = "/"): KernelWish | null {
  const words = read(join(root, "proc/cmdline")).split(/\s+/);
  if (words.includes("solosafe=off")) return "off";
  return words.includes("solosafe=observe") ? "observe" : null;
}

/**
 * Kernel, watchdog and sysrq are somebody else's: systemd says so, whoever started us says so, or
 * PID 1 is not the first of this kernel.
 */
export function isContainer(root = "/"): boolean {
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
