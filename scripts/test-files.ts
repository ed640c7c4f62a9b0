import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { ROOT } from "./program.ts";

/** A folder of tests, run as one line of the report. */
export interface Group {
  readonly name: string;
  /** Relative to the top of the checkout. */
  readonly files: readonly string[];
  /** How many of its files may run beside each other. */
  readonly lanes: number;
}

/** Fast and most telling first; folders not named here follow in order of the alphabet. */
const ORDER = [
  "tidy",
  "unit",
  "scenarios",
  "config",
  "monitors",
  "events",
  "simulation",
  "agent",
  "process",
  "host",
  "guard",
  "units",
  "mail",
  "cli",
  "web",
  "page",
];

/** They need a machine of their own and have their own scripts. */
const ELSEWHERE = new Set(["machine", "cluster"]);

/** Pure groups share the processors; those with real processes have them to themselves. */
const PURE = new Set(["tidy", "unit", "scenarios", "config", "monitors", "events"]);

/** Every test file below `test/`, in groups by its folder; the files beside the folders come first. */
export function findGroups(lanes: number): readonly Group[] {
  const folders = new Map<string, string[]>();
  for (const file of findTestFiles()) {
    const name = groupOf(file);
    if (ELSEWHERE.has(name)) continue;
    folders.set(name, [...(folders.get(name) ?? []), file]);
  }
  const names = [...folders.keys()].sort((left, right) => rank(left) - rank(right));
  return names.map((name) => ({
    name,
    files: folders.get(name) ?? [],
    lanes: PURE.has(name) ? lanes : 1,
  }));
}

/** Test files that git knows and that are in none of the groups; a test that never runs proves nothing. */
export function findForgotten(groups: readonly Group[]): readonly string[] {
  const run = new Set(groups.flatMap((group) => group.files));
  const listing = spawnSync("git", ["ls-files", "-z", "test"], { cwd: ROOT, encoding: "utf8" });
  // Without git (an unpacked archive) there is no second list to compare with.
  if (listing.status !== 0) return [];
  return listing.stdout
    .split("\0")
    .filter((file) => file.endsWith(".test.ts") && !run.has(file) && !ELSEWHERE.has(groupOf(file)));
}

function findTestFiles(): readonly string[] {
  if (!existsSync(`${ROOT}/test`)) return [];
  return readdirSync(`${ROOT}/test`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => `test/${file}`)
    .sort();
}

function groupOf(file: string): string {
  const [, folder = ""] = file.split("/");
  return dirname(file) === "test" ? basename(file, ".test.ts") : folder;
}

function rank(name: string): number {
  const at = ORDER.indexOf(name);
  return at < 0 ? ORDER.length : at;
}
