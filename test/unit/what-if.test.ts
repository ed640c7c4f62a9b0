/** What a failure leads to, played with the policy itself; and what such plays say of a configuration. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/base/duration.ts";
import { createModel, type Model } from "../../src/core/model.ts";
import { findDoubts } from "../../src/simulate/doubts.ts";
import { narrowModel } from "../../src/simulate/narrow-model.ts";
import { parseScenario } from "../../src/simulate/parse.ts";
import { type EndKind, whatIf } from "../../src/simulate/what-if.ts";

function modelOf(text: string): Model {
  return createModel(parseScenario(text).spec);
}

const model = modelOf(`group shop: web, app after web
group other: alone
resource shop/app: ready
monitor page on shop/app: retries 2, reactivate 3, restart 1, final reboot
monitor banner on shop/web: retries 0, reactivate 1, restart 0
monitor gateway on nothing
monitor heat on server: retries 0, final poweroff
monitor halt on other/alone: retries 0, reactivate 1, restart 0, final stop-group
monitor leave on other/alone: retries 0, reactivate 0, restart 0, final stop-agent
`);

const ENDS: readonly (readonly [string, number | null, EndKind, number, number])[] = [
  // monitor, for, end, steps of recovery, server-level actions
  ["page", 20 * SECOND, "forgiven", 0, 0],
  ["page", 2 * MINUTE, "cured", 1, 0],
  ["page", null, "did-not-help", 9, 1],
  ["banner", null, "exhausted", 1, 0],
  ["gateway", null, "told-only", 0, 0],
  ["gateway", HOUR, "cured", 0, 0],
  ["heat", null, "off", 0, 1],
  ["halt", null, "stopped", 2, 0],
  ["leave", null, "agent-stopped", 1, 0],
];

for (const [monitor, forMs, end, restarts, serverActions] of ENDS) {
  test(`${monitor} fails ${forMs === null ? "for good" : `for ${forMs / SECOND} s`}: ${end}`, () => {
    const played = whatIf(model, monitor, forMs);
    assert.equal(played.end.is, end, played.end.text);
    assert.deepEqual([played.restarts, played.serverActions], [restarts, serverActions]);
    assert.ok(
      played.steps.every((step, at) => at === 0 || step.at >= (played.steps[at - 1]?.at ?? 0)),
    );
  });
}

test("a reboot is shown with the boot after it", () => {
  const { steps, finalAt } = whatIf(model, "page", null);
  const up = steps.findIndex(({ text }) => text.startsWith("the server is up again"));
  assert.equal(steps[up]?.boot, 2);
  assert.equal(steps[up - 1]?.boot, 1);
  assert.equal(steps[up - 1]?.text, "reboot ordered for page (1 of 3)");
  assert.equal(steps[up - 1]?.at, finalAt);
});

test("the same failure is told the same way twice", () => {
  assert.deepEqual(whatIf(model, "page", null), whatIf(model, "page", null));
});

test("in observe mode everything is told and nothing is done", () => {
  const observed = createModel({ ...specOf(model), mode: "observe" });
  const { steps, end } = whatIf(observed, "page", null);
  assert.ok(steps.some(({ text }) => text.startsWith("would have: reactivation of shop/app")));
  assert.ok(!steps.some(({ text }) => text.startsWith("reactivation")));
  assert.notEqual(end.is, "goes-on");
});

test("only what a failure concerns is played", () => {
  const small = narrowModel(model, "page", false);
  assert.deepEqual([...small.groups.keys()], ["shop"]);
  assert.deepEqual([...small.monitors.keys()].toSorted(), ["banner", "page"]);
  assert.deepEqual([...narrowModel(model, "page", true).monitors.keys()], ["page"]);
});

const DOUBTS: readonly (readonly [string, readonly string[]])[] = [
  ["monitor page on shop/app: retries 2, reactivate 3, restart 1, final reboot", []],
  ["monitor page on nothing", []],
  [
    "monitor page on shop/app: interval 2h, retries 5, reactivate 9, restart 1, final stop-group",
    ["config/never-acts final-action"],
  ],
  [
    "reboots: escalate-after 23h\nmonitor page on shop/app: retries 0, reactivate 3, final reboot",
    ["config/would-loop recovery"],
  ],
  [
    "reboots: limit 20\nmonitor page on server: retries 0, final reboot, repeat-reboot",
    ["config/would-loop final-action"],
  ],
  ["reboots: limit 0\nmonitor page on shop/app: retries 0, reactivate 1, final reboot", []],
];

for (const [text, want] of DOUBTS) {
  test(`doubts about: ${text.replace("\n", "; ")}`, () => {
    const { list } = findDoubts(modelOf(`group shop: app\n${text}\n`));
    assert.deepEqual(
      list.map(({ code, key }) => `${code} ${key}`),
      want,
    );
  });
}

test("a thousand monitors of few plans are few plays; a thousand plans are bounded", () => {
  const [monitor] = [...modelOf("group shop: app\nmonitor page on shop/app\n").monitors.values()];
  assert.ok(monitor);
  const base = specOf(modelOf("group shop: app\n"));
  const names = Array.from({ length: 1000 }, (_, at) => at);
  const same = names.map((at) => ({ ...monitor, name: `m${at}` }));
  assert.equal(findDoubts(createModel({ ...base, monitors: same })).plans, 1);
  const others = names.map((at) => ({ ...monitor, name: `m${at}`, failureTimeoutMs: DAY + at }));
  const { plans, played } = findDoubts(createModel({ ...base, monitors: others }));
  assert.equal(plans, 1000);
  assert.ok(played >= 50 && played <= plans, `${played} were played`);
});

function specOf({ mode, reboots, groups, resources, monitors }: Model) {
  return {
    mode,
    reboots,
    groups: [...groups.values()],
    resources: [...resources.values()],
    monitors: [...monitors.values()],
    windows: [],
  };
}
