import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { INSTALLED, type Paths, pathsBelow } from "../base/paths.ts";

/** What decides where state and configuration are. */
export interface PlaceWishes {
  /** `--state` or SOLOSAFE_STATE: the folder that holds everything. */
  readonly state: string | undefined;
  /** `--config` or SOLOSAFE_CONFIG. */
  readonly config: string | undefined;
  /** Top folder of the checkout this program runs from; null when it is installed. */
  readonly checkout: string | null;
}

/**
 * Where this program works: the folder it was told, else the checkout's `.solosafe` when it is in
 * use, else the installed places when the product is installed, else the checkout again.
 */
export function findPaths(wishes: PlaceWishes): Paths {
  const { checkout } = wishes;
  const folder = wishes.state === undefined ? folderOf(checkout) : resolve(wishes.state);
  const config = wishes.config === undefined ? undefined : resolve(wishes.config);
  if (folder === null) return config === undefined ? INSTALLED : { ...INSTALLED, config };
  return pathsBelow(folder, config ?? defaultConfig(folder));
}

/** The folder of a checkout in which `npm start` works. */
export function checkoutFolder(checkout: string): string {
  return join(checkout, ".solosafe");
}

/** The file of the demonstration below a folder. */
export function demoConfig(folder: string): string {
  return join(folder, "demo.yaml");
}

function folderOf(checkout: string | null): string | null {
  if (checkout === null) return null;
  const folder = checkoutFolder(checkout);
  return existsSync(folder) || !existsSync(INSTALLED.config) ? folder : null;
}

function defaultConfig(folder: string): string {
  const own = join(folder, "solosafe.yaml");
  const demo = demoConfig(folder);
  return !existsSync(own) && existsSync(demo) ? demo : own;
}

/** The top folder of the checkout that contains this source file; null for built output. */
export function findCheckout(): string | null {
  const root = resolve(import.meta.dirname, "..", "..");
  return existsSync(join(root, "src", "cli", "main.ts")) ? root : null;
}

/** How a person calls this program from where they are: for hints that can be copied. */
export function programName(checkout: string | null, current: string): string {
  if (checkout === null) return "solosafe";
  const script = join(checkout, "scripts", "solosafe");
  const near = relative(current, script);
  const name = near.startsWith("..") ? script : near;
  return quoteWord(name);
}

/** A word as a person can paste it into a shell. */
export function quoteWord(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
