import assert from "node:assert/strict";
import { test } from "node:test";
import { findCycles } from "../../src/config/cycles.ts";
import { proposeName } from "../../src/config/names.ts";
import { editDistance, nearest } from "../../src/config/suggest.ts";
import { folderOf, withAbsoluteProgram } from "../../src/config/programs.ts";

const distances: readonly [string, string, number][] = [
  ["", "", 0],
  ["", "abc", 3],
  ["abc", "", 3],
  ["kitten", "sitting", 3],
  ["interval", "intervall", 1],
  ["retries", "rtries", 1],
  ["tiemout", "timeout", 1],
  ["port", "prot", 1],
];
for (const [left, right, want] of distances) {
  test(`from "${left}" to "${right}" it is ${want}`, () => {
    assert.equal(editDistance(left, right), want);
    assert.equal(editDistance(right, left), want);
  });
}

test("the nearest candidate is proposed only when it is near", () => {
  assert.equal(nearest("intervall", ["timeout", "interval", "retries"]), "interval");
  assert.equal(nearest("banana", ["timeout", "interval", "retries"]), null);
  assert.equal(nearest("x".repeat(100_000), ["timeout"]), null);
});

const graphs: readonly { edges: Record<string, readonly string[]>; want: readonly string[] }[] = [
  { edges: { a: ["b"], b: ["c"], c: [] }, want: [] },
  { edges: { a: ["a"] }, want: ["a a"] },
  { edges: { a: ["b"], b: ["a"] }, want: ["a b a"] },
  { edges: { a: ["b", "c"], b: ["d"], c: ["d"], d: [] }, want: [] },
  { edges: { a: ["b"], b: ["a"], c: ["d"], d: ["c"] }, want: ["a b a", "c d c"] },
  { edges: { a: ["nobody"] }, want: [] },
  { edges: { z: ["a"], a: ["b"], b: ["c"], c: ["a"] }, want: ["a b c a"] },
];
for (const { edges, want } of graphs) {
  test(`circles of ${JSON.stringify(edges)}`, () => {
    const found = findCycles(new Map(Object.entries(edges)));
    assert.deepEqual(
      found.map((cycle) => cycle.join(" ")),
      want,
    );
  });
}

test("a chain of 100 000 names is no circle and no stack overflow", () => {
  const edges = new Map(Array.from({ length: 100_000 }, (_, at) => [`n${at}`, [`n${at + 1}`]]));
  assert.deepEqual(findCycles(edges), []);
});

test("names are proposed from what was written", () => {
  assert.equal(proposeName("Web Shop!"), "web-shop");
  assert.equal(proposeName("  Café  "), "cafe");
  assert.equal(proposeName("???"), null);
});

test("only programs written with ./ and ../ are made absolute", () => {
  assert.equal(folderOf("/etc/solosafe/solosafe.yaml"), "/etc/solosafe");
  assert.equal(folderOf("/solosafe.yaml"), "");
  assert.equal(folderOf("solosafe.yaml"), ".");
  assert.equal(withAbsoluteProgram("/etc", "./run"), "/etc/run");
  assert.deepEqual(withAbsoluteProgram("/etc", ["../run", "./x"]), ["/etc/../run", "./x"]);
  assert.deepEqual(withAbsoluteProgram("/etc", ["run"]), ["run"]);
  assert.equal(withAbsoluteProgram("/etc", 5), 5);
});
