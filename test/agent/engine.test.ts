import assert from "node:assert/strict";
import test from "node:test";
import { Engine, type NewInput, type Policy } from "../../src/agent/engine.ts";
import { createGapClock } from "../../src/agent/gap-clock.ts";
import type { Action } from "../../src/core/action.ts";
import { initialState } from "../../src/core/initial.ts";
import type { Input } from "../../src/core/input.ts";
import { createModel, type Model } from "../../src/core/model.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { FakeClock, settle } from "./fake-clock.ts";

const MODEL: Model = createModel({
  mode: "enforce",
  reboots: { limit: 3, leastUptimeMs: 0, escalateAfterMs: 0, gracefulTimeoutMs: 0 },
  groups: [],
  resources: [],
  monitors: [],
  windows: [],
});

const probeNow = (monitor: string): Action => ({ type: "probeNow", monitor });
const SYNC: Action = { type: "saveState", durability: "sync" };

interface Bench {
  readonly clock: FakeClock;
  readonly engine: Engine;
  readonly inputs: Input[];
  readonly performed: Action[];
  readonly broken: unknown[];
}

function bench(parts: {
  readonly actions?: (input: Input) => readonly Action[];
  readonly deadline?: (now: number) => number | null;
  readonly perform?: (action: Action, engine: Engine) => Promise<void> | null;
}): Bench {
  const clock = new FakeClock();
  const inputs: Input[] = [];
  const performed: Action[] = [];
  const broken: unknown[] = [];
  const policy: Policy = {
    decide: (_model, state, input) => {
      inputs.push(input);
      return { state: { ...state, at: input.at }, actions: parts.actions?.(input) ?? [] };
    },
    nextDeadline: () => parts.deadline?.(clock.now()) ?? null,
  };
  const engine: Engine = new Engine({
    policy,
    clock,
    checkGap: () => {},
    model: MODEL,
    state: initialState(MODEL, { at: 0, wall: 0 }),
    perform: (action) => {
      performed.push(action);
      return parts.perform?.(action, engine) ?? null;
    },
    onBroken: (error) => broken.push(error),
  });
  return { clock, engine, inputs, performed, broken };
}

const held = (isHeld: boolean): NewInput => ({ type: "packageWork", isHeld });
const types = (inputs: readonly Input[]): string[] => inputs.map((input) => input.type);

test("a quick ok that changed nothing is not decided again until something changes", () => {
  const inputs: Input[] = [];
  const told: string[] = [];
  let isQuiet = true;
  const engine = new Engine({
    policy: {
      decide: (_model, state, input) => {
        inputs.push(input);
        return { state: isQuiet ? state : { ...state, at: input.at }, actions: [] };
      },
      nextDeadline: () => null,
    },
    clock: new FakeClock(),
    checkGap: () => {},
    model: MODEL,
    state: initialState(MODEL, { at: 0, wall: 0 }),
    perform: () => null,
    onBroken: assert.fail,
  });
  engine.onProbe(({ monitor }) => told.push(monitor));
  const probed = (name: string, outcome: "ok" | "warning" = "ok", durationMs = 0.1): number => {
    const before = inputs.length;
    const end = { outcome, reason: "", durationMs, isTimeout: false };
    engine.submit({ type: "probeFinished", monitor: name, ...end });
    return inputs.length - before;
  };
  assert.deepEqual([probed("a"), probed("b"), probed("a"), probed("b")], [1, 1, 0, 0]);
  assert.deepEqual([probed("a", "warning"), probed("a", "warning")], [1, 1]);
  assert.deepEqual([probed("a", "ok", 50), probed("a")], [1, 0]);
  isQuiet = false;
  engine.submit(held(true));
  assert.deepEqual([probed("a"), probed("a")], [1, 1]);
  isQuiet = true;
  assert.deepEqual([probed("a"), probed("a"), probed("b")], [1, 0, 1]);
  assert.equal(told.length, 13);
});

test("an input that an action causes is decided after the actions of the first", () => {
  const { engine, inputs, performed } = bench({
    actions: (input) => (input.type === "packageWork" ? [probeNow("one"), probeNow("two")] : []),
    perform: (action, own) => {
      if (action.type === "probeNow" && action.monitor === "one") own.submit({ type: "tick" });
      return null;
    },
  });
  engine.submit(held(true));
  assert.deepEqual(types(inputs), ["packageWork", "tick"]);
  assert.deepEqual(performed, [probeNow("one"), probeNow("two")]);
});

