import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeState } from "../../src/core/codec.ts";
import { nextDeadline } from "../../src/core/deadline.ts";
import { decide } from "../../src/core/decide.ts";
import { initialState } from "../../src/core/initial.ts";
import type { BootFacts, Command, Input, Outcome } from "../../src/core/input.ts";
import { createModel, type ResourceId } from "../../src/core/model.ts";
import { parseScenario } from "../../src/simulate/parse.ts";
import { deepFreeze } from "../simulation/freeze.ts";

const model = createModel(
  parseScenario(`group base: db
group shop after base: web, app after web
reboots: escalate-after 0s, least-uptime 0s
monitor page on shop/app: retries 1, reactivate 1, restart 1, final reboot, script 1
monitor life watches shop/web: reactivate 1, restart 0, final stop-group
monitor disk on server: retries 0, urgent, final reset, repeat-reboot
monitor gateway on nothing: retries 0
monitor data on server: retries 1, final reboot, stuck reset
window night: shop, gateway
monitor whole on all-groups: retries 0, requires gateway, reactivate 1, restart 0
`).spec,
);

// Names and operations that do not exist come too: late answers of what a configuration removed.
const monitors = fc.constantFrom(...model.monitors.keys(), "gone");
const resources = fc.constantFrom<ResourceId>("base/db", "shop/web", "shop/app", "gone/away");
const ops = fc.integer({ min: 0, max: 40 }).map((number) => `o${number}`);
const outcomes = fc.constantFrom<Outcome>("ok", "warning", "failed", "failed", "failed", "unknown");

const boot: BootFacts = {
  bootId: "b1",
  machineId: "m1",
  uptimeMs: 0,
  hasWatchdogStatus: false,
  hasPanicRecord: false,
  recordFault: null,
  stateFault: null,
  configFault: null,
};

const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    type: fc.constantFrom("start", "stop", "restart"),
    group: fc.constantFrom("base", "shop"),
    resource: fc.constant(null),
  }),
  fc.record({
    type: fc.constant("suspend"),
    scope: fc.constantFrom("all", "group:shop", "monitor:page"),
    forMs: fc.constantFrom(null, 1000, 60_000),
  }),
  fc.record({
    type: fc.constant("resume"),
    scope: fc.constantFrom("all", "group:shop", "monitor:page"),
  }),
  fc.record({
    type: fc.constant("rehearse"),
    monitor: fc.constantFrom(...model.monitors.keys()),
    isOn: fc.boolean(),
  }),
  fc.record({
    type: fc.constant("clear"),
    name: fc.constantFrom(null, "shop", "shop/app", "page"),
  }),
  fc.constant<Command>({ type: "clearReboots" }),
  fc.constant<Command>({ type: "orderServer", kind: "reboot" }),
);

const bodies = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("probeFinished"),
      monitor: monitors,
      outcome: outcomes,
      reason: fc.constant("why"),
      durationMs: fc.nat(9000),
      isTimeout: fc.boolean(),
      isAlertOnly: fc.boolean(),
      isStuck: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("actionFinished"),
      op: ops,
      result: fc.constantFrom("done", "done", "failed", "timed-out", "still-populated"),
      reason: fc.constant("why"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("resourceEnded"),
      resource: resources,
      how: fc.constant("signal KILL"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("command"),
      command: commands,
      by: fc.constant("root"),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ type: "tick" }) },
  fc.record({ type: fc.constant("gap"), lostMs: fc.nat(100_000) }),
  fc.record({
    type: fc.constant("window"),
    window: fc.constantFrom("night", "gone"),
    isOpen: fc.boolean(),
    untilWall: fc.constantFrom(0, 1e12 + 600_000, 2e12),
  }),
  fc.record({ type: fc.constant("packageWork"), isHeld: fc.boolean() }),
  fc.record({ type: fc.constant("stoppedOutside"), resource: resources, isStopped: fc.boolean() }),
  fc.record({ type: fc.constant("restartedOutside"), resource: resources, count: fc.nat(9) }),
  fc.record({
    type: fc.constant("saveFinished"),
    fault: fc.constantFrom(null, "full"),
    isSlow: fc.boolean(),
  }),
  fc.constant({ type: "agentStarted", boot, observed: new Map(), hasGuard: true }),
);

const histories = fc.array(fc.tuple(bodies, fc.nat(120_000)), { maxLength: 60 });

/** Gives the policy a history of inputs, each a while after the one before. */
function play(
  history: readonly (readonly [object, number])[],
  see: (input: Input, actions: unknown) => void,
) {
  let at = 1000;
  let state = deepFreeze(initialState(model, { at, wall: at }));
  const first = { type: "agentStarted", boot, observed: new Map(), hasGuard: true };
  for (const [body, after] of [[first, 0] as const, ...history]) {
    at += after;
    // The generator pairs type and fields; the compiler cannot follow it.
    const input = { ...body, at, wall: 1e12 + at } as Input;
    const decision = decide(model, state, input);
    see(input, decision.actions);
    state = deepFreeze(decision.state);
    if (input.type === "tick")
      assert.ok(nextDeadline(model, state) > at, "a tick leads to a later one");
  }
  return state;
}

test("no history makes the policy throw, change its input, or stand still", () => {
  fc.assert(
    fc.property(histories, (history) => void play(history, () => {})),
    { numRuns: 500 },
  );
});

test("the same history is answered the same", () => {
  fc.assert(
    fc.property(histories, (history) => {
      const answers: unknown[] = [];
      const end = encodeState(play(history, (_input, actions) => answers.push(actions)));
      const again: unknown[] = [];
      const other = encodeState(play(history, (_input, actions) => again.push(actions)));
      assert.deepEqual(again, answers);
      assert.deepEqual(JSON.stringify(other), JSON.stringify(end));
    }),
    { numRuns: 100 },
  );
});
