import assert from "node:assert/strict";
import { test } from "node:test";
import { activePlace, createModel, groupOf, targetName } from "../../src/core/model.ts";
import { parseScenario } from "../../src/simulate/parse.ts";

const { spec } = parseScenario(`group base: db
group shop after base: web, app after web, job after app
monitor page on shop/app
monitor whole on shop
monitor disk on server
monitor gateway on nothing
monitor all on all-groups
monitor life watches shop/web
monitor forced on shop/web: always
monitor off on shop/web: disabled
monitor unwatched watches shop/app: disabled
monitor asks on nothing: requires gateway
`);
const model = createModel(spec);

const PLACES: readonly (readonly [string, string | null, string | null, string])[] = [
  ["page", "shop/app", "shop", "shop/app"],
  ["whole", "group:shop", "shop", "shop"],
  ["disk", null, null, "server"],
  ["gateway", null, null, "none"],
  ["all", null, null, "all-groups"],
  ["life", "shop/web", "shop", "shop/web"],
  ["forced", null, "shop", "shop/web"],
];

for (const [name, place, group, target] of PLACES) {
  test(`monitor ${name} goes with ${place ?? "nothing"}, its incident with ${group ?? "the server"}`, () => {
    const monitor = model.monitors.get(name);
    assert.ok(monitor);
    assert.equal(activePlace(monitor), place);
    assert.equal(groupOf(model, monitor), group);
    assert.equal(targetName(monitor.recovery.target), target);
  });
}

test("the look-up tables name what depends on what", () => {
  assert.deepEqual([...model.lifeMonitors], [["shop/web", ["life"]]]);
  assert.deepEqual([...model.requiredBy], [["gateway", ["asks"]]]);
  assert.deepEqual(
    [...model.dependants],
    [
      ["shop/web", ["shop/app"]],
      ["shop/app", ["shop/job"]],
    ],
  );
  assert.deepEqual(new Set(model.required.get("shop/job")), new Set(["shop/app", "shop/web"]));
  assert.deepEqual([...model.groupsAfter], [["base", ["shop"]]]);
  assert.deepEqual(model.readyMonitors.get("shop/app"), ["page"]);
  assert.equal(model.readyMonitors.get("shop/web"), undefined);
  assert.deepEqual(model.activeMonitors.get("shop/web"), ["life"]);
  assert.deepEqual(model.activeMonitors.get("group:shop"), ["whole"]);
});
