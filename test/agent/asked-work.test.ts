/** Work that those who only look ask for: so much at once, so much waits, the rest is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AskedWork } from "../../src/agent/asked-work.ts";

test("two run, eight wait in order, and the others are told to come again", async () => {
  const work = new AskedWork();
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const ask = async (number: number): Promise<string> => {
    const done = await work.run(async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      begun.push(number);
      ends.push(resolve);
      await promise;
      return number;
    });
    return done.ok ? `done ${done.value}` : `${done.problem.status} ${done.problem.code}`;
  };
  const all = Array.from({ length: 10 }, (_, at) => ask(at));
  assert.deepEqual(begun, [0, 1]);
  assert.equal(await ask(10), "503 request/busy");
  for (let at = 0; at < 10; at += 1) {
    ends[at]?.();
    assert.equal(await all[at], `done ${at}`);
    await new Promise(setImmediate);
    assert.deepEqual(begun.length, Math.min(10, at + 3));
  }
  assert.deepEqual(begun, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("work that fails leaves its place", async () => {
  const work = new AskedWork();
  for (let at = 0; at < 12; at += 1) {
    await assert.rejects(
      work.run(() => Promise.reject(new Error("gone"))),
      /gone/,
    );
  }
  assert.deepEqual(await work.run(async () => 7), { ok: true, value: 7 });
});
