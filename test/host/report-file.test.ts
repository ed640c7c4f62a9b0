import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { GUARD_REPORT_BYTES, type GuardReport } from "../../src/base/guard-report.ts";
import { openReportFile, readGuardReport } from "../../src/host/report-file.ts";

const REPORT: GuardReport = {
  v: 1,
  pid: 4,
  startTime: 5,
  at: 6,
  phase: "armed",
  device: null,
  deviceFault: "/dev/sda: 文字",
  fedAt: null,
  proofAt: 1,
  slowest: { proof: "file", tookMs: 3 },
  noProof: null,
  beatAt: null,
  left: ["prover"],
  refusal: null,
  dropped: 0,
  orderId: null,
  agentKills: 0,
  proverKills: 0,
  isAgentLost: false,
  slowedUntil: null,
  hardeningFault: null,
};

function place(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "solosafe report-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "guard.report");
}

test("a report is read as it was written, again and again, and keeps its size", (t) => {
  const path = place(t);
  const opened = openReportFile(path);
  assert.ok(opened.ok);
  assert.equal(readGuardReport(path), null);
  for (const phase of ["waiting-for-settings", "armed", "x"]) {
    assert.ok(opened.value.write({ ...REPORT, phase }));
    assert.deepEqual(readGuardReport(path), { ...REPORT, phase });
    assert.equal(statSync(path).size, GUARD_REPORT_BYTES);
  }
  opened.value.close();
});

test("a report that does not fit leaves the one before it", (t) => {
  const path = place(t);
  const opened = openReportFile(path);
  assert.ok(opened.ok);
  assert.ok(opened.value.write(REPORT));
  assert.equal(opened.value.write({ ...REPORT, phase: "x".repeat(GUARD_REPORT_BYTES) }), false);
  assert.deepEqual(readGuardReport(path), REPORT);
  opened.value.close();
  assert.equal(opened.value.write(REPORT), false);
});

test("a report that somebody removes is there again with the next one", (t) => {
  const path = place(t);
  const opened = openReportFile(path);
  assert.ok(opened.ok);
  rmSync(path);
  assert.ok(opened.value.write(REPORT));
  assert.deepEqual(readGuardReport(path), REPORT);
  opened.value.close();
});

test("the last words of the guard before stay until there are new ones", (t) => {
  const path = place(t);
  for (const phase of ["guarding", "ordered"]) {
    const opened = openReportFile(path);
    assert.ok(opened.ok);
    assert.equal(readGuardReport(path)?.phase, phase === "guarding" ? undefined : "guarding");
    assert.ok(opened.value.write({ ...REPORT, phase }));
    opened.value.close();
  }
});

test("no report, an empty one, half of one and another version are none", (t) => {
  const path = place(t);
  assert.equal(readGuardReport(path), null);
  for (const text of ["", "{", JSON.stringify(REPORT).slice(0, 90), '{"v":2}', "null", "7"]) {
    writeFileSync(path, text);
    assert.equal(readGuardReport(path), null, text);
  }
});

test("the guard is told when its report cannot be made", (t) => {
  assert.equal(openReportFile(join(place(t), "none")).ok, false);
});
