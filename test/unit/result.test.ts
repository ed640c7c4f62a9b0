import assert from "node:assert/strict";
import { test } from "node:test";
import { assert as invariant, never } from "../../src/base/assert.ts";
import { INSTALLED, pathsBelow } from "../../src/base/paths.ts";
import { fail, succeed } from "../../src/base/result.ts";

test("a result is a value or a problem", () => {
  assert.deepEqual(succeed(3), { ok: true, value: 3 });
  const problem = { code: "disk/full", message: "no space" };
  assert.deepEqual(fail(problem), { ok: false, problem });
});

test("a broken invariant throws with its message", () => {
  assert.throws(
    () => invariant(false, "counts are not negative"),
    /assertion failed: counts are not negative/,
  );
  assert.doesNotThrow(() => invariant(true, "fine"));
  assert.throws(() => never("surprise" as never), /unexpected "surprise"/);
});

test("everything below one folder stays below it", () => {
  const paths = pathsBelow("/tmp/x", "/tmp/x.yaml");
  const { config, ...rest } = paths;
  assert.equal(config, "/tmp/x.yaml");
  for (const path of Object.values(rest)) assert.ok(path.startsWith("/tmp/x/"), path);
  assert.equal(new Set(Object.values(INSTALLED)).size, Object.keys(INSTALLED).length);
});
