import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { GUARD_REPORT } from "../../src/base/guard-message.ts";
import type { GuardReport } from "../../src/base/guard-report.ts";
import { initialGuardState } from "../../src/core/guard-state.ts";
import { guardReport } from "../../src/core/guard-summary.ts";
import { isAlive } from "../../src/host/proc.ts";
import { ProcessWatch } from "../../src/host/process-watch.ts";
import { openReportFile } from "../../src/host/report-file.ts";
import { programFiles, readOnce } from "../../src/workers/page-cache.ts";
import { ProgramDisk } from "../../src/workers/program-disk.ts";
import { until } from "./lab.ts";

/** A folder with a `dd` of ours, which ends with the code that is said last. */
function makeDisk(t: TestContext) {
  const run = mkdtempSync(join(tmpdir(), "solosafe disk-"));
  const path = process.env["PATH"] ?? "";
  process.env["PATH"] = `${run}:${path}`;
  t.after(() => {
    process.env["PATH"] = path;
    rmSync(run, { recursive: true, force: true });
  });
  const answer = (code: number): void => {
    // Another file each time: one that is written while it is being started cannot be started.
    rmSync(join(run, "dd"), { force: true });
    writeFileSync(join(run, "dd"), `#!/bin/sh\nexit ${code}\n`);
    chmodSync(join(run, "dd"), 0o755);
  };
  return { run, answer, disk: new ProgramDisk(run, new ProcessWatch()) };
}

function report(run: string, fields: Partial<GuardReport>): void {
  const state = initialGuardState(0, null, false);
  const self = { pid: 1, startTime: 1, dropped: 0, hardeningFault: null };
  const opened = openReportFile(join(run, GUARD_REPORT));
  assert.ok(opened.ok);
  opened.value.write({ ...guardReport(state, self), ...fields });
  opened.value.close();
}

test("a disk that could be read once in this boot must be readable", async (t) => {
  const { run, answer, disk } = makeDisk(t);
  answer(1);
  await disk.prove();
  assert.equal(existsSync(join(run, "disk-readable")), false, "it may never have worked");
  answer(0);
  await disk.prove();
  await disk.prove();
  answer(1);
  await assert.rejects(disk.prove(), /code 1/);
  const next = new ProgramDisk(run, new ProcessWatch());
  await assert.rejects(next.prove(), /code 1/, "the next prover of this boot knows it, too");
});

test("it is asked at the start, and while an agent is missed", async (t) => {
  const { run, answer, disk } = makeDisk(t);
  answer(0);
  assert.equal(disk.isWanted, true);
  await disk.prove();
  assert.equal(disk.isWanted, false, "there is no guard");
  const cases: readonly (readonly [boolean, Partial<GuardReport>])[] = [
    [false, { at: 50_000, beatAt: null }],
    [false, { at: 50_000, beatAt: 45_000 }],
    [true, { at: 50_000, beatAt: 40_000 }],
    [false, { at: 50_000, beatAt: 40_000, left: ["agent"] }],
  ];
  for (const [isWanted, fields] of cases) {
    report(run, fields);
    assert.equal(disk.isWanted, isWanted, JSON.stringify(fields));
  }
});

test("the programs' files are found and read by a program of its own", async () => {
  const files = programFiles(join(import.meta.dirname, "../../src/workers/main.ts"));
  assert.ok(files.some((file) => file.endsWith("/spawner.ts")));
  assert.ok(files.some((file) => /\/libc[.-]/.test(file)));
  assert.ok(files.some((file) => file.endsWith("/node")));
  assert.ok(files.every((file) => existsSync(file)));
  const reader = readOnce(files.slice(-3));
  assert.ok(reader !== null);
  await until("it has read them", () => !isAlive(reader));
});
