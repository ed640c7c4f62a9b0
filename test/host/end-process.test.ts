import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

const FILE = new URL("../../src/host/end-process.ts", import.meta.url).href;

function runs(...program: readonly string[]): { status: number | null; signal: string | null } {
  const lines = [`import { endProcess } from ${JSON.stringify(FILE)};`, ...program];
  const words = ["--input-type=module", "--eval", lines.join("\n")];
  const { status, signal } = spawnSync(process.execPath, words, { timeout: 20_000 });
  return { status, signal };
}

test("a process ends with its code", () => {
  assert.deepEqual(runs("endProcess(3, false);"), { status: 3, signal: null });
});

test("a process ends, also while a thread of it hangs", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "solosafe-hung-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const fifo = join(folder, "fifo");
  assert.equal(spawnSync("mkfifo", [fifo]).status, 0);
  const hang = [
    'import { open } from "node:fs/promises";',
    // Nobody writes to it: the thread that opens it never comes back.
    `void open(${JSON.stringify(fifo)}, "r");`,
  ];
  const later = (isForced: boolean): string => `setTimeout(() => endProcess(3, ${isForced}), 100);`;
  assert.deepEqual(runs(...hang, later(false)), { status: null, signal: "SIGALRM" });
  assert.deepEqual(runs(...hang, later(true)), { status: null, signal: "SIGKILL" });
});
