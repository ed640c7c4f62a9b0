import assert from "node:assert/strict";
import type { Bench, Case } from "../case.ts";

/** Nothing here hangs: a slow machine has its time for each start and stop. */
const CONFIG = `
version: 1
groups:
  web:
    resources:
      server:
        service: nginx
        start-timeout: 60s
        stop-timeout: 60s
        start-failure: { retries: 1, action: stop-group }
monitors:
  web-unit:
    service: nginx
    stuck-after: 60s
    interval: 2s
    recovery: { target: web/server, reactivation-threshold: 2, group-restart-threshold: 0, final-action: none }
`;

/** A unit of its own that says that it is ready only while it may. */
const SLOW_UNIT = `[Service]
Type=notify
NotifyAccess=all
ExecStart=/bin/sh -c 'test -e /run/may-not-start || systemd-notify --ready; exec sleep 100000'
TimeoutStartSec=infinity
`;

const SLOW_CONFIG = `
version: 1
groups:
  work:
    resources:
      slow: { service: slow, start-timeout: 12s, start-stall: { retries: 0, action: stop-group } }
monitors:
  slow-unit:
    service: slow
    interval: 2s
    recovery: { target: work/slow, reactivation-threshold: 1, group-restart-threshold: 0, final-action: none }
`;

const CRON_CONFIG = `
version: 1
groups:
  work: { resources: { cron: { service: cron } } }
`;

async function mainPid({ machine }: Bench, unit: string): Promise<string> {
  return await machine.text("systemctl", "show", unit, "--value", "-p", "MainPID");
}

/** Killed: failed at once, and healed. Masked and stopped: a person's stop, never started again. */
async function killThenMask(bench: Bench): Promise<void> {
  const { machine, product, note } = bench;
  await product.begin(CONFIG);
  const mark = await product.mark();
  const pid = await mainPid(bench, "nginx");
  // All of it: what is left of nginx without its master would keep the port.
  const killedAt = Number(await machine.shell("date +%s%3N; systemctl kill -s KILL nginx"));
  const fields = { monitor: "web-unit" };
  const failed = await product.waitForEvent("monitor-failed", fields, mark, 10_000);
  const well = await product.waitForEvent("monitor-recovered", fields, mark, 15_000);
  assert.notEqual(await mainPid(bench, "nginx"), pid);
  await product.waitForEvent("step-finished", {}, mark, 10_000);
  note(`killed: detected ${failed.wall - killedAt} ms, healed ${well.wall - killedAt} ms`);

  await machine.text("systemctl", "mask", "--now", "nginx");
  await product.waitForEvent(
    "resource-stopped-outside",
    { resource: "web/server" },
    well.seq,
    10_000,
  );
  // Three safety looks of the monitor: none of them may start anything.
  await machine.shell("sleep 6");
  const after = (await product.events(well.seq)).map(({ id }) => id);
  assert.ok(!after.includes("step-begun") && !after.includes("monitor-failed"), after.join());
  assert.equal(await machine.shell("systemctl is-active nginx || true"), "inactive");
  await machine.shell("systemctl unmask nginx; systemctl start nginx");
  await product.waitForEvent("resource-back", { resource: "web/server" }, well.seq, 10_000);
  await product.waitUntilWell();
}

/** What cannot start is tried as often as configured (two steps of two tries), and then no more. */
async function failToStart({ machine, product }: Bench): Promise<void> {
  await product.begin(CONFIG);
  const mark = await product.mark();
  await machine.write("/etc/nginx/conf.d/broken.conf", "this is no configuration\n");
  await machine.text("systemctl", "kill", "-s", "KILL", "nginx");
  await product.waitForEvent("recovery-exhausted", { monitor: "web-unit" }, mark, 60_000);
  await machine.shell("sleep 5");
  const seen = (await product.events(mark)).map(({ id }) => id);
  assert.equal(seen.filter((id) => id === "step-begun").length, 2, seen.join());
  assert.equal(seen.filter((id) => id === "resource-start-failed").length, 4, seen.join());
  // Asked for by a person it is no step of a ladder: then `start-failure` says what comes of it.
  const asked = await product.mark();
  assert.notEqual((await product.cli("start", "web")).code, 0);
  const given = { group: "web", action: "stop-group" };
  await product.waitForEvent("group-start-failed", given, asked, 30_000);
  await machine.shell("rm /etc/nginx/conf.d/broken.conf");
  assert.equal((await product.cli("start", "web")).code, 0);
  await product.waitUntilWell();
}

/** A unit that stays in activating is a start stall: ended after its time, with what is configured. */
async function hangInStart({ machine, product }: Bench): Promise<void> {
  await machine.write("/etc/systemd/system/slow.service", SLOW_UNIT);
  await machine.text("systemctl", "daemon-reload");
  await product.begin(SLOW_CONFIG);
  await machine.shell("touch /run/may-not-start");
  const mark = await product.mark();
  await machine.text("systemctl", "kill", "-s", "KILL", "slow");
  await product.waitForEvent("resource-start-stalled", { resource: "work/slow" }, mark, 30_000);
  await product.waitForEvent("recovery-exhausted", { monitor: "slow-unit" }, mark, 20_000);
  const state = await machine.text("systemctl", "show", "slow", "--value", "-p", "ActiveState");
  assert.ok(state === "inactive" || state === "failed", state);
}

/** A package that restarts its unit does so as it likes: nothing fails, nothing is started twice. */
async function reinstallPackage(bench: Bench): Promise<void> {
  const { machine, product, note } = bench;
  await product.begin(CRON_CONFIG);
  const mark = await product.mark();
  const pid = await mainPid(bench, "cron");
  const words = ["install", "--reinstall", "-y"] as const;
  const file = await machine.shell("echo /srv/packages/cron_*.deb");
  const ended = await machine.run(["apt-get", ...words, file], 60_000);
  assert.equal(ended.code, 0, ended.out + ended.err);
  await product.waitForEvent("package-work-began", {}, mark, 10_000);
  await product.waitUntilWell();
  assert.notEqual(await mainPid(bench, "cron"), pid, "the package did not restart its unit");
  const seen = (await product.events(mark)).map(({ id }) => id);
  for (const wrong of ["monitor-failed", "step-begun", "incident-opened"]) {
    assert.ok(!seen.includes(wrong), `${wrong} in ${seen.join()}`);
  }
  note(`events: ${seen.join(", ")}`);
}

export const SERVICE_CASES: readonly Case[] = [
  {
    name: "service-killed-masked",
    promise: "A killed unit is healed within seconds; one that a person masked stays stopped.",
    isCore: true,
    run: killThenMask,
  },
  {
    name: "service-cannot-start",
    promise: "A unit that cannot start is tried as often as configured, and told; no loop.",
    isCore: true,
    run: failToStart,
  },
  {
    name: "service-hangs-in-start",
    promise: "A unit that hangs in activating is a start stall after 12 s and is ended.",
    isCore: true,
    run: hangInStart,
  },
  {
    name: "package-reinstalled",
    promise: "A guarded package is installed again: no failure and no step of recovery.",
    isCore: true,
    run: reinstallPackage,
  },
];
