import { readdir, realpath } from "node:fs/promises";
import { join } from "node:path";

/** Entries of one folder that are looked at. */
const ENTRIES_MOST = 20_000;

/**
 * Files that a pattern names, in order; `*` and `?` stand for parts of one name. Links are not
 * followed behind the first part with a sign of that kind, so nothing outside is found: they are
 * given like files, and not opened. Names that begin with a dot are meant only by patterns that do.
 */
export async function findFiles(pattern: string, most: number): Promise<readonly string[]> {
  const parts = pattern.split("/").slice(1);
  const wild = parts.findIndex((part) => /[*?]/.test(part));
  const fixed = wild < 0 ? parts.length - 1 : wild;
  const start = `/${parts.slice(0, fixed).join("/")}`;
  // What stands before the first sign was written by who may configure: links in it are meant.
  const base = await realpath(start).catch(() => null);
  if (base === null) return [];
  let folders = [base];
  for (const part of parts.slice(fixed, -1)) {
    folders = (await Promise.all(folders.map((one) => matching(one, part, true, most)))).flat();
    folders = folders.slice(0, most);
  }
  const last = parts.at(-1) ?? "";
  const found = await Promise.all(folders.map((one) => matching(one, last, false, most)));
  return found.flat().slice(0, most);
}

async function matching(
  folder: string,
  part: string,
  wantsFolders: boolean,
  most: number,
): Promise<string[]> {
  const expression = expressionOf(part);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .slice(0, ENTRIES_MOST)
    .filter((entry) => entry.isDirectory() === wantsFolders && expression.test(entry.name))
    .map((entry) => join(folder, entry.name))
    .toSorted()
    .slice(-most);
}

function expressionOf(part: string): RegExp {
  const source = part
    .replaceAll(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replaceAll(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${part.startsWith(".") ? "" : "(?!\\.)"}${source}$`, "s");
}
