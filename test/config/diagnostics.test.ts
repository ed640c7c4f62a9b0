import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { formatDiagnostic } from "../../src/config/diagnostic.ts";
import { cronFor } from "../../src/config/cron.ts";
import { loadConfig } from "../../src/config/load.ts";
import { destinationsFor } from "../../src/config/loaded-destinations.ts";
import type { FileFacts } from "../../src/config/loaded-config.ts";

const FOLDER = new URL("bad/", import.meta.url);
const cron = { ...(await cronFor("windows")), ...(await destinationsFor("destinations")) };
const FILES: Readonly<Record<string, FileFacts>> = {
  "/folder": { kind: "folder", isExecutable: true },
  "/plain": { kind: "file", isExecutable: false },
  "/program": { kind: "file", isExecutable: true },
};

/** Only `scripts.yaml` looks at files: the others name programs that are nowhere. */
function diagnose(name: string, text: string): string {
  const surroundings =
    name === "scripts" ? { inspectFile: (path: string) => FILES[path] ?? null } : {};
  const wall = Date.UTC(2026, 0, 1);
  const loaded = loadConfig(text, `/etc/${name}.yaml`, { ...surroundings, ...cron, wall });
  const list = loaded.ok ? loaded.warnings : loaded.problems;
  const verdict = loaded.ok ? "accepted" : "refused";
  return [...list.map(formatDiagnostic), verdict, ""].join("\n");
}

const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => file.slice(0, -".yaml".length));

test("there are configurations to diagnose", () => {
  assert.ok(names.length >= 15, `${names.length} files`);
});

for (const name of names) {
  test(`${name}.yaml is told exactly what is wrong with it`, () => {
    const got = diagnose(name, readFileSync(new URL(`${name}.yaml`, FOLDER), "utf8"));
    const expected = new URL(`${name}.txt`, FOLDER);
    if (process.env["UPDATE"] === "1") writeFileSync(expected, got);
    assert.equal(got, readFileSync(expected, "utf8"));
  });
}
