import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../scripts/program.ts";

const ABANDONED_AFTER_MS = 3_600_000;

/** Changes when `first` or any file below one of the folders changes. */
export function hashOf(first: string, tops: readonly string[]): string {
  const hash = createHash("sha256").update(first);
  for (const path of tops.flatMap(filesBelow)) {
    hash.update(path.slice(ROOT.length)).update("\0").update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

/** Removes what was built of older contents, and what killed runs left behind. */
export function removeOld(cache: string, prefixes: readonly string[]): void {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const isAbandoned =
      /^(?:building|run)-/.test(name) && Date.now() - statSync(path).mtimeMs > ABANDONED_AFTER_MS;
    if (isAbandoned || prefixes.some((prefix) => name.startsWith(prefix))) {
      rmSync(path, { recursive: true });
    }
  }
}

/** A file itself, or all files below a folder, in order. */
function filesBelow(top: string): readonly string[] {
  if (!existsSync(top)) return [];
  if (!statSync(top).isDirectory()) return [top];
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
