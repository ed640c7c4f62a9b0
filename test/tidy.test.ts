/** What is true of the text of this repository: who imports whom, which words, which files. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { test } from "node:test";
import { brokenLinks } from "./tidy/links.ts";
import {
  againstPage,
  againstTable,
  bannedWords,
  barrels,
  costlyImports,
  cycles,
  folderOf,
  foreignWords,
  lastResorts,
  leftOpen,
  namelessFiles,
  reachable,
  TABLE,
  wiredLastResorts,
} from "./tidy/rules.ts";
import {
  below,
  type Finding,
  formatFindings,
  readImports,
  readRepository,
  ROOT,
  type Source,
} from "./tidy/source.ts";

const repository = readRepository();
const sources = below(repository, "src", ".ts");
const code = repository.filter(({ path }) => /^(?:src|scripts|test|ui)\/.*\.tsx?$/.test(path));
const imports = sources.flatMap(readImports);
const RULES_THEMSELVES = "test/tidy/rules.ts";
const RESIDENT = ["src/agent/main.ts", "src/workers/main.ts", "src/guard/main.ts"];

function expectNone(findings: readonly Finding[]): void {
  if (findings.length > 0) assert.fail(`\n${formatFindings(findings)}`);
}

function plant(path: string, text: string): readonly Source[] {
  return [{ path, text }];
}

test("the repository was read: files, imports between folders, packages", () => {
  assert.ok(sources.length >= 60, `only ${sources.length} sources below src were found`);
  const between = imports.filter(
    ({ from, target }) => target !== null && folderOf(from) !== folderOf(target),
  );
  assert.ok(between.length >= 100, `only ${between.length} imports between folders were found`);
  assert.ok(imports.some(({ specifier }) => specifier.startsWith("node:")));
  assert.ok(imports.some(({ isType }) => isType) && imports.some(({ isType }) => !isType));
});

test("every import leads to a file", () => {
  const paths = new Set(repository.map(({ path }) => path));
  expectNone(
    code
      .flatMap(readImports)
      .flatMap(({ from, line, specifier, target }) =>
        target === null || paths.has(target)
          ? []
          : [{ path: from, line, message: `${specifier} leads to no file` }],
      ),
  );
});

test("every folder of src has a row in the table of imports and keeps to it", () => {
  expectNone(againstTable(imports));
  for (const folder of Object.keys(TABLE)) {
    assert.ok(existsSync(`${ROOT}/src/${folder}`), `the table names src/${folder}, which is gone`);
  }
});

test("only main.ts takes the adapters of this system into use", () => {
  const planted = plant("src/agent/engine.ts", 'import { x } from "../host/epoll.ts";\n');
  assert.equal(againstTable(planted.flatMap(readImports)).length, 1);
});

test("the table refuses what it does not name", () => {
  for (const [path, text] of [
    ["src/core/decide.ts", 'import { readFile } from "node:fs/promises";'],
    ["src/core/decide.ts", 'import type { Host } from "../ports/host.ts";'],
    ["src/base/assert.ts", 'export { x } from "../core/model.ts";'],
    ["src/monitors/http.ts", 'const a = await import("undici");'],
    ["src/config/load.ts", 'import {\n  a,\n  b,\n} from "../host/a.ts";'],
    ["src/core/decide.ts", 'import { x } from "../../scripts/build.ts";'],
    ["src/new/file.ts", 'import { x } from "../base/assert.ts";'],
  ] as const) {
    assert.equal(againstTable(plant(path, text).flatMap(readImports)).length, 1, text);
  }
});

test("the contract and what it imports know zod and nothing else", () => {
  const start = "src/api/contract.ts";
  assert.ok(existsSync(`${ROOT}/${start}`));
  const files = new Set<string>([start]);
  for (const path of files) {
    for (const each of imports.filter(({ from }) => from === path)) {
      if (each.target !== null) files.add(each.target);
      else assert.match(each.specifier, /^zod(?:$|\/)/, `${path}:${each.line}`);
    }
  }
  for (const path of files) assert.match(path, /^src\/api\//, `${path} is outside the contract`);
});

test("the page knows the contract as types, texts of events as code, and no package but preact", () => {
  const page = code.filter(({ path }) => path.startsWith("ui/")).flatMap(readImports);
  assert.ok(page.length >= 100, `only ${page.length} imports of the page were found`);
  expectNone(againstPage(page));
  for (const text of [
    'import { ROUTES } from "../../src/api/contract.ts";',
    'import type { State } from "../../src/core/state.ts";',
    'import * as z from "zod/mini";',
    'import { readFile } from "node:fs";',
  ]) {
    assert.equal(againstPage(plant("ui/src/app.tsx", text).flatMap(readImports)).length, 1, text);
  }
});

test("no files import each other in a circle", () => {
  expectNone(cycles(imports));
  expectNone(cycles(code.filter(({ path }) => path.startsWith("ui/")).flatMap(readImports)));
  const circle = [
    ...plant("src/core/a.ts", 'import { b } from "./b.ts";'),
    ...plant("src/core/b.ts", 'import { a } from "./a.ts";'),
  ];
  assert.equal(cycles(circle.flatMap(readImports)).length, 1);
});

test("resident programs do not load the fetch client", () => {
  for (const entry of RESIDENT) assert.ok(existsSync(`${ROOT}/${entry}`), `${entry} is gone`);
  expectNone(costlyImports(imports, RESIDENT));
  const planted = plant("src/agent/main.ts", 'import { request } from "node:http";');
  assert.equal(costlyImports(planted.flatMap(readImports), RESIDENT).length, 1);
});

test("no barrels, and files are named after what they hold", () => {
  expectNone(barrels(code));
  expectNone(namelessFiles(repository));
  assert.equal(barrels(plant("src/a.ts", 'export * from "./b.ts";')).length, 1);
  assert.equal(barrels(plant("src/a.ts", '/** x */\nexport { b } from "./b.ts";\n')).length, 1);
  assert.equal(namelessFiles(plant("src/host/file-utils.ts", "")).length, 1);
});

