import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeState, encodeState } from "../../src/core/codec.ts";
import { decide } from "../../src/core/decide.ts";
import { initialState } from "../../src/core/initial.ts";
import type { AgentStarted } from "../../src/core/input.ts";
import { createModel, type Model } from "../../src/core/model.ts";
import type { State } from "../../src/core/state.ts";
import { parseScenario } from "../../src/simulate/parse.ts";

const before = createModel(parseScenario("group shop: web\n").spec);
const after = createModel(
  parseScenario("group shop: web\ngroup extra: job\ngroup spare (manual): tool\n").spec,
);

function start(model: Model, state: State, at: number) {
  const boot = {
    bootId: "b1",
    machineId: "m1",
    uptimeMs: at,
    hasWatchdogStatus: false,
    hasPanicRecord: false,
    recordFault: null,
    stateFault: null,
    configFault: null,
  };
  const observed: AgentStarted["observed"] = new Map([["shop/web", { is: "running" }]]);
  return decide(model, state, {
    type: "agentStarted",
    at,
    wall: at,
    boot,
    observed,
    hasGuard: false,
  });
}

/** The next agent reads what the one before saved, with the configuration that is there then. */
function startAgain(model: Model, state: State, at: number) {
  const saved: unknown = JSON.parse(JSON.stringify(encodeState(state)));
  const read = decodeState(model, saved, { at, wall: at });
  assert.ok(read.ok);
  return start(model, read.value, at);
}

const first = start(before, initialState(before, { at: 1000, wall: 1000 }), 1000).state;

function started(actions: ReturnType<typeof start>["actions"]): readonly string[] {
  return actions.flatMap((action) => (action.type === "startResource" ? [action.resource] : []));
}

test("a group that came into the file while no agent was there is started, if it starts by itself", () => {
  const second = startAgain(after, first, 20_000);
  assert.deepEqual(started(second.actions), ["extra/job"]);
  assert.equal(second.state.groups.get("extra").goal, "active");
  assert.equal(second.state.groups.get("spare").goal, "inactive");
});

test("it is new once: what the policy stopped stays stopped with the next agent", () => {
  const { state } = startAgain(after, first, 20_000);
  const stopped = state.groups.with("extra", { ...state.groups.get("extra"), goal: "inactive" });
  const third = startAgain(after, { ...state, plans: [], groups: stopped }, 40_000);
  assert.deepEqual(started(third.actions), []);
  assert.equal(third.state.groups.get("extra").goal, "inactive");
});
