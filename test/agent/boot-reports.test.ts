/** A report on how the boot before ended, where the disk does not take it. */
import assert from "node:assert/strict";
import test from "node:test";
import { BootReports } from "../../src/agent/boot-reports.ts";
import type { BootWitness } from "../../src/base/boot-witness.ts";
import { FakeClock } from "./fake-clock.ts";

const WITNESS: BootWitness = {
  kernel: "6.1.0",
  hasWatchdogStatus: true,
  panic: null,
  crashDump: null,
  guardWord: null,
  journal: null,
  loginRecord: null,
};

test("what the disk does not take in time is told and shown all the same", async () => {
  const clock = new FakeClock();
  const told: string[] = [];
  const faults: string[] = [];
  const reports = new BootReports({
    clock,
    files: {
      list: () => Promise.resolve([]),
      read: () => Promise.reject(new Error("there is none")),
      write: () => new Promise(() => {}),
      rename: () => Promise.resolve(),
      remove: () => Promise.resolve(),
    },
    bootId: "2",
    machineId: "m",
    uptimeMs: 1000,
    saved: {
      state: null,
      record: {
        bootId: "1",
        machineId: "m",
        mark: "open",
        uptimeNow: 1000,
        uptimeBefore: 0,
        quietUptime: 0,
        counted: [],
        intent: null,
        judging: [],
        didNotHelp: [],
        powerLosses: 0,
      },
    },
    runWitness: () =>
      Promise.resolve({
        kind: "exited",
        code: 0,
        output: JSON.stringify(WITNESS),
        isTruncated: false,
      }),
    tell: ({ id }) => told.push(id),
    onFault: (what) => faults.push(what),
  });
  const begun = reports.begin();
  await clock.pass(10_000);
  await begun;
  assert.deepEqual(told, ["rebooted-unasked"]);
  assert.equal(faults.length, 1);
  assert.ok(reports.isThisBoot);
  assert.equal(reports.list[0]?.verdict, "watchdog-reset");
});