test("inputs carry the time of their turn and never go back", async () => {
  const { clock, engine, inputs } = bench({});
  engine.submit(held(true));
  await clock.pass(5);
  engine.submit(held(false));
  const [first, second] = inputs;
  assert.equal((second?.at ?? 0) - (first?.at ?? 0), 5);
  assert.equal(second?.wall, clock.wall());
});

test("actions after a durable save wait for it, decisions do not", async () => {
  const save = Promise.withResolvers<void>();
  const { engine, inputs, performed } = bench({
    actions: (input) =>
      input.type === "packageWork" && input.isHeld ? [SYNC, probeNow("one")] : [probeNow("two")],
    perform: (action) => (action.type === "saveState" ? save.promise : null),
  });
  engine.submit(held(true));
  engine.submit(held(false));
  assert.equal(inputs.length, 2);
  assert.deepEqual(performed, [SYNC]);
  save.resolve();
  await settle();
  assert.deepEqual(performed, [SYNC, probeNow("one"), probeNow("two")]);
});

test("a save that rejects holds nothing back", async () => {
  const { engine, performed } = bench({
    actions: () => [SYNC, probeNow("one")],
    perform: (action) => (action.type === "saveState" ? Promise.reject(new Error("full")) : null),
  });
  engine.submit(held(true));
  await settle();
  assert.deepEqual(performed, [SYNC, probeNow("one")]);
});

test("a tick comes at the deadline of the state", async () => {
  const deadlines = [1_000_250, null];
  const { clock, engine, inputs } = bench({ deadline: () => deadlines.shift() ?? null });
  engine.submit(held(true));
  await clock.pass(249);
  assert.deepEqual(types(inputs), ["packageWork"]);
  await clock.pass(1);
  assert.deepEqual(types(inputs), ["packageWork", "tick"]);
  assert.equal(inputs[1]?.at, 1_000_250);
});

test("a deadline that has come is decided before an input that comes after it", () => {
  const deadlines = [1_000_100, null, null];
  const { clock, engine, inputs } = bench({ deadline: () => deadlines.shift() ?? null });
  engine.submit(held(true));
  clock.freeze(500);
  engine.submit(held(false));
  assert.deepEqual(types(inputs), ["packageWork", "tick", "packageWork"]);
});

test("a deadline that a tick does not move is not looked at without a rest", async () => {
  const { clock, engine, inputs } = bench({ deadline: (now) => now - 1 });
  engine.submit(held(true));
  await clock.pass(1000);
  const ticks = inputs.filter((input) => input.type === "tick").length;
  assert.ok(ticks >= 5 && ticks <= 12, `${ticks} ticks in a second`);
});

test("a broken invariant stops everything and is told with its input", async () => {
  const { engine, inputs, performed, broken } = bench({
    actions: () => {
      throw new Error("assertion failed: planted");
    },
  });
  engine.submit(held(true));
  engine.submit(held(false));
  await settle();
  assert.equal(inputs.length, 1);
  assert.equal(performed.length, 0);
  assert.match(String(broken[0]), /planted/);
});

test("the same inputs give the same actions, byte for byte", () => {
  const run = (): string => {
    const { engine, performed } = bench({ actions: (input) => [probeNow(input.type), SYNC] });
    for (const isHeld of [true, false, true]) engine.submit(held(isHeld));
    return JSON.stringify(performed);
  };
  assert.equal(run(), run());
});

test("after a gap it is told first, and timers fire later by what was lost", async () => {
  const fake = new FakeClock();
  const told: (string | number)[] = [];
  const clock = createGapClock(fake, (lostMs) => told.push(Math.round(lostMs / 1000)));
  clock.timer(3000, () => told.push("timer"));
  await fake.pass(2000);
  fake.freeze(90_000);
  await fake.pass(500);
  assert.deepEqual(told, [90]);
  await fake.pass(1500);
  assert.deepEqual(told, [90, "timer"]);
  clock.stop();
  assert.equal(fake.waiting, 0);
});

test("five seconds without a beat are no gap, and timers keep their time", async () => {
  const fake = new FakeClock();
  const told: string[] = [];
  const clock = createGapClock(fake, () => told.push("gap"));
  clock.timer(3000, () => told.push("timer"));
  fake.freeze(5000);
  await fake.pass(0);
  assert.deepEqual(told, ["timer"]);
  clock.stop();
});

