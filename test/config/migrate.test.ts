import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { migrateConfig } from "../../src/config/migrate.ts";

const CASES: readonly (readonly [what: string, before: string, after: string | null])[] = [
  ["a file without a version", "groups: {}\n", "version: 1\ngroups: {}\n"],
  ["comments at the top", "# mine\n\ngroups: {}\n", "# mine\n\nversion: 1\ngroups: {}\n"],
  ["a directive", "%YAML 1.2\n---\nmode: observe\n", "%YAML 1.2\n---\nversion: 1\nmode: observe\n"],
  [
    "an indented file",
    "  groups: {}\n  mode: observe\n",
    "  version: 1\n  groups: {}\n  mode: observe\n",
  ],
  ["today's format", "version: 1\ngroups: {}\n", null],
  ["a version further down", "groups: {}\nversion: 1\n", null],
  ["a later format", "version: 2\ngroups: {}\n", null],
  ["a version that is none", "version: one\n", null],
  ["a file in braces", "{ groups: {} }\n", null],
  ["no map", "- a\n", null],
  ["no YAML", "groups: [\n", null],
  ["nothing", "", null],
];

for (const [what, before, after] of CASES) {
  test(`${what} is ${after === null ? "left alone" : "brought to today's format"}`, () => {
    const { text, notes } = migrateConfig(before);
    assert.equal(text, after ?? before);
    assert.equal(notes.length, after === null ? 0 : 1);
    // Once is enough.
    assert.deepEqual(migrateConfig(text), { text, notes: [] });
  });
}

test("what was migrated means the same", () => {
  const url = new URL("../../config/solosafe.example.yaml", import.meta.url);
  const text = readFileSync(url, "utf8").replace(/^version: 1.*\n/m, "");
  const migrated = migrateConfig(text);
  assert.equal(migrated.notes.length, 1);
  const [before, after] = [text, migrated.text].map((one) => loadConfig(one, "/etc/s/s.yaml"));
  assert.ok(before?.ok && after?.ok);
  assert.deepEqual(before.config.effective, after.config.effective);
});

test("of a later format only the version is told, and what to do", () => {
  const loaded = loadConfig("version: 7\nunheard-of: {}\n", "/etc/s/s.yaml");
  assert.ok(!loaded.ok);
  assert.deepEqual(
    loaded.problems.map(({ code, line }) => [code, line]),
    [["config/later-version", 1]],
  );
  assert.match(loaded.problems[0]?.hint ?? "", /Upgrade/);
});
