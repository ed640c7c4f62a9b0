import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Table } from "../../src/core/table.ts";

test("a table has a row for each key, in the order of the keys", () => {
  const table = Table.from(["b", "a"], (key) => key.toUpperCase());
  assert.deepEqual(
    [...table.entries()],
    [
      ["b", "B"],
      ["a", "A"],
    ],
  );
  assert.deepEqual([...table.keys()], ["b", "a"]);
  assert.deepEqual(table.rows(), ["B", "A"]);
  assert.deepEqual(table.toJSON(), { b: "B", a: "A" });
});

test("a key that comes twice has one row", () => {
  const table = Table.from(["a", "a", "b"], (key) => key);
  assert.deepEqual([...table.keys()], ["a", "b"]);
  assert.equal(table.rows().length, 2);
});

test("an unknown key is found as undefined and got as an error", () => {
  const table = Table.from(["a"], () => 1);
  assert.equal(table.find("x"), undefined);
  assert.equal(table.has("x"), false);
  assert.equal(table.has("a"), true);
  assert.throws(() => table.get("x"), /no row x/);
  assert.throws(() => table.with("x", 2), /no row x/);
});

test("rows and keys of different number are a bug", () => {
  assert.throws(() => new Table(new Map([["a", 0]]), []), /one row for each key/);
});

test("with leaves the table as it was and changes one row of the copy", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string(), { minLength: 1 }),
      fc.nat(),
      fc.integer(),
      (keys, at, value) => {
        const key = keys[at % keys.length] ?? "";
        const table = Table.from(keys, (one) => one.length);
        const next = table.with(key, value);
        for (const one of keys) {
          assert.equal(table.get(one), one.length);
          assert.equal(next.get(one), one === key ? value : one.length);
        }
      },
    ),
  );
});

test("the same row again is the same table", () => {
  const row = { is: "row" };
  const table = Table.from(["a"], () => row);
  assert.equal(table.with("a", row), table);
  assert.notEqual(table.with("a", { ...row }), table);
});
