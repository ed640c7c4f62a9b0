import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { Census, MarkCache } from "../../src/host/census.ts";
import { readStat } from "../../src/host/proc.ts";

test("a daemon that is seen before its own start is answered belongs to nobody else", () => {
  const marks = new MarkCache();
  // Clock ticks since the boot, in which start times are told.
  const now = Number(process.hrtime.bigint() / 10_000_000n);
  marks.launched({ pid: process.pid, startTime: now }, "first");
  assert.equal(marks.onlyLaunchBefore(now), "first");
  const answered = marks.launching("second");
  assert.equal(marks.onlyLaunchBefore(now + 1), null);
  answered();
  assert.equal(marks.onlyLaunchBefore(now + 1), "first");
});

test("a copy of the spawner that has not begun its program yet is nobody's daemon", async () => {
  // A subshell is the same program as its shell, as a child is between fork and exec.
  const script = "( read -r line <&3 ) & echo $!; exec 3<&-; sleep 1000 & echo $!; read -r line";
  const shell = spawn("sh", ["-c", `exec 3<&0; ${script}`], { stdio: ["pipe", "pipe", "inherit"] });
  const children: number[] = [];
  try {
    for await (const line of createInterface(shell.stdout)) {
      if (children.push(Number(line)) === 2) break;
    }
    const [copy, daemon] = children;
    assert.ok(copy !== undefined && daemon !== undefined && shell.pid !== undefined);
    const marks = new MarkCache();
    marks.launched({ pid: 0, startTime: readStat(copy)?.startTime ?? 0 }, "shop/app");
    const sign = { mark: "shop/app", sessions: new Set<number>(), recorded: [], log: null };
    const members = (): number[] =>
      new Census(marks).members({ ...sign, reaper: shell.pid ?? 0 }).map(({ pid }) => pid);
    // The other one is the shell's copy too until it has become `sleep`.
    while (members().length === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(members(), [daemon]);
  } finally {
    for (const pid of children) process.kill(pid, "SIGKILL");
    shell.stdin.end();
    await once(shell, "exit");
  }
});
