import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Bus } from "../../src/host/systemd/bus.ts";
import { ShutdownWatch } from "../../src/host/systemd/shutdown-watch.ts";
import { UNIT_TIMING } from "../../src/host/systemd/unit-row.ts";
import { Units } from "../../src/host/systemd/units.ts";
import { BUS, FakeSystemd, until } from "./fake-systemd.ts";

let systemd: FakeSystemd;
let units: Units;
let told: number;

beforeEach(async () => {
  systemd = new FakeSystemd();
  await systemd.start();
  told = 0;
  units = new Units(new Bus(systemd.socket, BUS), UNIT_TIMING);
});
afterEach(async () => {
  units.close();
  await systemd.close();
});

const open = async (): Promise<void> => {
  new ShutdownWatch(units, () => {
    told += 1;
  });
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
  new ShutdownWatch(units, () => {
    told += 1;
  });
  await systemd.start();
  await until(() => told === 1);
});
