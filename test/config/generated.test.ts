import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import * as z from "zod";
import { generate, renderRegistry } from "../../scripts/generate.ts";
import { exportSchema } from "../../src/config/export-schema.ts";

const EXAMPLE = new URL("../../config/solosafe.example.yaml", import.meta.url);

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

const checked: readonly [what: string, content: unknown, isValid: boolean][] = [
  ["the example", parse(readFileSync(EXAMPLE, "utf8")), true],
  [
    "short forms",
    { groups: { g: { resources: { r: { exec: "/x" } } } }, monitors: { m: { tcp: 80 } } },
    true,
  ],
  ["empty maps", { groups: null, monitors: {} }, true],
  ["an unknown key", { monitors: { m: { tcp: 80, intervall: "3s" } } }, false],
  ["a number without a unit", { reboots: { "least-uptime": 10 } }, false],
  ["an unknown type", { monitors: { m: { type: "htp", url: "http://x" } } }, false],
  ["a bad name", { groups: { "Web Shop": {} } }, false],
];
for (const [what, content, isValid] of checked) {
  test(`${what} is ${isValid ? "valid" : "not valid"} by the JSON Schema`, () => {
    const schema = z.fromJSONSchema(JSON.parse(JSON.stringify(exportSchema())));
    assert.equal(schema.safeParse(content).success, isValid);
  });
}
