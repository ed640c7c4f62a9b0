import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Bus } from "../../src/host/systemd/bus.ts";
import { SHUTDOWN_TIMING, ShutdownWatch } from "../../src/host/systemd/shutdown-watch.ts";
import { UNIT_TIMING } from "../../src/host/systemd/unit-row.ts";
import { Units } from "../../src/host/systemd/units.ts";
import { BUS, FakeSystemd, until } from "./fake-systemd.ts";

let systemd: FakeSystemd;
let units: Units;
let told: number;
/** How often it was told that the boot goes on. */
let ended: number;

beforeEach(async () => {
  systemd = new FakeSystemd();
  await systemd.start();
  told = 0;
  ended = 0;
  units = new Units(new Bus(systemd.socket, BUS), UNIT_TIMING);
});
afterEach(async () => {
  units.close();
  await systemd.close();
});

const watch = (lookMs = SHUTDOWN_TIMING.lookMs): ShutdownWatch => {
  const tell = (isShutdown: boolean): void => {
    if (isShutdown) told += 1;
    else ended += 1;
  };
  return new ShutdownWatch(units, tell, { ...SHUTDOWN_TIMING, lookMs });
};

const open = async (lookMs?: number): Promise<void> => {
  watch(lookMs);
  await until(() => systemd.asked("Get") > 0);
};

for (const [target, state] of [
  ["shutdown.target", "stopping"],
  ["kexec.target", "stopping"],
  ["rescue.target", "maintenance"],
] as const) {
  test(`a job for ${target} is told once`, async () => {
    await open();
    assert.equal(told, 0);
    systemd.systemState = state;
    const unit = systemd.add(target);
    systemd.begin(unit);
    await until(() => told > 0);
    systemd.begin(unit);
    await units.manager.ping();
    assert.equal(told, 1);
  });
}

test("an agent that is started while the server goes down is told so", async () => {
  systemd.systemState = "stopping";
  await open();
  await until(() => told === 1);
});

test("a job for such a target that changes nothing is no shutdown, nor is another target's", async () => {
  await open();
  systemd.begin(systemd.add("shutdown.target"));
  await until(() => systemd.asked("Get") > 1);
  systemd.systemState = "stopping";
  systemd.begin(systemd.add("network.target"));
  await units.manager.ping();
  assert.equal(told, 0);
  assert.equal(systemd.asked("Get"), 2);
});

test("a bus that comes late is asked when it comes", async () => {
  await systemd.stopBus();
  systemd.systemState = "stopping";
  watch();
  await systemd.start();
  await until(() => told === 1);
});

for (const state of ["running", "degraded"]) {
  test(`rescue mode that ends as ${state} is told, and the next shutdown again`, async () => {
    systemd.systemState = "maintenance";
    await open(5);
    await until(() => told === 1);
    systemd.systemState = "starting";
    const asked = systemd.asked("Get");
    await until(() => systemd.asked("Get") > asked + 1);
    assert.equal(ended, 0);
    systemd.systemState = state;
    await until(() => ended === 1);
    systemd.systemState = "stopping";
    systemd.begin(systemd.add("reboot.target"));
    await until(() => told === 2);
  });
}

test("a bus that goes away in a shutdown says nothing", async () => {
  systemd.systemState = "stopping";
  await open(5);
  await until(() => told === 1);
  await systemd.stopBus();
  systemd.systemState = "running";
  // It is asked many times in this, and nobody answers.
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(ended, 0);
  await systemd.start();
  await until(() => ended === 1);
});

for (const [state, isTold] of [
  ["stopping", true],
  ["running", false],
] as const) {
  test(`an agent that is asked to leave while the server is ${state} looks once more`, async () => {
    const one = watch();
    await until(() => systemd.asked("Get") > 0);
    await units.manager.ping();
    systemd.systemState = state;
    await one.lookNow(60_000);
    assert.equal(told, isTold ? 1 : 0);
    await one.lookNow(60_000);
    assert.equal(told, isTold ? 1 : 0);
  });
}

test("an agent that is asked to leave does not wait for a systemd that is silent", async () => {
  const one = watch();
  await until(() => systemd.asked("Get") > 0);
  await systemd.stopBus();
  await one.lookNow(10);
  assert.equal(told, 0);
  await systemd.start();
});
