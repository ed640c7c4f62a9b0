import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Whether a panic would leave something behind: a crash kernel is loaded, or pstore has a place that
 * outlives the boot (ACPI ERST, EFI, ramoops). Small files of /sys, read at once.
 */
export function keepsEvidence(root = "/"): boolean {
  if (read(join(root, "sys/kernel/kexec_crash_loaded")) === "1") return true;
  const backend = read(join(root, "sys/module/pstore/parameters/backend"));
  return backend !== "" && backend !== "(null)";
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1").trim();
  } catch {
    return "";
  }
}
