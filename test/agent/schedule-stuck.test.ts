import assert from "node:assert/strict";
import test from "node:test";
import { Schedule } from "../../src/agent/schedule.ts";
import type { ScheduledEnd } from "../../src/agent/schedule-row.ts";
import type { Probe, ProbeResult } from "../../src/monitors/define.ts";
import { fakeHost } from "../monitors/fake-host.ts";
import { FakeClock } from "./fake-clock.ts";

interface Told extends ScheduledEnd {
  readonly at: number;
}

/** A disk whose probes hang until they are let go, all of them. */
class Disk {
  readonly #waiting: ((result: ProbeResult) => void)[] = [];
  begun = 0;

  readonly probe: Probe = () => {
    this.begun += 1;
    return new Promise((resolve) => this.#waiting.push(resolve));
  };

  letGo(): void {
    for (const resolve of this.#waiting.splice(0)) resolve({ outcome: "ok", reason: "written" });
  }
}

function bench(disk: Disk) {
  const clock = new FakeClock();
  const begin = clock.now();
  const told: Told[] = [];
  const schedule = new Schedule({
    clock,
    host: fakeHost({}),
    onFinished: (_monitor, end) => told.push({ ...end, at: (clock.now() - begin) / 1000 }),
  });
  const configure = (probe: Probe): void =>
    schedule.configure([
      { name: "data", intervalMs: 30_000, timeoutMs: 120_000, probe, isOneAtATime: true },
    ]);
  configure(disk.probe);
  return { clock, schedule, told, configure };
}

const shown = (told: readonly Told[]) =>
  told.map((one) => [Math.round(one.at), one.outcome, one.isStuck ?? false]);

test("a probe that hangs an interval after its timeout is stuck, and no other begins", async () => {
  const disk = new Disk();
  const { clock, schedule, told } = bench(disk);
  schedule.start("data", 0, false);
  await clock.pass(215_000);
  assert.deepEqual(shown(told), [
    [120, "failed", false],
    [150, "failed", true],
    [180, "failed", true],
    [210, "failed", true],
  ]);
  assert.equal(disk.begun, 1);
  assert.match(told[3]?.reason ?? "", /no result within 120 s; the probe still hangs after 210 s/);
  assert.equal(told[3]?.isTimeout, true);
});

test("when it ends after all the monitor is probed anew at once", async () => {
  const disk = new Disk();
  const { clock, schedule, told } = bench(disk);
  schedule.start("data", 0, false);
  await clock.pass(160_000);
  disk.letGo();
  await clock.pass(100);
  assert.equal(disk.begun, 2);
  disk.letGo();
  await clock.pass(100);
  assert.deepEqual([told.at(-1)?.outcome, told.at(-1)?.reason], ["ok", "written"]);
  await clock.pass(30_000);
  assert.equal(disk.begun, 3);
});

test("one that ends soon after its timeout was slow, not stuck", async () => {
  const disk = new Disk();
  const { clock, schedule, told } = bench(disk);
  schedule.start("data", 0, false);
  await clock.pass(121_000);
  disk.letGo();
  await clock.pass(100);
  assert.equal(disk.begun, 2);
  disk.letGo();
  await clock.pass(40_000);
  assert.deepEqual(
    shown(told).map(([, outcome, isStuck]) => [outcome, isStuck]),
    [
      ["failed", false],
      ["ok", false],
    ],
  );
});

test("a person's probe of a stuck monitor tells at once that it is stuck", async () => {
  const disk = new Disk();
  const { clock, schedule, told } = bench(disk);
  schedule.start("data", 0, false);
  await clock.pass(155_000);
  schedule.probeNow("data");
  await clock.pass(0);
  assert.equal(told.length, 3);
  assert.equal(told[2]?.isStuck, true);
  assert.equal(disk.begun, 1);
});

test("one that was discarded holds back the next without being called stuck in its time", async () => {
  const disk = new Disk();
  const { clock, schedule, told } = bench(disk);
  schedule.start("data", 0, false);
  await clock.pass(10_000);
  schedule.stop("data");
  schedule.start("data", 0, false);
  await clock.pass(100_000);
  assert.equal(disk.begun, 1);
  assert.deepEqual(told, []);
  disk.letGo();
  await clock.pass(100);
  assert.equal(disk.begun, 2);
});

test("time in which the process did not run is not time in which a probe hung", async () => {
  const disk = new Disk();
  const { clock, schedule, told } = bench(disk);
  schedule.start("data", 0, false);
  await clock.pass(10_000);
  clock.freeze(600_000);
  schedule.onGap(600_000);
  await clock.pass(100_000);
  assert.deepEqual(told, []);
  assert.equal(disk.begun, 1);
});

test("another configuration is probed although the probe of the one before hangs", async () => {
  const disk = new Disk();
  const { clock, schedule, told, configure } = bench(disk);
  schedule.start("data", 0, false);
  await clock.pass(160_000);
  configure(async () => ({ outcome: "ok", reason: "another disk" }));
  await clock.pass(30_000);
  assert.equal(told.at(-1)?.reason, "another disk");
});
