/** The page as files that a browser reads: one entry, chunks that it loads when it needs them. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { ROOT } from "../program.ts";

const FROM = join(ROOT, "ui");

/** Builds the page into `folder`, which is emptied first. Throws when something cannot be bundled. */
export async function bundlePage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const build = await rolldown({
    input: { page: join(FROM, "src/main.tsx") },
    platform: "browser",
    tsconfig: join(FROM, "tsconfig.json"),
    treeshake: true,
    logLevel: "warn",
  });
  await build.write({
    dir: folder,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    sourcemap: false,
    minify: true,
  });
  await build.close();
  for (const name of ["page.html", "icon.svg"]) copyFileSync(join(FROM, name), join(folder, name));
  writeFileSync(join(folder, "page.css"), smaller(readFileSync(join(FROM, "page.css"), "utf8")));
}

/** Leaves out comments and indentation; strings of our style sheet have neither. */
function smaller(css: string): string {
  return css
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/\s*\n\s*/g, "\n")
    .trim();
}

/** The built files, by name. */
export function builtPage(folder: string): readonly string[] {
  return readdirSync(folder).sort();
}
