import assert from "node:assert/strict";
import type { Bench, Case } from "../case.ts";
import { secondsSince } from "../case.ts";

const CONFIG = `
version: 1
watchdog: { timeout: 15s, action: panic }
groups:
  shop:
    resources:
      app: { exec: [sleep, "100000"], stop-timeout: 5s }
`;
/** As an administrator does it; which number the hardware has depends on what was loaded first. */
const SYSTEMD_TAKES_IT = `
modprobe softdog
found=$(grep -l i6300ESB /sys/class/watchdog/*/identity)
device=/dev/$(basename "$(dirname "$found")")
mkdir -p /etc/systemd/system.conf.d
printf '[Manager]\\nRuntimeWatchdogSec=30s\\nWatchdogDevice=%s\\n' "$device" >/etc/systemd/system.conf.d/lab.conf
systemctl daemon-reexec
`;

/** A person proves once, before it matters, that the device works. */
async function tryDevice(bench: Bench): Promise<void> {
  const { machine, product, note } = bench;
  await product.begin(CONFIG);
  await product.waitUntilArmed();
  const listed = await product.cli("watchdog", "list");
  assert.match(
    listed.out,
    /i6300ESB timer \(hardware\)\n {2}armed, held by .+ \(pid \d+\)\n {2}timeout 15s/,
  );
  // The kernel's own timer panics before the device resets: the guard cannot do it any more then.
  if (/\(can: .*panic/.test(listed.out)) assert.match(listed.out, /pretimeout 3s, then panic/);
  const warned = await product.cli("watchdog", "test");
  assert.equal(warned.code, 2);
  assert.match(
    warned.err,
    /within 15s this server panics or is reset|within 15s this server is reset/,
  );
  const boot = await machine.bootId();
  const mark = machine.events.mark;
  const startedAt = performance.now();
  const done = await product.cli("watchdog", "test", "--yes");
  assert.equal(done.code, 0, done.err);
  await machine.waitForEvent("RESET", mark, 25_000);
  note(`reset after ${secondsSince(startedAt)}: ${machine.events.names(mark).join(", ")}`);
  await machine.waitForGuest(boot);
  await product.waitUntilWell(40_000);
}

/** systemd holds the hardware: the guard takes the kernel's own device as a second one, and says so. */
async function takenDevice(bench: Bench): Promise<void> {
  const { machine, product, note } = bench;
  await machine.shell(SYSTEMD_TAKES_IT);
  await product.begin(CONFIG);
  await product.waitUntilArmed();
  const listed = await product.cli("watchdog", "list");
  assert.match(listed.out, /i6300ESB timer \(hardware\)\n {2}armed, held by systemd \(pid 1\)/);
  assert.match(listed.out, /Software Watchdog .*\n {2}armed, held by (?!systemd)/);
  const report = await machine.text("cat", "/run/solosafe/guard.report");
  assert.match(report, /is taken by another program/);
  const boot = await machine.bootId();
  const mark = machine.events.mark;
  const startedAt = performance.now();
  machine.agent.trigger(["systemctl", "kill", "-s", "STOP", "solosafe-guard.service"]);
  await machine.waitForEvent("RESET", mark, 30_000);
  note(`softdog: reset after ${secondsSince(startedAt)}`);
  await machine.waitForGuest(boot);
}

/** No device at all: said loudly, and the last resort is the guard's own. */
async function noDevice(bench: Bench): Promise<void> {
  const { machine, product, note } = bench;
  await machine.write("/etc/modprobe.d/no-watchdog.conf", NO_WATCHDOG);
  await machine.shell("modprobe -r i6300esb softdog; test ! -e /dev/watchdog0");
  await product.begin(CONFIG.replace("panic", "reset"));
  await product.waitForEvent("guard-uncovered", {}, 0, 20_000);
  const status = await product.cli("status");
  assert.match(status.out, /No watchdog is armed: a frozen kernel or guard is not covered/);
  const listed = await product.cli("watchdog", "list");
  assert.equal(listed.code, 1);
  assert.match(listed.out, /no kernel watchdog: a frozen kernel or guard is not covered/);
  const refused = await product.cli("watchdog", "test", "--yes");
  assert.equal(refused.code, 4, refused.out);
  const boot = await machine.bootId();
  const mark = machine.events.mark;
  const startedAt = performance.now();
  machine.agent.trigger(["sh", "-c", "echo 1 >/sys/fs/cgroup/system.slice/cgroup.freeze"]);
  await machine.waitForEvent("RESET", mark, 25_000);
  note(`frozen: reset after ${secondsSince(startedAt)}`);
  await machine.waitForGuest(boot);
}

/** Debian's own way to keep a module from being loaded, by name too (modprobe.d(5)). */
const NO_WATCHDOG = `
install i6300esb /bin/false
install softdog /bin/false
`;

export const DEVICE_CASES: readonly Case[] = [
  {
    name: "watchdog-test",
    promise: "`watchdog test --yes` makes the device really end this boot within its timeout.",
    isCore: false,
    run: tryDevice,
  },
  {
    name: "watchdog-taken",
    promise:
      "The hardware is held by systemd: softdog is taken, said to be second best, and bites.",
    isCore: false,
    run: takenDevice,
  },
  {
    name: "watchdog-none",
    promise: "Without any device that is said loudly, and a stall still resets the server.",
    isCore: false,
    run: noDevice,
  },
];
