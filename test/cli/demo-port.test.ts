import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathsBelow } from "../../src/base/paths.ts";
import { demoConfig } from "../../src/cli/places.ts";
import { prepareDemo } from "../../src/cli/run/demo.ts";

const CHECKOUT = join(import.meta.dirname, "../..");

test("demonstrations that begin at the same time take different ports", async (context) => {
  const folders = Array.from({ length: 3 }, () => mkdtempSync(join(tmpdir(), "solosafe-demo-")));
  context.after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  const prepared = await Promise.all(
    folders.map((folder) =>
      prepareDemo({ paths: pathsBelow(folder, demoConfig(folder)) }, CHECKOUT),
    ),
  );
  const ports = prepared.map((one) => (one.ok ? one.value : one.problem.message));
  assert.equal(new Set(ports).size, folders.length, ports.join(", "));
});
