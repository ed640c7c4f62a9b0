import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Version of the product, from the nearest package.json above this file; "unknown" without one. */
export function readProductVersion(): string {
  let folder = import.meta.dirname;
  for (let depth = 0; depth < 4; depth += 1) {
    const version = versionIn(join(folder, "package.json"));
    if (version !== null) return version;
    folder = join(folder, "..");
  }
  return "unknown";
}

function versionIn(path: string): string | null {
  try {
    const found: unknown = JSON.parse(readFileSync(path, "utf8"));
    const isProduct = typeof found === "object" && found !== null && "version" in found;
    return isProduct ? String(found.version) : null;
  } catch {
    return null;
  }
}
