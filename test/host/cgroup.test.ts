import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Cgroup, findCgroupMount, prepareCgroupRoot } from "../../src/host/cgroup.ts";
import { until } from "../process/lab.ts";

const V1 = "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu";
const mounts = [
  {
    text: `${V1}\n38 31 0:41 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw`,
    want: "/sys/fs/cgroup/unified",
  },
  {
    text: "38 31 0:41 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate",
    want: "/sys/fs/cgroup",
  },
  { text: "38 31 0:41 / /with\\040space rw - cgroup2 none rw", want: "/with space" },
  { text: "38 31 0:41 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup2 rw", want: null },
  { text: "38 31 0:41 /below /elsewhere rw - cgroup2 cgroup2 rw", want: null },
  { text: V1, want: null },
  { text: "", want: null },
];
for (const { text, want } of mounts) {
  test(`mount table ${JSON.stringify(text.slice(-60))} -> ${want}`, () => {
    assert.equal(findCgroupMount(text), want);
  });
}

test("an ordinary folder is not taken for a group", () => {
  const folder = mkdtempSync(join(tmpdir(), "solosafe-cgroup-"));
  assert.equal(prepareCgroupRoot("test", folder), null);
  rmSync(folder, { recursive: true });
});

const root = prepareCgroupRoot(`test-${process.pid}`);
test("a group holds a process, kills it, and can be removed", {
  skip: root === null && "no group can be made here",
}, async () => {
  const group = new Cgroup(`${root}/one`);
  const child = spawn("sh", ["-c", "sleep 1000 & sleep 1000"], { stdio: "ignore" });
  try {
    await new Promise((resolve) => child.once("spawn", resolve));
    assert.equal(group.isPopulated(), false, "a group that is not there holds nothing");
    assert.ok(group.prepare() && group.prepare(), "made, and found made");
    assert.equal(group.isPopulated(), false);
    assert.ok(await group.join(child.pid ?? 0));
    assert.equal(group.isPopulated(), true);
    assert.ok(group.members().includes(child.pid ?? 0));
    assert.ok(!group.remove(), "what is populated stays");
    const gone = new Promise((resolve) => child.once("exit", resolve));
    assert.ok(group.kill());
    await gone;
    await until("it is empty", () => group.isPopulated() === false);
    assert.deepEqual(group.members(), []);
    assert.ok(!(await group.join(child.pid ?? 0)), "what has ended does not join");
  } finally {
    child.kill("SIGKILL");
    assert.ok(group.remove());
    assert.ok(root !== null && new Cgroup(root).remove());
    assert.ok(!existsSync(root));
  }
});
