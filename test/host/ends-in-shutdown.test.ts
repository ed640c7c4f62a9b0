import assert from "node:assert/strict";
import { test } from "node:test";
import { EndsInShutdown } from "../../src/host/ends-in-shutdown.ts";

function lab(isAsked = true) {
  const told: string[] = [];
  const questions: PromiseWithResolvers<void>[] = [];
  const ends = new EndsInShutdown(() => {
    if (!isAsked) return null;
    const question = Promise.withResolvers<void>();
    questions.push(question);
    return question.promise;
  });
  const hear = ends.before((resource, how) => told.push(`${resource} ${how}`));
  return { told, questions, ends, hear };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

for (const how of ["signal KILL", "signal SEGV", "signal ABRT"]) {
  test(`${how} is told at once: systemd ends nobody so at first`, () => {
    const { told, hear, questions } = lab();
    hear("shop/web", how);
    assert.deepEqual(told, [`shop/web ${how}`]);
    assert.equal(questions.length, 0);
  });
}

for (const how of ["signal TERM", "signal HUP", "signal INT", "exit code 143", "status unknown"]) {
  test(`${how} is told after systemd was asked`, async () => {
    const { told, hear, questions } = lab();
    hear("shop/web", how);
    await settle();
    assert.deepEqual(told, []);
    questions[0]?.resolve();
    await settle();
    assert.deepEqual(told, [`shop/web ${how}`]);
  });
}

test("a question that fails holds back nothing", async () => {
  const { told, hear, questions } = lab();
  hear("shop/web", "signal TERM");
  questions[0]?.reject(new Error("no bus"));
  await settle();
  assert.deepEqual(told, ["shop/web signal TERM"]);
});

test("without systemd nobody is asked", () => {
  const { told, hear } = lab(false);
  hear("shop/web", "signal TERM");
  assert.deepEqual(told, ["shop/web signal TERM"]);
});

test("an end that is older than the next start is not told; that of the next start is", async () => {
  const { told, hear, ends, questions } = lab();
  hear("shop/web", "signal TERM");
  hear("shop/db", "signal TERM");
  ends.forget("shop/web");
  hear("shop/web", "exit code 1");
  for (const question of questions) question.resolve();
  await settle();
  assert.deepEqual(told, ["shop/db signal TERM", "shop/web exit code 1"]);
});
