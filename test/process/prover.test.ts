import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { GUARD_FIFO, type GuardMessage, type Sender } from "../../src/base/guard-message.ts";
import { openGuardLines } from "../../src/host/guard-lines.ts";
import { readStat } from "../../src/host/proc.ts";
import { beginThread, isJoined, touchFreshMemory } from "../../src/host/proof-calls.ts";
import { proveThread } from "../../src/workers/proofs.ts";
import { startSpawner, until } from "./lab.ts";

/** A spawner on a folder in which a guard listens, and what it told so far. */
async function startProver(t: TestContext, prepare: (run: string) => void = () => {}) {
  const run = mkdtempSync(join(tmpdir(), "solosafe prover-"));
  t.after(() => rmSync(run, { recursive: true, force: true }));
  prepare(run);
  const opened = openGuardLines(join(run, GUARD_FIFO));
  assert.ok(opened.ok);
  t.after(() => opened.value.close());
  const child = await startSpawner(run);
  t.after(() => child.kill("SIGKILL"));
  const by: Sender = { pid: child.pid ?? 0, startTime: readStat(child.pid ?? 0)?.startTime ?? 0 };
  const told: GuardMessage[] = [];
  const next = (): Promise<GuardMessage> =>
    until("the guard is told something", () => {
      told.push(...opened.value.read());
      return told.shift();
    });
  return { run, child, by, next };
}

test("the spawner proves five things, and says when it leaves", async (t) => {
  const { run, child, by, next } = await startProver(t);
  const proof = await next();
  assert.equal(proof.is, "proof");
  assert.ok(proof.is === "proof");
  assert.deepEqual(proof.by, by);
  for (const [name, took] of Object.entries(proof.times)) assert.ok(took >= 0 && took < 1e6, name);
  assert.equal(existsSync(join(run, "proof")), false);
  assert.equal(readStat(`${by.pid}`)?.state === "Z", false);
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  assert.deepEqual(await next(), { is: "leaving", who: "prover", by });
  assert.deepEqual(await ended, [0, null]);
});

test("a proof that cannot be brought is told with its reason", async (t) => {
  // A folder has the name of its file.
  const { by, next } = await startProver(t, (run) => mkdirSync(join(run, "proof")));
  const missing = await next();
  assert.ok(missing.is === "no-proof");
  assert.deepEqual(missing.by, by);
  assert.match(missing.why, /^a file in memory: EISDIR/);
});

test("a guard that comes later is told, too", async (t) => {
  const run = mkdtempSync(join(tmpdir(), "solosafe prover-"));
  t.after(() => rmSync(run, { recursive: true, force: true }));
  const child = await startSpawner(run);
  t.after(() => child.kill("SIGKILL"));
  const opened = openGuardLines(join(run, GUARD_FIFO));
  assert.ok(opened.ok);
  t.after(() => opened.value.close());
  const [proof] = await until("a proof arrives", () => {
    const messages = opened.value.read();
    return messages.length > 0 && messages;
  });
  assert.equal(proof?.is, "proof");
});

test("threads begin and end again and again", async () => {
  for (let count = 0; count < 200; count += 1) {
    const thread = beginThread();
    assert.ok(typeof thread === "bigint");
    while (!isJoined(thread)) await new Promise(setImmediate);
  }
  await proveThread();
});

test("memory is fresh and given back; more than there is, is refused", () => {
  for (let count = 0; count < 100; count += 1) assert.equal(touchFreshMemory(1 << 20), null);
  assert.match(touchFreshMemory(2 ** 50) ?? "", /memory/);
});
