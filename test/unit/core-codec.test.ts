import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeState, encodeState } from "../../src/core/codec.ts";
import { initialState } from "../../src/core/initial.ts";
import { createModel } from "../../src/core/model.ts";
import { parseScenario } from "../../src/simulate/parse.ts";

const model = createModel(
  parseScenario("group shop: web, app after web\nmonitor page on shop/app\n").spec,
);
const smaller = createModel(parseScenario("group shop: web\n").spec);
const now = { at: 5, wall: 7 };
const state = { ...initialState(model, now), bootId: "b1", nextId: 9 };

function saved(): Record<string, unknown> {
  return JSON.parse(JSON.stringify(encodeState(state))) as Record<string, unknown>;
}

test("what was saved is read again", () => {
  const read = decodeState(model, saved(), now);
  assert.ok(read.ok);
  assert.deepEqual(encodeState(read.value), encodeState(state));
});

test("a state is fitted to the model in force", () => {
  const read = decodeState(smaller, saved(), now);
  assert.ok(read.ok);
  assert.deepEqual([...read.value.resources.keys()], ["shop/web"]);
  assert.deepEqual([...read.value.monitors.keys()], []);
  const grown = decodeState(model, JSON.parse(JSON.stringify(encodeState(read.value))), now);
  assert.ok(grown.ok);
  assert.deepEqual([...grown.value.monitors.keys()], ["page"]);
});

const BAD: readonly (readonly [string, unknown, RegExp])[] = [
  ["nothing", null, /no state/],
  ["a list", [], /no state|version/],
  ["a text", "state", /no state/],
  ["another version", { ...saved(), version: 99 }, /version 99/],
  ["groups that are a list", { ...saved(), groups: 3 }, /groups/],
  ["monitors that are null", { ...saved(), monitors: null }, /monitors/],
  ["plans that are no list", { ...saved(), plans: {} }, /plans/],
  ["incidents that are no list", { ...saved(), incidents: "x" }, /incidents/],
  ["windows that are a list", { ...saved(), windows: [] }, /windows/],
  ["a record that is none", { ...saved(), record: 1 }, /record/],
];

for (const [what, value, message] of BAD) {
  test(`${what} is a fault that says so`, () => {
    const read = decodeState(model, value, now);
    assert.ok(!read.ok);
    assert.match(read.problem, message);
  });
}

test("a state that knew less is read: no windows, no guard, nothing proven or stuck", () => {
  const { windows: _none, guard: _guard, ...older } = saved();
  const { isStuck: _stuck, proven: _proven, ...page } = Object(older["monitors"])["page"];
  const read = decodeState(model, { ...older, monitors: { page } }, now);
  assert.ok(read.ok);
  assert.deepEqual(encodeState(read.value), encodeState(state));
});

for (const key of Object.keys(saved())) {
  if (["version", "windows", "guard", "isSaveSlow", "uncoveredTold"].includes(key)) continue;
  test(`a state without ${key} is a fault`, () => {
    const part = saved();
    delete part[key];
    assert.equal(decodeState(model, part, now).ok, false);
  });
}
