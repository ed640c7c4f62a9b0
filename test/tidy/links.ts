import { dirname, join, normalize } from "node:path";
import { type Finding, lineAt, type Source } from "./source.ts";

const LINK = /(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)/g;

/** Links of the Markdown files that lead to no file, no folder or no heading of this repository. */
export function brokenLinks(
  documents: readonly Source[],
  paths: ReadonlySet<string>,
): readonly Finding[] {
  const headings = new Map(documents.map((each) => [each.path, headingsOf(each.text)]));
  return documents.flatMap(({ path, text }) =>
    [...withoutCode(text).matchAll(LINK)].flatMap((match) => {
      const [place = "", anchor] = (match[1] ?? "").split("#");
      if (/^[a-z]+:/.test(place)) return [];
      const target = place === "" ? path : normalize(join(dirname(path), place));
      const problem = judge(target.replace(/\/$/, ""), anchor, paths, headings);
      const line = lineAt(text, match.index);
      return problem === null ? [] : [{ path, line, message: `${match[1]}: ${problem}` }];
    }),
  );
}

function judge(
  target: string,
  anchor: string | undefined,
  paths: ReadonlySet<string>,
  headings: ReadonlyMap<string, ReadonlySet<string>>,
): string | null {
  const isFolder = [...paths].some((path) => path.startsWith(`${target}/`));
  if (!paths.has(target) && !isFolder) return "there is no such file";
  if (anchor === undefined || anchor === "") return null;
  return headings.get(target)?.has(anchor) === true ? null : "there is no such heading";
}

/** Code blocks are blanked, not removed, so that lines keep their numbers. */
function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```|`[^`\n]*`/gm, (code) => code.replaceAll(/[^\n]/g, " "));
}

function headingsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, title = ""] of text.matchAll(/^#+ (.*)$/gm)) {
    const plain = title.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "");
    anchors.add(plain.trim().replaceAll(/\s/g, "-"));
  }
  for (const [, id = ""] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}
