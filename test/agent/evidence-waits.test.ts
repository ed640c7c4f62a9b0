/** How long a stop waits for evidence: as short as it takes, ten seconds at most, and never a last resort. */
import assert from "node:assert/strict";
import test from "node:test";
import { Evidence, EVIDENCE_LIMIT } from "../../src/agent/evidence.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { ProgramRun } from "../../src/ports/host.ts";
import { FakeClock, settle } from "./fake-clock.ts";

const LOG = "/var/log/solosafe";
const KEPT = {
  kind: "exited",
  code: 0,
  output: '{"folder":"i1/1-shop_web","files":6}',
} as const satisfies ProgramRun;

interface Run {
  readonly words: readonly string[];
  readonly timeoutMs: number;
  readonly end: (run: ProgramRun) => void;
}

/** Evidence of a resource with one process, taken by a program that ends when the test says so. */
function bench(text = "") {
  const loaded = loadConfig(
    `groups: { shop: { resources: { web: { exec: /x } } } }\n${text}`,
    "/c",
  );
  assert.ok(loaded.ok);
  const clock = new FakeClock();
  const runs: Run[] = [];
  const kept: unknown[] = [];
  const faults: string[] = [];
  const evidence = new Evidence({
    clock,
    places: { folder: "/state/evidence", logs: LOG },
    config: () => loaded.config,
    tree: () => ({ tracking: "cgroup", main: { pid: 7, startTime: 1 }, pids: [7, 8] }),
    run: (words, timeoutMs) => new Promise((end) => runs.push({ words, timeoutMs, end })),
    onKept: (incident, fields) => kept.push([incident, fields]),
    onFault: (what) => faults.push(what),
  });
  const take = (stop: string | null): void =>
    evidence.take({ incident: "i1", resource: "shop/web", stop });
  /** Whether the stop still waits. */
  const waits = async (stop: string): Promise<boolean> => {
    await settle();
    return evidence.before(stop) !== null;
  };
  return { clock, runs, kept, faults, evidence, take, waits };
}

test("a stop waits until the program has ended, and the event says where it is", async () => {
  const { runs, kept, take, waits } = bench();
  take("o1");
  assert.equal(await waits("o1"), true);
  assert.equal(await waits("o2"), false);
  const wish = JSON.parse(runs[0]?.words.at(-1) ?? "");
  assert.deepEqual([wish.pids, wish.isAlive, wish.output], [[7, 8], true, `${LOG}/shop.web.log`]);
  runs[0]?.end(KEPT);
  assert.equal(await waits("o1"), false);
  const fields = { resource: "shop/web", folder: "/state/evidence/i1/1-shop_web", files: 6 };
  assert.deepEqual(kept, [["i1", fields]]);
});

test("a program that hangs is not waited for longer than ten seconds", async () => {
  const { clock, runs, take, waits, evidence } = bench();
  take("o1");
  let isOver = false;
  void evidence.before("o1")?.then(() => {
    isOver = true;
  });
  await clock.pass(EVIDENCE_LIMIT - 1);
  assert.deepEqual([isOver, await waits("o1")], [false, true]);
  await clock.pass(1);
  assert.deepEqual([isOver, await waits("o1")], [true, false]);
  assert.equal(EVIDENCE_LIMIT, 10_000);
  assert.equal(runs[0]?.timeoutMs, EVIDENCE_LIMIT, "and it is ended then");
  assert.ok(JSON.parse(runs[0]?.words.at(-1) ?? "").limitMs < EVIDENCE_LIMIT);
});

test("a server-level action lets all stops go at once, and later ones wait again", async () => {
  const { clock, take, waits, evidence } = bench();
  for (const stop of ["o1", "o2"]) take(stop);
  assert.deepEqual([await waits("o1"), await waits("o2")], [true, true]);
  evidence.hurry();
  assert.deepEqual([await waits("o1"), await waits("o2")], [false, false]);
  assert.equal(clock.waiting, 0, "no limit is left running");
  take("o3");
  assert.equal(await waits("o3"), true);
});

test("of what has ended evidence is taken later, with more time, and no stop waits", async () => {
  const { clock, runs, take, evidence } = bench();
  take(null);
  await clock.pass(4999);
  assert.equal(runs.length, 0);
  await clock.pass(1);
  assert.equal(runs.length, 1);
  assert.ok((runs[0]?.timeoutMs ?? 0) > EVIDENCE_LIMIT);
  assert.deepEqual(JSON.parse(runs[0]?.words.at(-1) ?? "").pids, []);
  evidence.hurry();
});

test("four at once are enough: the stop of a fifth waits for nothing", async () => {
  const { runs, take, waits } = bench();
  for (const stop of ["o1", "o2", "o3", "o4", "o5"]) take(stop);
  assert.deepEqual([await waits("o4"), await waits("o5")], [true, false]);
  assert.equal(runs.length, 4);
  runs[0]?.end(KEPT);
  await settle();
  take("o6");
  assert.equal(await waits("o6"), true);
});

test("what cannot be taken is a fault of ours and holds no stop", async () => {
  const { runs, kept, faults, take, waits } = bench();
  for (const stop of ["o1", "o2"]) take(stop);
  runs[0]?.end({ kind: "notStarted", code: "EAGAIN", message: "fork" });
  runs[1]?.end({ ...KEPT, output: '{"folder":null,"files":0}' });
  assert.deepEqual([await waits("o1"), await waits("o2")], [false, false]);
  assert.deepEqual(faults, ["evidence of shop/web was not kept"]);
  assert.deepEqual(kept, [], "and what was not taken is no event");
});

test("where nobody wants evidence no stop waits", async () => {
  const { runs, take, waits } = bench("evidence: { enabled: false }\n");
  take("o1");
  assert.equal(await waits("o1"), false);
  assert.equal(runs.length, 0);
});
