import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const PROGRAM = join(import.meta.dirname, "../programs/harden.ts");
/** Fields 40 and 41 of /proc/PID/stat: priority and policy (2 = SCHED_RR). */
const PRIORITY = 40 - 3;
const POLICY = 41 - 3;

test("memory is locked as far as it is used, and every thread is a real-time one, or it is told", async (t) => {
  const child = spawn(process.execPath, ["--expose-gc", PROGRAM], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const [line = ""] = String((await once(child.stdout, "data"))[0]).split(" 0\n");
  const said = JSON.parse(line) as string | null;
  const proc = `/proc/${child.pid}`;
  const status = readFileSync(`${proc}/status`, "latin1");
  const kibibytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(status)?.[1]);
  if (said?.includes("memory is not locked") !== true) {
    assert.ok(kibibytes("VmLck") > 0);
    // Everything that is mapped would be ten times as much.
    assert.ok(kibibytes("VmRSS") < 200 * 1024, status);
  }
  if (said?.includes("real-time") !== true) {
    for (const thread of readdirSync(`${proc}/task`)) {
      const stat = readFileSync(`${proc}/task/${thread}/stat`, "latin1");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      assert.deepEqual([fields[PRIORITY], fields[POLICY]], ["10", "2"], stat);
    }
  }
  if (said?.includes("may be killed") !== true) {
    assert.equal(readFileSync(`${proc}/oom_score_adj`, "latin1").trim(), "-1000");
  }
});

test("what is refused is told, and nothing is thrown", async (t) => {
  // Root keeps its rights to read files, wherever this repository lies.
  const rights = ["ipc_lock", "sys_nice", "sys_resource"].map((name) => `-${name}`).join(",");
  const without = process.geteuid?.() === 0 ? ["setpriv", `--bounding-set=${rights}`] : [];
  const command = ["--memlock=0:0", "--rtprio=0:0", ...without, process.execPath, PROGRAM];
  const child = spawn("prlimit", command, { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  const said = String((await once(child.stdout, "data"))[0]);
  assert.match(
    said,
    /memory is not locked: .*; threads have no real-time priority: .*; it may be killed/,
  );
});
