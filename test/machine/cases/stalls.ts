import assert from "node:assert/strict";
import type { Bench, Case } from "../case.ts";
import { MAIL_TO_KEEPER, MailServer } from "../mail-server.ts";
import { expectWhy } from "../told-why.ts";
import { shopConfig } from "./shop.ts";

function config(action: "panic" | "reset", more = ""): string {
  return shopConfig({ watchdog: `timeout: 30s, action: ${action}, agent-timeout: 40s`, more });
}

/** The device's 30 s, or the guard's 30 s and a panic's 5 s: some more for a verdict. */
const END_QUIET_MS = 40_000;

/** Everything that systemd started as a service, but neither guard nor our own hand in the guest. */
const FREEZE = "echo 1 >/sys/fs/cgroup/system.slice/cgroup.freeze";

/** Makes the fault and waits until the machine is reset for it; gives what QEMU told until then. */
async function endOfBoot({ machine, note }: Bench, fault: string): Promise<readonly string[]> {
  const mark = machine.events.mark;
  const startedAt = Date.now();
  machine.agent.trigger(["sh", "-c", fault]);
  const reset = await machine.waitForEvent("RESET", mark, END_QUIET_MS);
  note(`reset after ${((reset.at - startedAt) / 1000).toFixed(1)} s`);
  return machine.events.names(mark);
}

/** The same, and another boot has come in which all is well. */
async function endAndReturn(bench: Bench, fault: string): Promise<readonly string[]> {
  const { machine, product } = bench;
  const boot = await machine.bootId();
  const seen = await endOfBoot(bench, fault);
  await machine.waitForGuest(boot);
  await product.waitUntilWell(40_000);
  return seen;
}

async function guardKilled(bench: Bench): Promise<void> {
  const { machine, product } = bench;
  await product.begin(config("reset"));
  const mark = machine.events.mark;
  const boot = await machine.bootId();
  let guard = await product.waitUntilArmed();
  for (let round = 0; round < 3; round += 1) {
    await machine.shell(`kill -KILL ${guard}`);
    guard = await product.waitUntilArmed(guard);
  }
  // Longer than the device waits.
  await machine.shell("sleep 35");
  assert.deepEqual([await machine.bootId(), ...machine.events.names(mark)], [boot]);
}

/** Nobody of ours ended it, so a person has to hear of it. */
async function guardStopped(bench: Bench): Promise<void> {
  const mails = await MailServer.begin(bench.machine);
  await bench.product.begin(config("reset", MAIL_TO_KEEPER));
  await bench.product.waitUntilArmed();
  const seen = await endAndReturn(bench, "systemctl kill -s STOP solosafe-guard.service");
  assert.ok(seen.includes("WATCHDOG"), seen.join());
  await expectWhy(bench, { verdict: "watchdog-reset", confidence: "certain" }, ["end-watchdog"]);
  await mails.expect(
    /^\[lab\] The server went down .*: its watchdog reset it/,
    /The server went down although nobody asked for it: its watchdog reset it\. .*look at the end/,
  );
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
  // A record of this boot that is not on the disk yet would be no witness.
  await machine.shell("sync");
  const seen = await endAndReturn(bench, FREEZE);
  assert.ok(seen.includes("GUEST_PANICKED"), seen.join());
  const expected = { verdict: "by-solosafe", confidence: "certain" } as const;
  const { facts } = await expectWhy(bench, expected, ["end-guard-word", "end-panic"]);
  const path = String(facts.find(({ id }) => id === "end-panic")?.fields["path"]);
  assert.match(await machine.text("grep", "-a", "Kernel panic", path), /not syncing/);
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
