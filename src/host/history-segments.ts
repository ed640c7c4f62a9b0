import { readdir, readFile } from "node:fs/promises";

/** Texts of the history's segments in `folder`, the newest first; one that is just pruned is passed over. */
export async function* historySegments(folder: string): AsyncGenerator<string> {
  const names = (await readdir(folder)).filter((name) => /^\d{12}\.jsonl$/.test(name));
  for (const name of names.toSorted().toReversed()) {
    const text = await readFile(`${folder}/${name}`, "utf8").catch(() => "");
    if (text !== "") yield text;
  }
}