test("the clock looks at itself each second while something is due soon, otherwise rarely", async () => {
  const fake = new FakeClock();
  const told: string[] = [];
  const clock = createGapClock(fake, (lostMs) => told.push(`gap ${Math.round(lostMs / 1000)}`));
  await fake.pass(20_000);
  // Nothing is due: that a second passed unseen, or ten, is nothing.
  fake.freeze(10_000);
  await fake.pass(5000);
  assert.equal(told.length, 0);
  clock.timer(30_000, () => told.push("timer"));
  await fake.pass(2000);
  fake.freeze(10_000);
  await fake.pass(27_500);
  assert.deepEqual(told, ["gap 10"]);
  await fake.pass(1000);
  assert.deepEqual(told, ["gap 10", "timer"]);
  clock.stop();
  assert.equal(fake.waiting, 0);
});

test("what was due soon and was taken back leaves no look behind, and hides no gap", async () => {
  const fake = new FakeClock();
  let looks = 0;
  const told: string[] = [];
  const counting: Clock = {
    now: () => fake.now(),
    wall: () => fake.wall(),
    timer: (delayMs, callback) => fake.timer(delayMs, callback),
    at: (instant, callback) =>
      fake.at(instant, () => {
        looks += 1;
        callback();
      }),
  };
  const clock = createGapClock(counting, (lostMs) => told.push(`gap ${Math.round(lostMs / 1000)}`));
  await fake.pass(20_000);
  looks = 0;
  for (let probe = 0; probe < 10; probe += 1) {
    const both = [clock.timer(10_000, () => {}), clock.timer(10_000, () => {})];
    await fake.pass(10);
    for (const timer of both) timer.cancel();
    await fake.pass(4990);
  }
  assert.deepEqual([looks, told], [10, []]);
  const timer = clock.timer(10_000, () => {});
  fake.freeze(60_000);
  timer.cancel();
  clock.check();
  assert.deepEqual(told, ["gap 60"]);
  clock.stop();
  assert.equal(fake.waiting, 0);
});

test("what is due at a shared instant waits for the gap to be told", async () => {
  const fake = new FakeClock();
  const told: string[] = [];
  const clock = createGapClock(fake, () => told.push("gap"));
  clock.at(fake.now() + 20_000, () => told.push("shared"));
  await fake.pass(10_000);
  fake.freeze(60_000);
  await fake.pass(9000);
  assert.deepEqual(told, ["gap"]);
  await fake.pass(6000);
  assert.deepEqual(told, ["gap", "shared"]);
  clock.stop();
});

test("a gap is noticed by the first input, before any timer", () => {
  const fake = new FakeClock();
  const told: string[] = [];
  const clock = createGapClock(fake, () => told.push("gap"));
  fake.freeze(60_000);
  clock.check();
  clock.check();
  assert.deepEqual(told, ["gap"]);
  clock.stop();
});

test("performed settles only when what a save held back was begun, its own save included", async () => {
  const saves: (() => void)[] = [];
  const { engine, performed } = bench({
    actions: () => [SYNC],
    perform: () => new Promise<void>((resolve) => saves.push(resolve)),
  });
  engine.submit({ type: "tick" });
  engine.submit({ type: "tick" });
  let isDone = false;
  void engine.performed().then(() => {
    isDone = true;
  });
  saves[0]?.();
  await settle();
  assert.equal(performed.length, 2);
  assert.equal(isDone, false);
  saves[1]?.();
  await settle();
  assert.equal(isDone, true);
});

test("who leaves still begins what was decided behind a save, and decides nothing more", async () => {
  const saved = Promise.withResolvers<void>();
  const { engine, inputs, performed } = bench({
    actions: () => [SYNC, probeNow("one")],
    perform: (action) => (action.type === "saveState" ? saved.promise : null),
  });
  engine.submit(held(true));
  const finished = engine.finish();
  engine.submit(held(false));
  saved.resolve();
  await finished;
  assert.deepEqual(performed, [SYNC, probeNow("one")]);
  assert.equal(inputs.length, 1);
});

test("a save that hangs does not keep anybody from leaving", async () => {
  const { clock, engine, performed } = bench({
    actions: () => [SYNC, probeNow("one")],
    perform: (action) => (action.type === "saveState" ? new Promise(() => {}) : null),
  });
  engine.submit(held(true));
  const finished = engine.finish();
  await clock.pass(2000);
  await finished;
  assert.deepEqual(performed, [SYNC]);
});
