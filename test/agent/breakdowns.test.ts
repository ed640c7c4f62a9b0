import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Breakdowns } from "../../src/agent/breakdowns.ts";
import { createStateFiles } from "../../src/host/state-files.ts";

const MINUTE = 60_000;

function folder(context: { after: (done: () => void) => void }): string {
  const path = mkdtempSync(join(tmpdir(), "solosafe-breakdowns-"));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  writeFileSync(join(path, "state.json"), "{}");
  return path;
}

async function breakDownAt(path: string, times: readonly number[]): Promise<void> {
  for (const at of times) await new Breakdowns(createStateFiles(path), at).note(at);
}

const cases = [
  { name: "no breakdown", times: [], now: 0, isAside: false },
  { name: "two in ten minutes", times: [0, MINUTE], now: 2 * MINUTE, isAside: false },
  { name: "three in ten minutes", times: [0, MINUTE, 2 * MINUTE], now: 3 * MINUTE, isAside: true },
  {
    name: "three in an hour",
    times: [0, 20 * MINUTE, 40 * MINUTE],
    now: 41 * MINUTE,
    isAside: false,
  },
];

for (const { name, times, now, isAside } of cases) {
  test(`${name} -> the state is ${isAside ? "set aside" : "kept"}`, async (context) => {
    const path = folder(context);
    await breakDownAt(path, times);
    const fault = new Breakdowns(createStateFiles(path), now).setStateAside("x");
    assert.equal(fault !== null, isAside);
    assert.equal(readdirSync(path).includes("state.json"), !isAside);
    if (isAside) assert.match(fault ?? "", /broke down 3 times .* kept as .*state\.json\.bad-x/);
    const again = new Breakdowns(createStateFiles(path), now).setStateAside("y");
    assert.equal(again, null, "after it was set aside the count begins anew");
  });
}

test("a count that cannot be read is none", (context) => {
  const path = folder(context);
  writeFileSync(join(path, "breakdowns.json"), "{ not json");
  assert.equal(new Breakdowns(createStateFiles(path), 0).setStateAside("x"), null);
});
