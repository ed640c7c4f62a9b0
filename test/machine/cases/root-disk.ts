import assert from "node:assert/strict";
import type { Bench, Case } from "../case.ts";
import { breakDisk, hangDisk, mendDisk } from "../machine-faults.ts";

/** The disk is judged after 8 s and the ladder is done after 20 s more; then the device's 12 s. */
const BOUND_QUIET_MS = 50_000;

const CONFIG = `
version: 1
watchdog: { timeout: 12s, action: reset, agent-timeout: 10s }
reboots: { least-uptime: 0s, escalate-after: 0s, graceful-timeout: 10s }
groups:
  shop:
    resources:
      app: { exec: [sleep, "100000"], stop-timeout: 5s }
monitors:
  root: { disk: /, interval: 2s, timeout: 6s, retries: 0, failure-timeout: 1m }
`;

/** Without disk and stall monitors: nothing but a person's word ends this boot. */
const WORD_CONFIG = `
version: 1
watchdog: { timeout: 12s, action: reset, agent-timeout: 10s }
reboots: { least-uptime: 0s, escalate-after: 0s, graceful-timeout: 5s }
groups:
  shop:
    resources:
      app: { exec: [sleep, "100000"], stop-timeout: 5s }
monitors:
  word: { type: message, recovery: { target: server, final-action: reset } }
`;

/** The server goes down for the fault, and is back when the disk is. */
async function goDownAndBack(bench: Bench, fault: () => Promise<void>): Promise<void> {
  const { machine, product, note } = bench;
  const boot = await machine.bootId();
  const mark = machine.events.mark;
  const startedAt = Date.now();
  await fault();
  const reset = await machine.waitForEvent("RESET", mark, BOUND_QUIET_MS);
  note(`reset after ${((reset.at - startedAt) / 1000).toFixed(1)} s`);
  await mendDisk(machine, "root");
  await machine.command("system_reset");
  await machine.waitForGuest(boot);
  await product.waitUntilWell(40_000);
}

async function begin({ product }: Bench, config: string): Promise<void> {
  await product.begin(config);
  await product.waitUntilArmed();
}

async function afterRestart(bench: Bench): Promise<void> {
  await begin(bench, CONFIG);
  await bench.machine.text("systemctl", "restart", "solosafe-agent");
  await bench.product.waitUntilArmed();
  await bench.machine.shell("sleep 10");
  await goDownAndBack(bench, () => hangDisk(bench.machine, "root"));
}

/** The guard feeds for a minute, and then takes an order, with no disk and little memory. */
async function ordersWithoutDisk(bench: Bench): Promise<void> {
  const { machine, note } = bench;
  await begin(bench, WORD_CONFIG);
  const mark = machine.events.mark;
  machine.agent.trigger(["sh", "-c", HANG_THEN_ORDER]);
  await machine.shell("sleep 2");
  const startedAt = Date.now();
  await hangDisk(machine, "root");
  const reset = await machine.waitForEvent("RESET", mark, 90_000);
  const after = reset.at - startedAt;
  note(`fed for 60 s, reset after ${(after / 1000).toFixed(1)} s`);
  assert.ok(after > 55_000, "it was reset before the order");
}

/** All of it is in memory before the disk goes: shell builtins and a program that has run. */
const HANG_THEN_ORDER = `
mkdir -p /run/tools && cp /usr/bin/curl /bin/sleep /run/tools/
mount -o remount,size=90% /dev/shm
dd if=/dev/zero of=/dev/shm/hog bs=1M count=250 2>/dev/null
/run/tools/sleep 62
exec /run/tools/curl -s -X POST --unix-socket /run/solosafe/control.sock -H 'content-type: application/json' -d '{"monitor":"word","outcome":"failed","text":"a person"}' http://localhost/v1/message
`;

export const ROOT_DISK_CASES: readonly Case[] = [
  {
    name: "root-disk-errors",
    promise: "The root disk gives errors: the server is reset, and back when the disk is.",
    isCore: false,
    run: async (bench) => {
      await begin(bench, CONFIG);
      await goDownAndBack(bench, () => breakDisk(bench.machine, "root", ["read", "write"]));
    },
  },
  {
    name: "root-disk-hangs",
    promise: "The root disk hangs: the server is reset, and back when the disk is.",
    isCore: false,
    run: async (bench) => {
      await begin(bench, CONFIG);
      await goDownAndBack(bench, () => hangDisk(bench.machine, "root"));
    },
  },
  {
    name: "root-disk-after-restart",
    promise: "The root disk hangs 10 s after a restart of the agent: reset all the same.",
    isCore: false,
    run: afterRestart,
  },
  {
    name: "order-without-disk",
    promise:
      "With the root disk hung and memory short the guard feeds for 60 s and takes an order.",
    isCore: false,
    run: ordersWithoutDisk,
  },
];
