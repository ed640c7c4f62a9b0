import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { readBootIdentity } from "../../src/host/boot-facts.ts";
import { DiskRemnants, type Remnant } from "../../src/host/disk-remnants.ts";
import { readStat } from "../../src/host/proc.ts";
import { until } from "../process/lab.ts";

let folder: string;
let file: string;
let child: ChildProcess;
let hung: Remnant;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "solosafe-remnants-"));
  file = join(folder, "disk-hung.json");
  // Stands for a worker that cannot be killed.
  child = spawn("/bin/sleep", ["600"], { stdio: "ignore" });
  const stat = readStat(child.pid ?? 0);
  assert.ok(stat);
  hung = { process: { pid: stat.pid, startTime: stat.startTime }, step: "fsync" };
});
afterEach(() => {
  child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const written = (): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};

test("what hangs is known to the next one, until the kernel lets go of it", async () => {
  const first = new DiskRemnants(file);
  assert.equal(await first.find("/srv"), null);
  first.add("/srv", hung);
  first.add("/mnt", { ...hung, step: "read" });
  assert.deepEqual(await first.find("/srv"), hung);
  await until("both are noted", () => written().includes("/srv") && written().includes("/mnt"));
  const next = new DiskRemnants(file);
  assert.deepEqual(await next.find("/srv"), hung);
  assert.equal(await next.find("/var"), null);
  child.kill("SIGKILL");
  await until("it has ended", async () => (await next.find("/srv")) === null);
  await until("only the other is noted", () => !written().includes("/srv"));
  assert.match(written(), /\/mnt/);
});

test("what was added before the notes were read is newer than they are", async () => {
  new DiskRemnants(file).add("/srv", hung);
  await until("it is noted", () => written().includes("/srv"));
  const next = new DiskRemnants(file);
  next.add("/srv", { ...hung, step: "open" });
  assert.equal((await next.find("/srv"))?.step, "open");
});

test("notes of another boot, of another process and no notes are nothing", async () => {
  const { bootId } = readBootIdentity();
  const { process } = hung;
  const bad: readonly unknown[] = [
    { bootId: "another", remnants: [["/srv", hung]] },
    { bootId, remnants: [["/srv", { ...hung, process: { ...process, startTime: 1 } }]] },
    { bootId, remnants: [["/srv", { process: {}, step: "fsync" }]] },
    { bootId, remnants: [["/srv", { process, step: "dance" }]] },
    { bootId, remnants: [["srv", hung], "/srv", 7, null] },
    { bootId, remnants: "many" },
    null,
  ];
  for (const one of bad) {
    writeFileSync(file, JSON.stringify(one));
    assert.equal(await new DiskRemnants(file).find("/srv"), null, JSON.stringify(one));
  }
  writeFileSync(file, "{ not json");
  assert.equal(await new DiskRemnants(file).find("/srv"), null);
  const nowhere = new DiskRemnants("/nowhere/disk-hung.json");
  nowhere.add("/srv", hung);
  assert.deepEqual(await nowhere.find("/srv"), hung);
});
