import assert from "node:assert/strict";
import { test } from "node:test";
import { shiftTimes } from "../../src/core/gap.ts";
import { fitState, initialState } from "../../src/core/initial.ts";
import { createModel } from "../../src/core/model.ts";
import type { Plan, State } from "../../src/core/state.ts";
import { parseScenario } from "../../src/simulate/parse.ts";

const model = createModel(
  parseScenario("group base: db\ngroup shop: web, app after web\nmonitor page on shop/app\n").spec,
);
const smaller = createModel(parseScenario("group shop: web\n").spec);
const now = { at: 5, wall: 7 };
const fresh = initialState(model, now);

test("in a state in which nothing was seen every count is zero and nothing is on", () => {
  for (const part of [
    fresh.monitors.get("page"),
    fresh.resources.get("shop/app"),
    fresh.groups.get("shop"),
    fresh.record,
  ]) {
    for (const [key, value] of Object.entries(part)) {
      if (key === "since") assert.equal(value, now.at);
      else if (typeof value === "number") assert.equal(value, 0, key);
      else if (typeof value === "boolean") assert.equal(value, false, key);
      else if (Array.isArray(value)) assert.deepEqual(value, [], key);
    }
  }
  const { isAfterUncleanBoot, isSaveFaulty, hasGuard, nextId } = fresh;
  assert.deepEqual([isAfterUncleanBoot, isSaveFaulty, hasGuard, nextId], [false, false, false, 1]);
});

const PLAN: Plan = {
  id: "p1",
  kind: "restart",
  target: "shop",
  groups: ["base", "shop"],
  toStop: ["base/db", "shop/web", "shop/app"],
  toStart: ["shop/web", "shop/app"],
  incident: null,
  monitors: ["page"],
  step: "reactivation",
  attempt: 1,
  scriptOp: null,
  reason: "why",
  startedAt: 5,
  thenStopAgent: false,
  failure: null,
};

test("a plan keeps only what the configuration still has", () => {
  const { plans } = fitState(smaller, { ...fresh, plans: [PLAN] });
  assert.deepEqual(plans, [
    { ...PLAN, groups: ["shop"], toStop: ["shop/web"], toStart: ["shop/web"], monitors: [] },
  ]);
});

test("a plan of groups that are gone is gone, but for a script that runs", () => {
  const gone = { ...PLAN, groups: ["base"] };
  assert.deepEqual(fitState(smaller, { ...fresh, plans: [gone] }).plans, []);
  const script = { ...gone, scriptOp: "o9" };
  assert.equal(fitState(smaller, { ...fresh, plans: [script] }).plans.length, 1);
});

test("rows of what is still there are kept, others are dropped", () => {
  const web = { ...fresh.resources.get("shop/web"), starts: 4 };
  const state: State = { ...fresh, resources: fresh.resources.with("shop/web", web) };
  const fitted = fitState(smaller, state);
  assert.deepEqual([...fitted.resources.entries()], [["shop/web", web]]);
  assert.deepEqual([...fitted.groups.keys()], ["shop"]);
  assert.deepEqual([...fitted.monitors.keys()], []);
});

test("a gap moves what is running, and nothing that rests", () => {
  const page = {
    ...fresh.monitors.get("page"),
    dueSince: 10,
    recoveredAt: 20,
    awaiting: { monitors: ["gateway"], until: 30 },
  };
  const starting = { is: "starting", op: "o1", isLaunched: true, until: 40, awaiting: [] } as const;
  const stopping = { is: "stopping", op: "o2", failure: null } as const;
  const state: State = {
    ...fresh,
    monitors: fresh.monitors.with("page", page),
    resources: fresh.resources
      .with("shop/web", { ...fresh.resources.get("shop/web"), phase: starting, since: 1 })
      .with("shop/app", { ...fresh.resources.get("shop/app"), phase: stopping, since: 2 }),
    groups: fresh.groups.with("shop", { ...fresh.groups.get("shop"), waitsUntil: 50 }),
  };
  const moved = { ...state, ...shiftTimes(state, 1000) };
  assert.deepEqual(moved.monitors.get("page"), {
    ...page,
    dueSince: 1010,
    recoveredAt: 1020,
    awaiting: { monitors: ["gateway"], until: 1030 },
  });
  assert.deepEqual(moved.resources.get("shop/web").phase, { ...starting, until: 1040 });
  assert.equal(moved.resources.get("shop/web").since, 1001);
  assert.deepEqual(moved.resources.get("shop/app").phase, stopping);
  assert.equal(moved.resources.get("shop/app").since, 1002);
  assert.equal(moved.groups.get("shop").waitsUntil, 1050);
  assert.equal(moved.resources.get("base/db"), state.resources.get("base/db"));
  assert.equal(moved.groups.get("base"), state.groups.get("base"));
});

for (const part of [
  { dueSince: 10 },
  { recoveredAt: 10 },
  { awaiting: { monitors: [], until: 10 } },
]) {
  test(`a gap moves a monitor that has only ${Object.keys(part).join()}`, () => {
    const page = { ...fresh.monitors.get("page"), ...part };
    const state = { ...fresh, monitors: fresh.monitors.with("page", page) };
    const moved = shiftTimes(state, 90).monitors?.get("page");
    const { dueSince, recoveredAt, awaiting } = moved ?? page;
    assert.equal(dueSince ?? recoveredAt ?? awaiting?.until, 100);
  });
}

test("a gap moves incidents and the order that was given", () => {
  const incident = {
    id: "i1",
    group: "shop",
    openedAt: 10,
    openedWall: 0,
    cause: "page",
    members: ["page"],
    participants: ["page"],
    steps: [],
    restarts: 0,
    lastRestartAt: null,
    remindAt: 99,
    asked: [],
    heldBy: null,
    blockedRemindAt: null,
  };
  const order = {
    id: "g1",
    kind: "reboot",
    reason: "why",
    deadlineAt: 20,
    saveOp: null,
    cause: "page",
    incident: "i1",
    areGroupsStopped: false,
  } as const;
  const moved = shiftTimes({ ...fresh, incidents: [incident], order }, 5);
  assert.equal(moved.incidents?.[0]?.openedAt, 15);
  assert.equal(moved.order?.deadlineAt, 25);
  assert.equal(shiftTimes(fresh, 5).order, null);
});
