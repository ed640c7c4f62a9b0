import { type Finding, findAll, type Import, type Source } from "./source.ts";

/** What a folder of `src` may import: our folders by name, packages, `node` for `node:*`. */
interface Allowed {
  readonly folders: readonly string[];
  /** "any" = whatever package.json names, and `node:*`. */
  readonly outside: "any" | readonly string[];
  /** Further folders for its `main.ts`, which wires and so sees everything. */
  readonly main?: readonly string[];
}

const ADAPTERS = ["host", "monitors"];

/** Who may import whom (src/README.md). A folder without a row is a finding. */
export const TABLE: Readonly<Record<string, Allowed>> = {
  base: { folders: [], outside: [] },
  core: { folders: ["base"], outside: [] },
  ports: { folders: ["base"], outside: [] },
  monitors: { folders: ["base", "ports"], outside: ["zod"] },
  notifiers: { folders: ["base", "ports", "monitors"], outside: ["zod"] },
  events: { folders: ["base", "core", "api"], outside: [] },
  simulate: { folders: ["base", "core", "events"], outside: [] },
  config: {
    folders: ["base", "core", "ports", "monitors", "notifiers", "events"],
    outside: ["zod", "yaml", "node-cron"],
  },
  host: { folders: ["base", "ports"], outside: "any" },
  api: { folders: ["base"], outside: "any" },
  workers: { folders: ["base", "ports", "host", "events", "notifiers"], outside: "any" },
  guard: { folders: ["base", "core", "ports"], outside: "any", main: ["host"] },
  agent: {
    folders: ["base", "core", "ports", "config", "monitors", "notifiers", "events", "api"],
    outside: "any",
    main: ADAPTERS,
  },
  web: { folders: ["base", "api"], outside: "any", main: ["host"] },
  cli: {
    folders: ["base", "core", "config", "events", "simulate", "api"],
    outside: "any",
    main: ADAPTERS,
  },
};

/** The first folder below `src`, or null for a file elsewhere. */
export function folderOf(path: string): string | null {
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? null;
}

/** Imports that the table does not allow, and folders that it does not know. */
export function againstTable(imports: readonly Import[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const each of imports) {
    const folder = folderOf(each.from);
    if (folder === null) continue;
    const allowed = TABLE[folder];
    const refusal =
      allowed === undefined
        ? `the folder src/${folder} has no row in the table of imports`
        : refuse(each, folder, allowed);
    if (refusal !== null) findings.push({ path: each.from, line: each.line, message: refusal });
  }
  return findings;
}

function refuse(each: Import, folder: string, allowed: Allowed): string | null {
  const isMain = each.from.endsWith("/main.ts");
  if (each.target === null) {
    if (allowed.outside === "any") return null;
    const [name = ""] = each.specifier.split(/[/:]/);
    return allowed.outside.includes(name)
      ? null
      : `src/${folder} must not import ${each.specifier}`;
  }
  const other = folderOf(each.target);
  if (other === null) return `src/${folder} must not import ${each.target}, which is outside src`;
  const known = [folder, ...allowed.folders, ...(isMain ? (allowed.main ?? []) : [])];
  return known.includes(other)
    ? null
    : `src/${folder} must not import src/${other}${isMain ? "" : " (see the table in src/README.md)"}`;
}

/** What the page may load, and of what it may know the types, which are gone before it runs. */
const PAGE_LOADS = /^(?:ui\/src|src\/(?:base|events))\//;
const PAGE_KNOWS = /^src\/(?:api\/|core\/event\.ts$)/;

/** Imports of the page that it must not have: what it loads travels to every browser. */
export function againstPage(imports: readonly Import[]): readonly Finding[] {
  return imports
    .filter(({ target, specifier, isType }) => {
      if (target === null) {
        return !/^preact(?:\/|$)/.test(specifier) && !(isType && specifier === "zod/mini");
      }
      return !PAGE_LOADS.test(target) && !(isType && PAGE_KNOWS.test(target));
    })
    .map(({ from, line, target, specifier }) => ({
      path: from,
      line,
      message: `the page must not import ${target ?? specifier}`,
    }));
}

/**
 * Files that import each other in a circle. What is erased or loaded lazily does not count: a table
 * of commands loads the command that shows the table.
 */
