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
  const { status, signal } = spawnSync(process.execPath, words, { timeout: 120_000 });
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
    'import { readdirSync, readFileSync } from "node:fs";',
    'import { open } from "node:fs/promises";',
    // Nobody writes to it: the thread that opens it never comes back.
    `void open(${JSON.stringify(fifo)}, "r");`,
    // Openat has the number 257, on arm64 56: the thread hangs in it when the kernel says so.
    'const call = process.arch === "arm64" ? "56 " : "257 ";',
    'const textOf = (id) => readFileSync(`/proc/self/task/${id}/syscall`, "utf8");',
    'const hangs = () => readdirSync("/proc/self/task").some((id) => textOf(id).startsWith(call));',
  ];
  const later = (isForced: boolean): string =>
    `setInterval(() => hangs() && endProcess(3, ${isForced}), 10);`;
  assert.deepEqual(runs(...hang, later(false)), { status: null, signal: "SIGALRM" });
  assert.deepEqual(runs(...hang, later(true)), { status: null, signal: "SIGKILL" });
});
