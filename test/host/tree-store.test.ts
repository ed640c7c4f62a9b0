import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { type SavedTree, TreeStore } from "../../src/host/tree-store.ts";
import { until } from "../process/lab.ts";

const TREE: SavedTree = {
  bootId: "this boot",
  main: { pid: 7, startTime: 70 },
  sessions: [7],
  pids: [{ pid: 7, startTime: 70 }],
  cgroup: null,
  adopted: [],
};

test("what was to be written when the agent leaves is written as it was then", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "solosafe trees-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const store = new TreeStore(folder, "this boot");
  let now = TREE;
  store.save("shop/web", () => now);
  store.close();
  // A driver that is closed lets its main processes go, and may still be asked to save.
  now = { ...TREE, main: null };
  store.save("shop/web", () => now);
  const next = new TreeStore(folder, "this boot");
  const found = await until("it is written", async () => (await next.readTrees()).get("shop/web"));
  assert.deepEqual(found.main, TREE.main);
});
