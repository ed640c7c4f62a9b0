import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { generate, renderRegistry } from "../../scripts/generate.ts";
import { exportSchema } from "../../src/config/export-schema.ts";

test("generated files are fresh", async () => {
  assert.deepEqual(await generate(true), [], "run `npm run generate`");
});

test("the registry names the files that define a monitor, and no others", () => {
  const folder = mkdtempSync(join(tmpdir(), "solosafe-registry-"));
  try {
    writeFileSync(join(folder, "beta.ts"), "export const beta = defineMonitor({\n});\n");
    writeFileSync(join(folder, "alpha-one.ts"), "export const alphaOne = defineMonitor({\n});\n");
    writeFileSync(join(folder, "fields.ts"), "export const x = 1;\n");
    const text = renderRegistry(folder);
    const imports = text.split("\n").filter((line) => line.includes(' from "./'));
    assert.deepEqual(imports.slice(1), [
      'import { alphaOne } from "./alpha-one.ts";',
      'import { beta } from "./beta.ts";',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the JSON Schema is of what a person writes: durations are text, defaults may be left out", () => {
  const text = JSON.stringify(exportSchema());
  assert.match(text, /"least-uptime":\{[^}]*"default":"10m"[^}]*"type":"string"/);
  assert.doesNotMatch(text, /"required":\[[^\]]*"least-uptime"/);
  assert.match(text, /"required":\["type","url"\]/);
});
