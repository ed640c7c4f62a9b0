import assert from "node:assert/strict";
import type { Bench, Case } from "../case.ts";

function config(action: "panic" | "reset"): string {
  return `
version: 1
watchdog: { timeout: 30s, action: ${action}, agent-timeout: 20s }
reboots: { least-uptime: 0s, escalate-after: 0s, graceful-timeout: 20s }
groups:
  shop:
    resources:
      app: { exec: [sleep, "100000"], stop-timeout: 5s }
`;
}

/** The device's 30 s, or the guard's 30 s and a panic's 5 s: some more for a verdict. */
const END_QUIET_MS = 40_000;

/** Everything that systemd started as a service, but neither guard nor our own hand in the guest. */
const FREEZE = "echo 1 >/sys/fs/cgroup/system.slice/cgroup.freeze";

/** What the machine does after a fault, until another boot has come; gives QEMU's events. */
async function endOfBoot(bench: Bench, fault: string): Promise<readonly string[]> {
  const { machine, product, note } = bench;
  const boot = await machine.bootId();
  const mark = machine.events.mark;
  const startedAt = Date.now();
  machine.agent.trigger(["sh", "-c", fault]);
  const reset = await machine.waitForEvent("RESET", mark, END_QUIET_MS);
  note(`reset after ${((reset.at - startedAt) / 1000).toFixed(1)} s`);
  await machine.waitForGuest(boot);
  await product.waitUntilWell(40_000);
  return machine.events.names(mark);
}

async function guardKilled(bench: Bench): Promise<void> {
  const { machine, product } = bench;
  await product.begin(config("reset"));
  await product.waitUntilArmed();
  const mark = machine.events.mark;
  const boot = await machine.bootId();
  for (let round = 0; round < 3; round += 1) {
    await machine.text("systemctl", "kill", "-s", "KILL", "solosafe-guard.service");
    await product.waitUntilArmed();
  }
  // Longer than the device waits.
  await machine.shell("sleep 35");
  assert.deepEqual([await machine.bootId(), ...machine.events.names(mark)], [boot]);
}

async function guardStopped(bench: Bench): Promise<void> {
  await bench.product.begin(config("reset"));
  await bench.product.waitUntilArmed();
  const seen = await endOfBoot(bench, "systemctl kill -s STOP solosafe-guard.service");
  assert.ok(seen.includes("WATCHDOG"), seen.join());
}

async function bothGone(bench: Bench): Promise<void> {
  await bench.product.begin(config("reset"));
  await bench.product.waitUntilArmed();
  const units = "solosafe-guard.service solosafe-agent.service";
  const fault = `systemctl mask --runtime ${units}; systemctl kill -s KILL ${units}`;
  const seen = await endOfBoot(bench, fault);
  assert.ok(seen.includes("WATCHDOG"), seen.join());
}

async function stallWithPanic(bench: Bench): Promise<void> {
  const { machine, product } = bench;
  await product.begin(config("panic"));
  await product.waitUntilArmed();
  const seen = await endOfBoot(bench, FREEZE);
  assert.ok(seen.includes("GUEST_PANICKED"), seen.join());
  const kept = "find /sys/fs/pstore /var/lib/systemd/pstore -type f -print0";
  const lines = await machine.shell(`${kept} | xargs -0 cat | grep -ac 'Kernel panic' || true`);
  assert.ok(Number(lines) > 0, "no evidence was kept");
}

async function stallWithReset(bench: Bench): Promise<void> {
  await bench.product.begin(config("reset"));
  await bench.product.waitUntilArmed();
  const seen = await endOfBoot(bench, FREEZE);
  assert.ok(!seen.includes("GUEST_PANICKED"), seen.join());
}

export const STALL_CASES: readonly Case[] = [
  {
    name: "guard-killed",
    promise: "The guard is killed three times: it is back before the device's 30 s, no reset.",
    isCore: true,
    run: guardKilled,
  },
  {
    name: "guard-stopped",
    promise: "The guard is stopped: the watchdog resets the server within its 30 s.",
    isCore: true,
    run: guardStopped,
  },
  {
    name: "guard-and-agent-gone",
    promise:
      "Guard and agent are masked and killed: the watchdog resets the server within its 30 s.",
    isCore: true,
    run: bothGone,
  },
  {
    name: "stall-panic",
    promise: "User space is frozen: panic within 33 s, reset 5 s later, and the evidence is kept.",
    isCore: true,
    isOfNewMachine: true,
    run: stallWithPanic,
  },
  {
    name: "stall-reset",
    promise: "User space is frozen: the guard resets the server within 33 s.",
    isCore: true,
    run: stallWithReset,
  },
];
