/** A large configuration: read in pieces it says the same, and others have their turn meanwhile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { inTurns, loadInTurns } from "../../src/agent/load-in-turns.ts";
import { type Steps, toEnd } from "../../src/base/steps.ts";
import { readDocument } from "../../src/config/document.ts";
import { loadConfig } from "../../src/config/load.ts";

/** More than 100 KiB of everything that YAML has: comments, quotes, blocks, flows, wide letters. */
function large(): string {
  const parts = ["# A comment\nmonitors:\n"];
  for (let at = 0; at < 1200; at += 1) {
    parts.push(
      `  m${at}: # ${"日本".repeat(at % 9)}\n`,
      `    message: ${(at % 50) + 1}m\n`,
      `    title: ${["plain words", '"quoted \\u0041: #"', "'it''s'", "|\n      two\n      lines"][at % 4]}\n`,
      at % 3 === 0 ? "    target: none\n" : "    recovery: { target: none,\n      }\n\n",
    );
  }
  return parts.join("");
}

test("a text that is read in pieces has the values that the package reads at once", () => {
  for (const text of [large(), large().replaceAll("\n", "\r\n"), `${large()}\n...\n`]) {
    assert.ok(text.length > 100_000);
    const read = readDocument(text, "/c");
    assert.ok(read.ok);
    assert.deepEqual(read.value.root, parse(text));
    const line = text.slice(0, text.indexOf("  m1100:")).split("\n").length;
    assert.deepEqual(read.value.locate(["monitors", "m1100"], "key"), { line, column: 3 });
  }
});

test("problems of a large text are told with their places", () => {
  const text = large();
  const told = (more: string): string => {
    const read = readDocument(text + more, "/c");
    assert.ok(!read.ok);
    return read.problem.map(({ line, what }) => `${line}: ${what}`).join();
  };
  const last = text.split("\n").length;
  assert.equal(told("---\nsecond: 1\n"), `${last}: a second document begins here`);
  assert.match(told("  x: [1\n"), new RegExp(`^${last + 1}: a \\\`\\[\\\``));
});

test("in turns a configuration is the same, and what waits does not wait for its end", async () => {
  const text = large();
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const loaded = await loadInTurns(text, "/c", {});
  isOver = true;
  const atOnce = loadConfig(text, "/c");
  assert.ok(loaded.ok && atOnce.ok);
  assert.deepEqual(loaded.config.model, atOnce.config.model);
  assert.deepEqual(loaded.config.effective, atOnce.config.effective);
  assert.ok(turns > 0, "nobody else had a turn");
});

test("work is left after each slice and ends with its value", async () => {
  function* work(): Steps<string> {
    for (let at = 0; at < 5; at += 1) yield;
    return "done";
  }
  assert.equal(toEnd(work()), "done");
  assert.equal(await inTurns(work(), 0), "done");
});