test("the words are ours", () => {
  const ours = code.filter(({ path }) => path !== RULES_THEMSELVES && path !== "test/tidy.test.ts");
  expectNone(bannedWords([...ours, ...below(repository, "config", "")]));
  assert.equal(bannedWords(plant("src/a.ts", "const nukeServer = 1;")).length, 1);
});

test("only the guard can take the server down", () => {
  expectNone(lastResorts(code));
  const device = `open("/dev/${"watch"}dog0")`;
  const trigger = `open("/proc/sysrq-${"trigger"}")`;
  assert.equal(lastResorts(plant("src/guard/main.ts", device)).length, 1);
  assert.equal(lastResorts(plant("src/host/kernel-watchdog.ts", device)).length, 0);
  assert.equal(lastResorts(plant("src/host/kernel-watchdog.ts", `\n${trigger}`)).length, 1);
  assert.equal(lastResorts(plant("test/host/a.ts", trigger)).length, 1);
  assert.equal(lastResorts(plant("test/host/a.ts", device)).length, 1);
});

test("the guard, whose memory is locked, loads of the policy its own part only", () => {
  const loaded = [...reachable(imports, "src/guard/main.ts")];
  assert.ok(loaded.includes("src/core/guard-policy.ts"));
  const others = loaded.filter((path) => /^src\/core\/(?!guard-|reboot-limit)/.test(path));
  assert.deepEqual(others, []);
});

test("only the wiring of the guard takes the last resorts into use", () => {
  expectNone(wiredLastResorts(imports));
  for (const name of ["kernel-watchdog", "last-resort"]) {
    const text = `import { x } from "../host/${name}.ts";`;
    assert.equal(wiredLastResorts(plant("src/agent/main.ts", text).flatMap(readImports)).length, 1);
    assert.equal(wiredLastResorts(plant("src/guard/main.ts", text).flatMap(readImports)).length, 0);
  }
});

test("nothing in the repository speaks of the machine it was written on", () => {
  expectNone(foreignWords(repository));
  assert.equal(foreignWords(plant("README.md", `cd /${"work"}/main`)).length, 1);
  assert.equal(foreignWords(plant("README.md", "the network/main file")).length, 0);
});

test("nothing is left open and no test hides others", () => {
  expectNone(leftOpen(code));
  assert.equal(leftOpen(plant("src/a.ts", `// ${"TO"}DO later`)).length, 1);
});

test("generated files are fresh", () => {
  const run = spawnSync(process.execPath, [`${ROOT}/scripts/generate.ts`, "--check"], {
    cwd: ROOT,
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.equal(run.status, 0, run.stdout + run.stderr);
});

test("every script of package.json starts a file that is there", () => {
  const manifest = repository.find(({ path }) => path === "package.json");
  assert.ok(manifest);
  const { scripts } = JSON.parse(manifest.text) as { scripts: Record<string, string> };
  assert.ok(Object.keys(scripts).length >= 9);
  for (const [name, command] of Object.entries(scripts)) {
    const files = command.split(" ").filter((word) => /\.(?:ts|sh)$/.test(word));
    assert.ok(files.length > 0, `npm run ${name} starts no file of ours: ${command}`);
    for (const file of files) assert.ok(existsSync(`${ROOT}/${file}`), `npm run ${name}: ${file}`);
  }
});

test("shell programs can be read by their shell and be executed", () => {
  const shells = repository.filter(({ text }) => /^#!.*\b(?:ba)?sh\n/.test(text));
  assert.ok(shells.length >= 3);
  for (const { path, text } of shells) {
    const shell = text.startsWith("#!/usr/bin/env bash") ? "bash" : "sh";
    const run = spawnSync(shell, ["-n", `${ROOT}/${path}`], { encoding: "utf8" });
    assert.equal(run.status, 0, `${path}: ${run.stderr}`);
    assert.ok((statSync(`${ROOT}/${path}`).mode & 0o111) !== 0, `${path} is not executable`);
  }
});

test("the links of the documents lead somewhere", () => {
  const documents = repository.filter(({ path }) => path.endsWith(".md"));
  const paths = new Set(repository.map(({ path }) => path));
  for (const path of ["README.md", "CHANGELOG.md", "src/README.md", "config/REFERENCE.md"]) {
    assert.ok(paths.has(path), `${path} is missing`);
  }
  expectNone(brokenLinks(documents, paths));
  const bad = plant("README.md", "# A b\n[x](none.md) [y](#a-b) [z](#c) `[n](no.md)`\n");
  assert.equal(brokenLinks(bad, new Set(["README.md"])).length, 2);
});

test("the lock names every package that any platform may want", () => {
  // npm ci refuses a lock that leaves one out, and npm leaves out what its registry does not have.
  const lock = repository.find(({ path }) => path === "package-lock.json");
  assert.ok(lock);
  const { packages } = JSON.parse(lock.text) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  const wanted = Object.values(packages).flatMap(({ optionalDependencies }) =>
    Object.keys(optionalDependencies ?? {}),
  );
  assert.ok(wanted.length >= 20);
  assert.deepEqual(
    wanted.filter((name) => packages[`node_modules/${name}`] === undefined),
    [],
  );
});
