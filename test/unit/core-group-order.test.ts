import assert from "node:assert/strict";
import { test } from "node:test";
import { withDependants } from "../../src/core/group-order.ts";
import { createModel } from "../../src/core/model.ts";
import { parseScenario } from "../../src/simulate/parse.ts";

const { spec } = parseScenario("group shop: db, cache, web after db and cache, app after web\n");
const model = createModel(spec);

for (const [id, want] of [
  ["shop/db", ["shop/db", "shop/web", "shop/app"]],
  ["shop/web", ["shop/web", "shop/app"]],
  ["shop/app", ["shop/app"]],
] as const) {
  test(`what comes after ${id}`, () => assert.deepEqual(withDependants(model, id), want));
}
