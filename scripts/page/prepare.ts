/**
 * `node scripts/page/prepare.ts FOLDER`: builds the page of this checkout into FOLDER, unless what is
 * there is newer than all that it is made of.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../program.ts";
import { bundlePage } from "./bundle.ts";

/** Below the top of the checkout. */
const MADE_OF = ["ui", "src", "package-lock.json", "scripts/page/bundle.ts"];
/** Written last. */
const RESULT = "page.css";

function newest(path: string): number {
  const facts = statSync(path);
  if (!facts.isDirectory()) return facts.mtimeMs;
  const names = readdirSync(path, { recursive: true, encoding: "utf8" });
  return Math.max(...names.map((name) => statSync(join(path, name)).mtimeMs));
}

async function main(): Promise<void> {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error("usage: prepare.ts FOLDER");
  // The run that wanted it is gone; what is half built is built again.
  process.once("disconnect", () => process.exit(1));
  process.channel?.unref();
  const built = statSync(join(folder, RESULT), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const isNew = MADE_OF.some((name) => newest(join(ROOT, name)) >= built);
  if (isNew) await bundlePage(folder);
}

await main();
