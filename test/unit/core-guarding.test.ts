import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR, MINUTE } from "../../src/base/duration.ts";
import { nextDeadline } from "../../src/core/deadline.ts";
import { decide } from "../../src/core/decide.ts";
import type { GuardFacts } from "../../src/core/guarding.ts";
import { initialState } from "../../src/core/initial.ts";
import type { Input } from "../../src/core/input.ts";
import { createModel } from "../../src/core/model.ts";
import type { State } from "../../src/core/state.ts";
import { parseScenario } from "../../src/simulate/parse.ts";

const model = createModel(parseScenario("group shop: web\n").spec);
const fresh = initialState(model, { at: 1000, wall: 0 });

const WELL: GuardFacts = {
  isThere: true,
  canAct: true,
  cover: "hardware",
  device: "card (/dev/x)",
  timeoutMs: 60_000,
  fault: null,
  agentKills: 0,
  isAgentLost: false,
  noProof: null,
  isCharged: true,
  slow: null,
};
const GONE: GuardFacts = { ...WELL, isThere: false, canAct: false };

type Body = Input extends infer One
  ? One extends Input
    ? Omit<One, "at" | "wall">
    : never
  : never;

function feed(state: State, at: number, body: Body): { state: State; told: readonly string[] } {
  const decision = decide(model, state, { ...body, at, wall: at });
  const told = decision.actions.flatMap((one) => (one.type === "event" ? [one.event.id] : []));
  return { state: decision.state, told };
}

const guard = (facts: GuardFacts): Body => ({ type: "guardChanged", guard: facts });

for (const [name, before, after, told] of [
  ["one that is armed", null, {}, ["guard-armed"]],
  ["the same one", {}, {}, []],
  ["another device", {}, { device: "other" }, ["guard-armed"]],
  ["software instead of hardware", {}, { cover: "software" }, ["guard-armed"]],
  ["none", {}, { cover: "none", device: "", fault: "held" }, ["guard-uncovered"]],
  [
    "none for another reason",
    { cover: "none", fault: "a" },
    { cover: "none", fault: "b" },
    ["guard-uncovered"],
  ],
  ["not armed yet", null, { cover: "unarmed", device: "" }, []],
  ["a fault", {}, { fault: "not locked" }, ["guard-fault"]],
  ["the same fault", { fault: "not locked" }, { fault: "not locked" }, []],
  ["no fault any more", { fault: "not locked" }, {}, []],
  ["a killed agent", {}, { agentKills: 1 }, ["agent-was-killed"]],
  ["fewer kills, as time passes", { agentKills: 2 }, { agentKills: 1 }, []],
  [
    "an agent that was lost",
    { agentKills: 4 },
    { agentKills: 5, isAgentLost: true },
    ["agent-was-killed", "agent-was-lost"],
  ],
  ["no proofs", {}, { noProof: "fork" }, ["no-proofs"]],
  ["still none", { noProof: "fork" }, { noProof: "memory" }, []],
  ["a slow proof", {}, { slow: { proof: "file", tookMs: 31_000 } }, ["proof-slow"]],
] as const satisfies readonly (readonly [
  string,
  Partial<GuardFacts> | null,
  Partial<GuardFacts>,
  readonly string[],
])[]) {
  test(`of a guard with ${name} is told: ${told.join(", ") || "nothing"}`, () => {
    const first = before === null ? fresh : feed(fresh, 1000, guard({ ...WELL, ...before })).state;
    const next = feed(first, 3000, guard({ ...WELL, ...after }));
    assert.deepEqual(next.told, told);
    assert.equal(next.state.hasGuard, true);
  });
}

test("a missing watchdog is told once for each cause, over boots too, and again after a month", () => {
  const none = guard({ ...WELL, cover: "none", device: "", fault: "held" });
  const DAYS_30 = 30 * 24 * HOUR;
  const told = feed(fresh, 1000, none);
  assert.deepEqual(told.told, ["guard-uncovered"]);
  const nextBoot = { ...told.state, guard: null, at: 0 };
  const again = feed(nextBoot, 2000, none);
  assert.deepEqual(again.told, []);
  assert.deepEqual(feed(again.state, 700_000, { type: "tick" }).told, []);
  const other = feed(again.state, 3000, guard({ ...WELL, cover: "none", fault: "gone" }));
  assert.deepEqual(other.told, ["guard-uncovered"]);
  const late = feed(again.state, 1000 + DAYS_30, { type: "tick" });
  assert.ok(late.told.includes("guard-uncovered"));
  assert.equal(late.state.uncoveredTold?.wall, 1000 + DAYS_30);
  // A clock that was years ahead when it was told keeps nothing silent.
  const ahead = { ...nextBoot, uncoveredTold: { fault: "held", wall: 900 * DAYS_30 } };
  assert.deepEqual(feed(ahead, 2000, none).told, ["guard-uncovered"]);
  const armed = feed(again.state, 4000, guard(WELL));
  assert.deepEqual(armed.told, ["guard-armed"]);
  assert.deepEqual(feed(armed.state, 5000, none).told, ["guard-uncovered"]);
});

