import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Cgroup, findCgroupMount, prepareCgroupRoot } from "../../src/host/cgroup.ts";
import { ServiceDriver } from "../../src/host/service-driver.ts";
import { Bus } from "../../src/host/systemd/bus.ts";
import { UNIT_TIMING } from "../../src/host/systemd/unit-row.ts";
import { Units } from "../../src/host/systemd/units.ts";
import {
  BUS,
  FakeSystemd,
  type FakeUnit,
  PATIENCE_MS,
  RUNNING,
  STOPPED,
  until,
} from "./fake-systemd.ts";

const SERVICE = { leftMs: 30, killMs: PATIENCE_MS, againMs: 10 };
const UNIT = { ...UNIT_TIMING, upMs: PATIENCE_MS };
const mount = findCgroupMount(readFileSync("/proc/self/mountinfo", "utf8"));
const root = prepareCgroupRoot(`units-${process.pid}`);
const skip = (root === null || mount === null) && "no group can be made here";

describe("the processes of a unit", { skip }, () => {
  let systemd: FakeSystemd;
  let web: FakeUnit;
  let units: Units;
  let driver: ServiceDriver;
  let group: Cgroup;
  let left: ChildProcess;

  function open(timing = SERVICE): ServiceDriver {
    const one = new ServiceDriver(units, join(systemd.folder, "units"), timing);
    one.configure(
      new Map([["g/web", { type: "service", id: "g/web", kind: "resident", unit: web.name }]]),
    );
    return one;
  }

  beforeEach(async () => {
    group = new Cgroup(root ?? "");
    assert.ok(group.prepare());
    left = spawn("sleep", ["1000"], { stdio: "ignore" });
    assert.ok(await group.join(left.pid ?? 0));
    systemd = new FakeSystemd();
    await systemd.start();
    web = systemd.add("web.service", { ...RUNNING, mainPid: left.pid ?? 0 });
    web.cgroup = group.path.slice((mount ?? "").length);
    units = new Units(new Bus(systemd.socket, BUS), { ...UNIT, freshMs: 0 });
    driver = open();
    await driver.observe();
  });
  afterEach(async () => {
    units.close();
    left.kill("SIGKILL");
    await until(() => group.remove());
    await systemd.close();
  });

  const request = (event: "START" | "STOP") => ({
    op: "op-1",
    resource: "g/web",
    event,
    attempt: 1,
    reason: "a test",
    timeoutMs: PATIENCE_MS,
  });

  test("they are shown", async () => {
    await until(() => driver.tree("g/web").pids.length > 0);
    const { tracking, main, pids } = driver.tree("g/web");
    assert.equal(tracking, "systemd unit");
    assert.equal(main?.pid, left.pid);
    assert.deepEqual(pids, [left.pid]);
  });

  test("what a stop leaves is killed, and the stop is done when nothing lives any more", async () => {
    void until(() => systemd.asked("KillUnit") > 0).then(() => left.kill("SIGKILL"));
    const end = await driver.stop(request("STOP"));
    assert.deepEqual(end, {
      result: "done",
      reason: "web.service is stopped, and what was left of it was killed",
    });
  });

  test("what cannot be killed is told, and nothing is started beside it", async () => {
    driver = open({ ...SERVICE, killMs: 300 });
    await driver.observe();
    const end = await driver.stop(request("STOP"));
    const reason = `after KILL processes are left of it: ${left.pid}`;
    assert.deepEqual(end, { result: "still-populated", reason });
    assert.equal((await driver.start(request("START"))).result, "still-populated");
    assert.equal(systemd.asked("StartUnit"), 0);
  });

  test("what its author wants to outlive it does", async () => {
    web.killMode = "process";
    const end = await driver.stop(request("STOP"));
    assert.equal(end.result, "done");
    assert.match(end.reason, /`KillMode=` leaves processes behind$/);
    assert.equal(systemd.asked("KillUnit"), 0);
    assert.equal(left.exitCode ?? left.signalCode, null);
    assert.equal((await driver.start(request("START"))).result, "done");
  });

  test("a unit without a group of its own is empty when systemd says so", async () => {
    web.cgroup = "";
    Object.assign(web, STOPPED);
    units.close();
    units = new Units(new Bus(systemd.socket, BUS), UNIT);
    driver = open();
    assert.equal((await driver.stop(request("STOP"))).result, "done");
  });
});
