import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

/** The top of the checkout. */
export const ROOT: string = join(import.meta.dirname, "../..");

/** A file of the repository, as text. */
export interface Source {
  /** From the top, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** One `import`, `export … from` or `import()` of a source. */
export interface Import {
  readonly from: string;
  readonly line: number;
  readonly specifier: string;
  /** Path from the top when it is a file of ours, else null. */
  readonly target: string | null;
  /** Erased before it runs. */
  readonly isType: boolean;
  /** Loaded when it is needed, by `import()`. */
  readonly isLazy: boolean;
}

/** What a rule found, ready to click on. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

const SKIPPED = new Set(["node_modules", "dist", ".git", ".solosafe", ".cache"]);
const SIZE_MAX_BYTES = 1_000_000;

/** Every text file of the repository, also those not yet committed. */
export function readRepository(): readonly Source[] {
  const sources: Source[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (SKIPPED.has(entry.name)) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile() && statSync(path).size <= SIZE_MAX_BYTES) {
        const text = readFileSync(path, "utf8");
        if (!text.includes("\0")) sources.push({ path: relative(ROOT, path), text });
      }
    }
  };
  visit(ROOT);
  return sources.sort((left, right) => (left.path < right.path ? -1 : 1));
}

/** The files below a folder with this ending. */
export function below(
  sources: readonly Source[],
  folder: string,
  ending: string,
): readonly Source[] {
  return sources.filter(({ path }) => path.startsWith(`${folder}/`) && path.endsWith(ending));
}

const IMPORT =
  /(?:^|\n)[ \t]*(import|export)\s+(type\s+)?([^;"'`]*?)(?:\bfrom\s*)?"([^"\n]+)"|\bimport\(\s*"([^"\n]+)"\s*\)/g;

/** Every import of a source. Read by pattern: the format is held by the formatter. */
export function readImports({ path, text }: Source): readonly Import[] {
  const imports: Import[] = [];
  for (const match of text.matchAll(IMPORT)) {
    const [whole, keyword, type, names = "", fixed, lazy] = match;
    if (keyword === "export" && !/^(?:\{[^}]*\}|\*[^{]*)\s*$/.test(names)) continue;
    const specifier = fixed ?? lazy ?? "";
    const start = (match.index ?? 0) + whole.length;
    imports.push({
      from: path,
      line: lineAt(text, start),
      specifier,
      target: specifier.startsWith(".") ? normalize(join(dirname(path), specifier)) : null,
      isType: type !== undefined || isAllTypes(names),
      isLazy: lazy !== undefined,
    });
  }
  return imports;
}

function isAllTypes(names: string): boolean {
  const listed = /^\s*\{([^}]*)\}\s*$/.exec(names)?.[1];
  if (listed === undefined) return false;
  const parts = listed.split(",").filter((part) => part.trim() !== "");
  return parts.length > 0 && parts.every((part) => /^\s*type\s/.test(part));
}

/** One for the first line. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** Every place where a pattern stands, with what was found put for `$` in the message. */
export function findAll(
  sources: readonly Source[],
  pattern: RegExp,
  message: string,
): readonly Finding[] {
  assertGlobal(pattern);
  return sources.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].map((match) => ({
      path,
      line: lineAt(text, match.index),
      message: message.replaceAll("$", () => match[0].trim()),
    })),
  );
}

function assertGlobal(pattern: RegExp): void {
  if (!pattern.global) throw new Error(`the pattern ${pattern} must be global`);
}

/** `path:line: message`, one below the other. */
export function formatFindings(findings: readonly Finding[]): string {
  return findings.map(({ path, line, message }) => `${path}:${line}: ${message}`).join("\n");
}
