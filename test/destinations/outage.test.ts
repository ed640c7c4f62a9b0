/** Destinations and disks that fail: what is told of it, and that what waits goes out later. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { notTaken, taken } from "../mail/fake-post.ts";
import { Bench, config, HOOK, ready } from "./duty-bench.ts";

const MINUTE = 60_000;

test("refusals are told once an hour, with how many", async () => {
  const bench = await ready(new Bench());
  for (let count = 0; count < 5; count += 1) {
    bench.hear("record-fault");
    await bench.pass(2000);
    bench.post().end((item) => ({ ...notTaken(), refused: item.to, waiting: [] }));
    await bench.pass(0);
  }
  const reasons = (): readonly unknown[] =>
    bench.told
      .filter(({ id }) => id === "destination-refused")
      .map(({ fields }) => Reflect.get(fields, "reason"));
  assert.equal(reasons().length, 1);
  await bench.pass(60 * MINUTE);
  assert.equal(reasons().length, 2);
  assert.match(String(reasons()[1]), /nobody listens there \(and 3 more\)$/);
});

test("who fails is not told that others fail", async () => {
  const bench = await ready(new Bench(`{ ${HOOK}, log: { type: syslog } }`));
  bench.hear("record-fault");
  await bench.pass(2000);
  bench.post("log").end(notTaken);
  bench.post().end(notTaken);
  await bench.pass(2000);
  const before = bench.waiting("log").length + bench.waiting().length;
  bench.hear("destination-dropped", null, { destination: "other" });
  await bench.pass(2000);
  assert.equal(bench.waiting("log").length + bench.waiting().length, before);
});

test("a disk that cannot be read once: what waits is sent later", async () => {
  const bench = await ready(new Bench());
  bench.hear("record-fault");
  await bench.pass(2000);
  bench.post().durable.fault = "EIO: i/o error";
  bench.post().end();
  await bench.pass(0);
  bench.post().durable.fault = null;
  await bench.pass(MINUTE);
  assert.equal(bench.post().started, 2);
  const { posts } = bench;
  bench.post().end();
  await bench.all.leave();
  bench.post().durable.fault = "EIO: i/o error";
  const next = await ready(new Bench(undefined, posts));
  next.post().durable.fault = null;
  await next.pass(MINUTE);
  assert.equal(next.post().started, 3);
});

test("a disk that lets nothing go: what was sent is no fault of the sender", async () => {
  const bench = await ready(new Bench());
  bench.hear("record-fault");
  await bench.pass(2000);
  const [sent] = bench.waiting();
  assert.ok(sent);
  bench.post().end(taken);
  bench.post().durable.mails.set(sent.id, sent);
  for (let run = 0; run < 5; run += 1) {
    await bench.pass(MINUTE);
    bench.post().end();
  }
  await bench.pass(0);
  assert.equal(bench.post().started, 6);
  assert.deepEqual(bench.told, []);
});

test("what comes before the server goes down is sent at once", async () => {
  const bench = await ready(new Bench("{ log: { type: syslog, severity: info } }"));
  bench.hear("shutdown-began");
  await bench.pass(0);
  assert.equal(bench.post("log").started, 1);
  bench.post("log").end(taken);
  bench.hear("agent-started");
  await bench.pass(0);
  assert.equal(bench.post("log").started, 1);
});

test("one that is gone and whose disk hangs keeps no other one waiting", async () => {
  const bench = await ready(new Bench());
  bench.post().durable.hangs = true;
  bench.all.configure(config("{ log: { type: syslog } }"));
  const end = performance.now() + MINUTE;
  const isThere = (): boolean => bench.all.names.includes("log");
  while (!isThere() && performance.now() < end) await bench.pass(MINUTE);
  assert.ok(isThere());
});

test("a test that comes while a sender runs is left to the next one, not given up", async () => {
  const bench = await ready(new Bench());
  bench.hear("record-fault");
  await bench.pass(2000);
  const begun = await bench.all.test("hook");
  await bench.pass(0);
  bench.post().end();
  await bench.pass(2000);
  assert.equal(await bench.all.testEnd("hook", begun?.id ?? "", 0), null);
  assert.equal(bench.post().started, 2);
  bench.post().end(taken);
  await bench.pass(0);
  const end = await bench.all.testEnd("hook", begun?.id ?? "", 0);
  assert.deepEqual(end?.refused, []);
});