export function cycles(imports: readonly Import[]): readonly Finding[] {
  const graph = linksOf(imports.filter(({ isLazy }) => !isLazy));
  const done = new Set<string>();
  const findings: Finding[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      findings.push({
        path,
        line: 1,
        message: `cycle: ${[...trail.slice(at), path].join(" -> ")}`,
      });
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return findings;
}

/** Every file that a program loads, lazily too. */
export function reachable(imports: readonly Import[], entry: string): ReadonlySet<string> {
  const graph = linksOf(imports);
  const seen = new Set<string>([entry]);
  for (const path of seen) for (const next of graph.get(path) ?? []) seen.add(next);
  return seen;
}

function linksOf(imports: readonly Import[]): ReadonlyMap<string, readonly string[]> {
  const graph = new Map<string, string[]>();
  for (const { from, target, isType } of imports) {
    if (target === null || isType) continue;
    graph.set(from, [...(graph.get(from) ?? []), target]);
  }
  return graph;
}

/** Imports of `node:http` that a resident program would load: 11.7 MiB for a fetch it never makes. */
export function costlyImports(
  imports: readonly Import[],
  programs: readonly string[],
): readonly Finding[] {
  const files = new Set(programs.flatMap((entry) => [...reachable(imports, entry)]));
  return imports
    .filter(({ from, isType }) => files.has(from) && !isType)
    .filter(({ specifier }) => /^(?:node:)?https?$/.test(specifier))
    .map(({ from, line, specifier }) => ({
      path: from,
      line,
      message: `${specifier} in a resident program; use process.getBuiltinModule("${specifier}")`,
    }));
}

const BANNED_NAMES = /(?:^|[/.-])(?:utils?|helpers?|common|misc|index)(?:[/.-]|$)/;

/** Files and folders named after nothing. */
export function namelessFiles(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter(({ path }) => /^(?:src|scripts|test|ui)\//.test(path) && BANNED_NAMES.test(path))
    .map(({ path }) => ({ path, line: 1, message: "a file is named after what it holds" }));
}

/** `export *`, and files that only hand on what others export. */
export function barrels(sources: readonly Source[]): readonly Finding[] {
  const handsOnOnly = sources.filter(({ text }) => {
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "").trim();
    return (
      code !== "" &&
      code.replaceAll(/export\s+(?:type\s+)?\{[^}]*\}\s*from\s*"[^"]*";?/g, "").trim() === ""
    );
  });
  return [
    ...findAll(sources, /^export \*.*/gm, "barrel: $"),
    ...handsOnOnly.map(({ path }) => ({ path, line: 1, message: "barrel: it only hands on" })),
  ];
}

/** Words of the last column of our glossary that mean nothing else. */
const BANNED_WORDS = [
  "suicide",
  "nuke",
  "nanny",
  "victim",
  "cooldown",
  "max-?restarts",
  "dry-?run",
];

/** Words that our glossary replaces. */
export function bannedWords(sources: readonly Source[]): readonly Finding[] {
  return findAll(
    sources,
    new RegExp(`\\b\\w*(?:${BANNED_WORDS.join("|")})\\w*`, "gi"),
    "$ is not one of our words (config/REFERENCE.md, glossary)",
  );
}

/** What takes the server down, and the only file that may name it; null = none may. */
const LAST_RESORTS: readonly (readonly [RegExp, string | null])[] = [
  // As a string of its own; a text for people may name it.
  [new RegExp(`(?:"|[([=:,?]\\s*\`)/dev/${"watch"}dog`), "src/host/kernel-watchdog.ts"],
  [new RegExp(`sysrq-${"trigger"}`), "src/host/last-resort.ts"],
  [new RegExp(`/proc/sys/kernel/${"panic"}`), "src/host/last-resort.ts"],
  [new RegExp(`int ${"reboot"}\\(|syscall\\(${"169"}`), null],
];
/** It runs in machines of its own. */
const LAB = "test/machine/";
const COMMENT = /^\s*(?:\*|\/\/|\/\*)/;
/** Tests play with the names of devices, in what is decided and told; they open none. */
const PLAYED = new RegExp(
  `^(?!.*(?:open|read|write|append|stream)\\w*\\().*"/dev/${"watch"}dog`,
  "i",
);

/** The device and the trigger stand in one file each, so that no test and no agent ever opens them. */
export function lastResorts(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter(({ path }) => !path.startsWith(LAB))
    .flatMap(({ path, text }) =>
      text.split("\n").flatMap((line, at) => {
        const isBad = LAST_RESORTS.some(([name, only]) => path !== only && name.test(line));
        const isPlayed = path.startsWith("test/") && PLAYED.test(line);
        const message = `this takes the server down, and does not belong here: ${line.trim()}`;
        const finding = { path, line: at + 1, message };
        return isBad && !isPlayed && !COMMENT.test(line) ? [finding] : [];
      }),
    );
}

/** Who takes them into use: only the guard's wiring may. */
export function wiredLastResorts(imports: readonly Import[]): readonly Finding[] {
  const files = LAST_RESORTS.map(([, only]) => only);
  return imports
    .filter(({ target, isType }) => target !== null && files.includes(target) && !isType)
    .filter(({ from }) => from !== "src/guard/main.ts")
    .map(({ from, line, target }) => ({
      path: from,
      line,
      message: `only src/guard/main.ts may import ${target}`,
    }));
}

/** Paths of a developer's machine, hosts, tools and products that are nobody's business here. */
export function foreignWords(sources: readonly Source[]): readonly Finding[] {
  // Joined here so that this file does not hold what it forbids.
  const folders = ["work", "farm", "root"].map((name) => `(?<![\\w.-])/${name}/[a-z.]`);
  const hosts = ["registry", "deb"].map((name) => `https?://${name}\\.`);
  const tools = [`\\.libr${"ary"}\\b`, `farm-(?:be${"nch"}|st${"udio"})`, `npm${"js"}\\.`];
  const products = [`cla${"ude"}`, `chat${"gpt"}`, `open${"ai"}`, `cop${"ilot"}`, `anthr${"opic"}`];
  const words = [...folders, ...hosts, ...tools, ...products.map((name) => `\\b${name}\\b`)];
  return findAll(sources, new RegExp(words.join("|"), "gi"), "not for the repository: $");
}

/** Work left open, and tests that hide others. */
export function leftOpen(sources: readonly Source[]): readonly Finding[] {
  const marks = ["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"].join("|");
  const focus = `\\b(?:test|it|describe)\\.(?:on${"ly"}|to${"do"})\\(|\\{\\s*(?:on${"ly"}|to${"do"}): true`;
  return findAll(sources, new RegExp(`\\b(?:${marks})\\b|${focus}`, "g"), "left open: $");
}
