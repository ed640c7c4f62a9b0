import { readFileSync } from "node:fs";

export interface BootIdentity {
  /** Another one after each boot. */
  readonly bootId: string;
  /** Stays with the installation; empty where there is none (containers). */
  readonly machineId: string;
  readonly uptimeMs: number;
}

/** What the kernel says about the boot we are in. Small files of /proc and /etc, read at once. */
export function readBootIdentity(): BootIdentity {
  const uptime = Number.parseFloat(readOr("/proc/uptime", "0"));
  return {
    bootId: readOr("/proc/sys/kernel/random/boot_id", "unknown"),
    machineId: readOr("/etc/machine-id", ""),
    uptimeMs: Math.round(uptime * 1000),
  };
}

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return fallback;
  }
}
