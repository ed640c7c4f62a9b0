import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { monitor } from "../../src/config/schema.ts";
import { LATER_MONITOR_TYPES } from "../../src/config/names.ts";
import { objectSchema } from "../../src/config/export-schema.ts";
import { MONITOR_TYPES } from "../../src/monitors/registry.generated.ts";

test("the registry has the type of every file that defines one, and not a type twice", () => {
  const folder = new URL("../../src/monitors/", import.meta.url);
  const defining = readdirSync(folder).filter((name) =>
    /^export const \w+ = defineMonitor\(/m.test(readFileSync(new URL(name, folder), "utf8")),
  );
  assert.deepEqual(
    [...MONITOR_TYPES.keys()],
    defining.map((name) => name.replace(/\.ts$/, "")).toSorted(),
  );
  assert.ok(defining.length >= 6);
});

for (const type of MONITOR_TYPES.values()) {
  test(`${type.name} says in one sentence each what it detects and what it cannot`, () => {
    for (const text of [type.detects, type.cannotDetect]) assert.match(text, /^[A-Z][^\n]{20,}\.$/);
    assert.notEqual(type.detects, type.cannotDetect);
  });

  test(`${type.name} describes every parameter, in kebab-case, without a key of every monitor`, () => {
    const common = new Set(["type", ...Object.keys(monitor.shape)]);
    for (const [key, value] of Object.entries(objectSchema(type.params).properties)) {
      assert.match(key, /^[a-z][a-z-]*$/);
      assert.ok(!common.has(key), key);
      const description = (value as { readonly description?: string }).description ?? "";
      assert.match(description, /^\S.*[^.]$/, `${type.name}.${key}`);
    }
  });

  test(`${type.name}'s example of its short form can be read`, () => {
    const meant = type.shortForm(parse(type.shortExample));
    assert.ok(meant !== null);
    assert.ok(type.read(meant).ok);
  });

  test(`${type.name} has positive times and is not among the types of later versions`, () => {
    assert.ok(type.defaults.intervalMs >= 1000 && type.defaults.timeoutMs >= 1000);
    assert.ok(!LATER_MONITOR_TYPES.has(type.name));
  });
}
