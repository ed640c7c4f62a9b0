import assert from "node:assert/strict";
import { test } from "node:test";
import { service } from "../../src/monitors/service.ts";
import type { UnitFacts } from "../../src/ports/unit.ts";
import { fault, probeOf, run } from "./fake-host.ts";

const ACTIVE: UnitFacts = {
  name: "web.service",
  id: "web.service",
  load: "loaded",
  active: "active",
  sub: "running",
  result: "success",
  mainEnd: null,
  restarts: 0,
  job: 0,
  stateForMs: 1000,
  mainPid: 12,
  isStoppedByJob: false,
  lastEnd: null,
};
const DEAD: Partial<UnitFacts> = { active: "inactive", sub: "dead", mainPid: 0 };

const cases: readonly [what: string, Partial<UnitFacts>, outcome: string, reason: RegExp][] = [
  ["active", {}, "ok", /^web\.service is active \(running\), main process 12$/],
  ["active without a process", { sub: "exited", mainPid: 0 }, "ok", /is active \(exited\)$/],
  ["reloading", { active: "reloading" }, "ok", /reloading/],
  ["ended", { ...DEAD, mainEnd: "exit code 0" }, "failed", /is inactive \(exit code 0\)$/],
  [
    "failed",
    { ...DEAD, active: "failed", result: "exit-code", mainEnd: "exit code 3" },
    "failed",
    /is failed \(exit-code, exit code 3\)$/,
  ],
  ["given up", { ...DEAD, active: "failed", result: "start-limit-hit" }, "failed", /start-limit/],
  [
    "stopped by somebody",
    { ...DEAD, isStoppedByJob: true },
    "warning",
    /stopped by somebody else$/,
  ],
  ["between stop and start", { ...DEAD, job: 7 }, "warning", /systemd is busy with it$/],
  ["masked", { ...DEAD, load: "masked" }, "unknown", /masked/],
  ["masked, and active", { load: "masked" }, "ok", /active/],
  ["not there", { ...DEAD, load: "not-found" }, "unknown", /there is no unit web\.service/],
  ["starting", { active: "activating", sub: "start" }, "warning", /activating \(start\) for 1s$/],
  [
    "stuck at its start",
    { active: "activating", sub: "start", stateForMs: 301_000 },
    "failed",
    /has been activating \(start\) for 5m1s$/,
  ],
  [
    "stuck at its stop",
    { active: "deactivating", sub: "stop-sigterm", stateForMs: 400_000 },
    "failed",
    /deactivating/,
  ],
  ["starting, nobody knows since when", { active: "activating", stateForMs: null }, "warning", /./],
  [
    "about to be restarted",
    { active: "activating", sub: "auto-restart", result: "signal", mainEnd: "signal KILL" },
    "warning",
    /has ended \(signal, signal KILL\) and systemd restarts it$/,
  ],
  ["of a state of later times", { active: "dreaming" }, "unknown", /dreaming/],
  ["without a state", { active: "" }, "unknown", /none/],
];
for (const [what, more, outcome, reason] of cases) {
  test(`a unit that is ${what} is ${outcome}`, async () => {
    const unit = async () => ({ ok: true as const, value: { ...ACTIVE, ...more } });
    const result = await run(probeOf(service, { unit: "web" }), { unit });
    assert.equal(result.outcome, outcome);
    assert.match(result.reason, reason);
  });
}

test("systemd that cannot be asked is unknown, with what to do", async () => {
  const unit = async () => ({
    ok: false as const,
    problem: { ...fault("bus/missing", "the bus is away").problem, hint: "start it" },
  });
  const result = await run(probeOf(service, { unit: "web" }), { unit });
  assert.deepEqual(result, { outcome: "unknown", reason: "the bus is away; start it" });
});

test("more restarts than allowed are a failure, whatever was before the first look", async () => {
  let restarts = 40;
  const unit = async () => ({ ok: true as const, value: { ...ACTIVE, restarts } });
  const probe = probeOf(service, { unit: "web", restarts: 2 });
  const look = async (): Promise<string> => (await run(probe, { unit })).outcome;
  assert.equal(await look(), "ok");
  restarts += 1;
  assert.equal(await look(), "warning");
  restarts += 1;
  assert.equal(await look(), "warning");
  assert.equal(await look(), "warning");
  // Somebody cleared it: counting begins anew.
  restarts = 1;
  const result = await run(probe, { unit });
  assert.equal(result.outcome, "failed");
  assert.equal(result.reason, "systemd restarted web.service 3 times within 10m");
});

test("restarts are forgotten after their time", async (t) => {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  let restarts = 0;
  const unit = async () => ({ ok: true as const, value: { ...ACTIVE, restarts } });
  const probe = probeOf(service, { unit: "web", restarts: 0, "restarts-within": "1m" });
  assert.equal((await run(probe, { unit })).outcome, "ok");
  restarts = 1;
  assert.equal((await run(probe, { unit })).outcome, "failed");
  now = 61_000;
  assert.equal((await run(probe, { unit })).outcome, "ok");
});

const names: readonly [string, string | null][] = [
  ["nginx", "nginx.service"],
  ["nginx.service", "nginx.service"],
  ["backup.timer", "backup.timer"],
  ["db@main", "db@main.service"],
  ["v1.2", "v1.2.service"],
  ["dev-sda1\\x2d2.swap", "dev-sda1\\x2d2.swap"],
  [`${"x".repeat(247)}`, `${"x".repeat(247)}.service`],
  [`${"x".repeat(248)}`, null],
  ["two words", null],
  ["a/b", null],
  ["getty@", null],
  ["@tty1", null],
  [".service", null],
];
for (const [given, name] of names) {
  test(`\`service: ${given.slice(0, 20)}\` is ${(name ?? "refused").slice(0, 30)}`, () => {
    const short = service.shortForm(given);
    assert.ok(short);
    const read = service.read(short);
    assert.ok(read.ok);
    assert.equal(read.value.complaints.length, name === null ? 1 : 0);
    assert.equal(read.value.links.unit ?? null, name);
    assert.deepEqual(read.value.links.wakes ?? [], name === null ? [] : [`unit:${name}`]);
  });
}