test("a guard that goes is missed after 15 seconds, told once, and when it is back", () => {
  const there = feed(fresh, 1000, guard(WELL)).state;
  const gone = feed(there, 2000, guard(GONE));
  assert.deepEqual([gone.told, gone.state.hasGuard], [[], false]);
  assert.equal(nextDeadline(model, gone.state), 17_000);
  assert.deepEqual(feed(gone.state, 16_999, { type: "tick" }).told, []);
  const missed = feed(gone.state, 17_000, { type: "tick" });
  assert.deepEqual(missed.told, ["guard-lost"]);
  assert.deepEqual(feed(missed.state, 40_000, { type: "tick" }).told, []);
  const back = feed(missed.state, 50_000, guard(WELL));
  assert.deepEqual([back.told, back.state.hasGuard], [["guard-back"], true]);
});

test("one that is back in time is not missed", () => {
  const gone = feed(feed(fresh, 1000, guard(WELL)).state, 2000, guard(GONE)).state;
  const back = feed(gone, 9000, guard({ ...WELL, canAct: false, cover: "unarmed", device: "" }));
  assert.deepEqual([back.told, back.state.hasGuard], [[], false]);
  assert.deepEqual(feed(back.state, 60_000, { type: "tick" }).told, []);
});

test("an agent that leaves closes the mark of the boot, durably, once", () => {
  const open = { ...fresh, record: { ...fresh.record, mark: "open" as const } };
  const left = decide(model, open, { type: "leaving", at: 5000, wall: 0 });
  assert.equal(left.state.record.mark, "closed");
  assert.deepEqual(left.actions, [{ type: "saveState", durability: "sync" }]);
  assert.deepEqual(decide(model, left.state, { type: "leaving", at: 5001, wall: 0 }).actions, []);
});

/** What is ordered when a monitor of this type fails while nothing can be saved. */
function orderedFor(type: string, at: number, facts: Partial<GuardFacts>): readonly string[] {
  const monitor = `monitor root on server: type ${type}, retries 0, final reboot`;
  const own = createModel(
    parseScenario(`reboots: escalate-after 0s, least-uptime 0s\n${monitor}\n`).spec,
  );
  let state = initialState(own, { at: 1000, wall: 0 });
  const orders: string[] = [];
  const take = (body: Body): void => {
    const decision = decide(own, state, { ...body, at, wall: at });
    state = decision.state;
    for (const one of decision.actions) {
      if (one.type === "order") orders.push(one.order.kind);
      if (one.type !== "saveState" || one.op === undefined) continue;
      take({ type: "actionFinished", op: one.op, result: "failed", reason: "EIO" });
    }
  };
  const boot = {
    bootId: "b",
    machineId: "m",
    uptimeMs: 1000,
    hasWatchdogStatus: false,
    hasPanicRecord: false,
    recordFault: null,
    stateFault: null,
    configFault: null,
  };
  take({ type: "agentStarted", boot, observed: new Map(), hasGuard: true });
  take(guard({ ...WELL, ...facts }));
  take({ type: "saveFinished", fault: "EIO", isSlow: false });
  const probe = { outcome: "failed", reason: "EIO", durationMs: 1, isTimeout: false } as const;
  take({ type: "probeFinished", monitor: "root", ...probe });
  return orders;
}

for (const [name, type, at, facts, orders] of [
  ["a dead disk in a boot that is marked", "disk", HOUR, {}, ["reboot"]],
  ["a dead disk in a boot that is not", "disk", MINUTE, { isCharged: false }, []],
  ["anything else", "http", HOUR, {}, []],
  ["anything else in a short boot", "http", 29 * MINUTE, {}, ["reboot"]],
] as const) {
  test(`with a save that fails ${name} leads to: ${orders.join() || "nothing"}`, () => {
    assert.deepEqual(orderedFor(type, at, facts), orders);
  });
}
