import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ENTRIES } from "../../src/cli/catalogue.ts";
import { EXITS } from "../../src/cli/context.ts";
import { loadConfig } from "../../src/config/load.ts";
import { ROOT } from "./run-cli.ts";

const TEXT = readFileSync(join(ROOT, "README.md"), "utf8");

test("the configuration shown in the README is valid without a warning", () => {
  const blocks = [...TEXT.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? "");
  assert.equal(blocks.length, 1);
  for (const block of blocks) {
    const loaded = loadConfig(block, "/etc/solosafe/readme.yaml");
    assert.ok(loaded.ok, JSON.stringify(loaded));
    assert.deepEqual(loaded.warnings, []);
  }
});

test("every command that the README names exists, and every command is named", () => {
  const known = ENTRIES.map((entry) => entry.name);
  const called = [...TEXT.matchAll(/scripts\/solosafe ([a-z]+)/g)].map((match) => match[1] ?? "");
  for (const name of called) assert.ok([...known, "is"].includes(name), name);
  for (const name of known) {
    if (name !== "version")
      assert.match(TEXT, new RegExp("`(?:[^`]*[ ,])?" + name + "[ `]|solosafe " + name));
  }
});

test("every exit code is in the README", () => {
  const line = TEXT.split("\n").find((one) => one.startsWith("Exit codes:")) ?? "";
  for (const code of Object.keys(EXITS)) assert.match(line, new RegExp(`\\b${code} `));
});

/** As web pages of repositories name them: lower case, hyphens for spaces, no other signs. */
function anchors(): readonly string[] {
  const headings = [...TEXT.matchAll(/^#+ (.+)$/gm)].map((match) => match[1] ?? "");
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, "")
      .replaceAll(" ", "-"),
  );
}

test("what the README links to is there", () => {
  for (const [, target = ""] of TEXT.matchAll(/\]\(([^)]+)\)/g)) {
    const isThere = target.startsWith("#")
      ? anchors().includes(target.slice(1))
      : existsSync(join(ROOT, target));
    assert.ok(isThere, target);
  }
});
