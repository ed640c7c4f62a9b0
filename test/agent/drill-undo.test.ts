/** A fault that cannot be undone at once: it is tried again, and a person is told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createDrillFiles } from "../../src/agent/drill-files.ts";
import type { DrillOrder } from "../../src/agent/drill-order.ts";
import { Drills } from "../../src/agent/drills.ts";
import { MINUTE, SECOND } from "../../src/base/duration.ts";
import { succeed } from "../../src/base/result.ts";
import type { DrillNews } from "../../src/core/drill-news.ts";
import { initialState } from "../../src/core/initial.ts";
import { createModel } from "../../src/core/model.ts";
import { parseScenario } from "../../src/simulate/parse.ts";
import { FakeClock } from "./fake-clock.ts";

const MODEL = createModel(parseScenario("group shop: app\n00:00 end\n").spec);

/** A folder in memory. */
function folder(kept: Map<string, string>) {
  return {
    list: async () => [...kept.keys()],
    read: async (name: string) => kept.get(name) ?? "",
    write: async (name: string, text: string) => void kept.set(name, text),
    rename: async () => {},
    remove: async (name: string) => void kept.delete(name),
  };
}

interface World {
  readonly clock: FakeClock;
  readonly drills: Drills;
  readonly news: DrillNews[];
  /** So many more tries to undo it fail. */
  failures: number;
  tries: number;
}

function agent(kept: Map<string, string>, bootId = "boot-1"): World {
  const clock = new FakeClock();
  const news: DrillNews[] = [];
  const drills = new Drills({
    clock,
    tree: () => ({ tracking: "cgroup", main: null, pids: [] }),
    readProcess: async () => null,
    signal: () => true,
    run: async () => {
      world.tries += 1;
      world.failures -= 1;
      const code = world.failures >= 0 ? 1 : 0;
      return { kind: "exited", code, output: "it is busy", isCut: false, durationMs: 1 };
    },
    bootId,
    files: createDrillFiles(clock, folder(kept)),
    state: () => initialState(MODEL, { at: 0, wall: 0 }),
    mode: () => "enforce",
    onEvent: () => () => {},
    onDecision: () => () => {},
    settled: async () => {},
    tell: (one) => news.push(one),
    onFault: (what, error) => assert.fail(`${what}: ${String(error)}`),
  });
  const world: World = { clock, drills, news, failures: 0, tries: 0 };
  return world;
}

const ORDER: DrillOrder = {
  kind: "fill",
  target: "space",
  by: "root",
  planned: null,
  forMs: 10 * SECOND,
  noticeMs: 20 * SECOND,
  scope: { groups: new Set(), resources: new Set(), monitors: new Set(), waiting: new Set() },
  fault: {
    what: "the free space of /srv is reserved",
    undo: { is: "remove", path: "/srv/.solosafe-drill" },
    make: async () => succeed(null),
    halt: async () => {},
    isGone: () => false,
  },
};

test("a fault that is undone at the third try is undone", async () => {
  const world = agent(new Map());
  assert.ok((await world.drills.make(ORDER)).ok);
  world.failures = 2;
  await world.clock.pass(MINUTE);
  const report = await world.drills.show(null);
  assert.equal(report?.undoFault, null);
  assert.ok((report?.undoneMs ?? 0) >= 13 * SECOND);
  assert.equal(world.tries, 3);
  assert.deepEqual(
    world.news.map(({ is }) => is),
    ["begun", "ended"],
  );
});

test("after five tries a person is told, and the next agent tries again", async () => {
  const kept = new Map<string, string>();
  const world = agent(kept);
  assert.ok((await world.drills.make(ORDER)).ok);
  world.failures = 1000;
  await world.clock.pass(2 * MINUTE);
  assert.equal(world.tries, 5);
  assert.deepEqual(world.news[1], {
    is: "not-undone",
    drill: 1,
    target: "space",
    tries: 5,
    fault: "/usr/bin/rm: it is busy",
  });
  assert.equal((await world.drills.show(1))?.undoFault, "/usr/bin/rm: it is busy");
  assert.equal((await world.drills.show(1))?.verdict, "not-detected");
  const next = agent(kept);
  await next.drills.begin();
  assert.equal(next.tries, 1);
  assert.deepEqual(next.news, []);
  const report = await next.drills.show(1);
  assert.deepEqual([report?.undoFault, report?.verdict], [null, "not-detected"]);
  const third = agent(kept);
  await third.drills.begin();
  assert.equal(third.tries, 0);
});

test("an agent that was killed in a drill: the next one undoes it, and says that it was cut short", async () => {
  const kept = new Map<string, string>();
  assert.ok((await agent(kept).drills.make(ORDER)).ok);
  const next = agent(kept);
  next.failures = 1;
  const begun = next.drills.begin();
  await next.clock.pass(MINUTE);
  await begun;
  assert.equal(next.tries, 2);
  assert.deepEqual(
    next.news.map((one) => (one.is === "ended" ? one.verdict : one.is)),
    ["cut-short"],
  );
});
