/** The agent's part: what a destination is told, storms, its queue, and what is told about it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PreparedDestination } from "../../src/base/destination.ts";
import { notTaken, taken } from "../mail/fake-post.ts";
import { until } from "../process/lab.ts";
import { Bench, config, HOOK, ready } from "./duty-bench.ts";

const MINUTE = 60_000;

test("without a filter a webhook is told what needs a person and how incidents end, one sender for all", async () => {
  const bench = await ready(new Bench());
  bench.open = ["20270115-1"];
  bench.hear("incident-opened", "20270115-1");
  bench.hear("step-begun", "20270115-1");
  bench.hear("recovery-exhausted", "20270115-1");
  bench.hear("incident-ended", "20270115-1");
  bench.hear("agent-started");
  await bench.pass(2000);
  assert.deepEqual(bench.ids(), ["recovery-exhausted", "incident-ended"]);
  assert.deepEqual(
    bench.waiting().map(({ notice }) => notice.openIncidents),
    [1, 0],
  );
  assert.equal(bench.post().started, 1);
  bench.post().end(taken);
  await bench.pass(0);
  assert.deepEqual(bench.told, []);
  assert.deepEqual(bench.faults, []);
});

// The filter, and which of these are told.
const EVENTS = [
  "agent-started",
  "monitor-warning",
  "monitor-failed",
  "recovery-exhausted",
] as const;
const FILTERS = [
  ["severity: info", EVENTS],
  ["severity: error", ["monitor-failed", "recovery-exhausted"]],
  ["modules: [monitor]", ["monitor-warning", "monitor-failed"]],
  ["events: [agent-started, monitor-failed]", ["agent-started", "monitor-failed"]],
  ["severity: info, except: [agent-started]", EVENTS.slice(1)],
  ["except: [recovery-exhausted]", []],
] as const;

for (const [filter, expected] of FILTERS) {
  test(`filter ${filter}`, async () => {
    const bench = await ready(
      new Bench(`{ hook: { type: webhook, url: "https://x.example.org/", ${filter} } }`),
    );
    for (const id of EVENTS) bench.hear(id);
    await bench.pass(2000);
    assert.deepEqual(bench.ids(), expected);
  });
}

test("a destination is never told about itself, others are", async () => {
  const bench = await ready(new Bench(`{ ${HOOK}, log: { type: syslog } }`));
  bench.hear("record-fault");
  await bench.pass(2000);
  bench.post().end(notTaken);
  await bench.pass(0);
  assert.deepEqual(
    bench.told.map(({ id }) => id),
    ["destination-fails"],
  );
  await bench.pass(2000);
  assert.deepEqual(bench.ids(), ["record-fault"]);
  assert.deepEqual(bench.ids("log"), ["record-fault", "destination-fails"]);
  assert.equal(bench.all.isFaulty, true);
  await bench.pass(MINUTE);
  bench.post().end(taken);
  await bench.pass(0);
  assert.equal(bench.all.isFaulty, false);
  assert.deepEqual(
    bench.told.map(({ id }) => id),
    ["destination-fails", "destination-works"],
  );
});

test("ten thousand events in a second are a few notices, and one that counts the rest", async () => {
  const bench = await ready(new Bench("{ log: { type: syslog, per-minute: 20 } }"));
  for (let count = 0; count < 10_000; count += 1) {
    bench.hear("monitor-unknown", null, { monitor: `m${count}`, reason: "x".repeat(1000) });
  }
  bench.hear("recovery-exhausted");
  await bench.pass(2000);
  assert.equal(bench.waiting("log").length, 16);
  assert.equal(bench.ids("log").at(-1), "recovery-exhausted");
  await bench.pass(MINUTE);
  const folded = bench.waiting("log").at(-1)?.notice;
  assert.equal(bench.waiting("log").length, 17);
  assert.equal(folded?.more, 9985);
  assert.match(folded?.message ?? "", /^… and 9985 more .*Among them: /);
  assert.deepEqual(bench.faults, []);
});

test("too much waits: what only informs goes first, and it is counted and told to others", async () => {
  const both = "severity: info, per-minute: 600";
  const bench = await ready(
    new Bench(
      `{ hook: { type: webhook, url: "https://x.example.org/", ${both} }, log: { type: syslog, events: [destination-dropped] } }`,
    ),
  );
  bench.hear("recovery-exhausted");
  for (let count = 0; count < 260; count += 1) {
    bench.hear("agent-started");
    await bench.pass(0);
  }
  await bench.pass(5000);
  assert.equal(bench.waiting().length, 200);
  assert.equal(bench.ids()[0], "recovery-exhausted");
  await bench.pass(60 * MINUTE);
  const dropped = bench.told.filter(({ id }) => id === "destination-dropped");
  assert.equal(dropped.length, 2);
  const count = dropped.reduce((sum, { fields }) => sum + Number(Reflect.get(fields, "count")), 0);
  assert.equal(count, 61);
  assert.ok(bench.waiting("log").length > 0);
});

for (const [name, spoil] of [
  ["is full", (bench: Bench) => (bench.post().durable.fault = "ENOSPC: no space left on device")],
  ["hangs", (bench: Bench) => (bench.post().durable.hangs = true)],
] as const) {
  test(`a disk that ${name}: the notice waits in memory, and goes out`, async () => {
    const bench = await ready(new Bench());
    spoil(bench);
    bench.hear("record-fault");
    await bench.pass(20_000);
    assert.equal(bench.post().inMemory.mails.size, 1);
    assert.equal(bench.post().started, 1);
  });
}

test("what is new waits for what is old, so nothing overtakes, and goes out after a restart", async () => {
  const bench = await ready(new Bench());
  bench.hear("record-fault");
  await bench.pass(2000);
  bench.post().end(notTaken);
  await bench.pass(0);
  bench.hear("state-lost");
  await bench.pass(2000);
  const [old, fresh] = bench.waiting();
  assert.equal(bench.post().started, 1);
  assert.equal(fresh?.nextWall, old?.nextWall);
  await bench.all.leave();
  const next = await ready(new Bench(undefined, bench.posts));
  await next.pass(2 * MINUTE);
  assert.equal(next.post().started, 2);
  next.post().end(taken);
  await next.pass(0);
  assert.deepEqual(next.waiting(), []);
});

test("a changed destination is prepared anew, one that is gone is forgotten with what waits", async () => {
  const bench = await ready(new Bench());
  bench.hear("record-fault");
  await bench.pass(2000);
  const prepared = bench.post().prepared as (PreparedDestination | null)[];
  assert.equal(prepared[0]?.params["url"], "https://hooks.example.org/x");
  assert.equal(prepared[0]?.lost?.id, "agent-lost");
  bench.all.configure(config('{ hook: { type: webhook, url: "https://other.example.org/" } }'));
  const isOther = (): boolean => prepared.at(-1)?.params["url"] === "https://other.example.org/";
  await until("it is prepared anew", isOther);
  bench.all.configure(config("{}"));
  await until("it is taken away", () => prepared.at(-1) === null);
  await bench.pass(10_000);
  assert.equal(bench.waiting().length, 0);
  assert.equal(await bench.all.test("hook"), null);
  bench.hear("record-fault");
  await bench.pass(2000);
  assert.equal(bench.waiting().length, 0);
});

test("a test is tried at once, and who waits is told what became of it, or why nothing did", async () => {
  const bench = await ready(new Bench());
  const begun = await bench.all.test("hook");
  assert.equal(begun?.place, "hooks.example.org");
  await bench.pass(2000);
  assert.equal(bench.waiting().length, 0);
  const end = bench.all.testEnd("hook", begun?.id ?? "", MINUTE);
  bench.post().end(taken);
  await bench.pass(0);
  assert.deepEqual((await end)?.refused, []);
  bench.post().fault = "the spawner could not be reached for 5 s";
  const second = await bench.all.test("hook");
  await bench.pass(2000);
  const told = await bench.all.testEnd("hook", second?.id ?? "", 0);
  assert.match(told?.attempts[0]?.faults[0]?.why ?? "", /no sender could be started: the spawner/);
  assert.deepEqual(bench.told, []);
});

test("so many senders run at once, the others wait for their turn", async () => {
  const names = Array.from({ length: 10 }, (_, at) => `d${at}`);
  const bench = await ready(
    new Bench(`{ ${names.map((name) => `${name}: { type: syslog }`).join(", ")} }`),
  );
  await until("all are loaded", () => bench.all.names.length === names.length);
  await bench.pass(0);
  bench.hear("record-fault");
  await bench.pass(2000);
  const running = (): readonly string[] => names.filter((name) => bench.post(name).started > 0);
  assert.equal(running().length, 4);
  bench.post(running()[0]).end(taken);
  await bench.pass(0);
  assert.equal(running().length, 5);
});
