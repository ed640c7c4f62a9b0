import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import {
  type LastResort,
  type LastResortPlaces,
  NULL_PLACES,
  openLastResort,
} from "../../src/host/last-resort.ts";
import { readStat } from "../../src/host/proc.ts";

/** Plain files in place of the kernel's: what this does for real is proven in the machines' tests. */
function plant(
  t: TestContext,
  contents: { readonly panic?: string; readonly crash?: string } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "solosafe power-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const places: LastResortPlaces = {
    trigger: file("trigger", ""),
    kernelLog: file("log", ""),
    panicTimeout: file("panic", contents.panic ?? "0\n"),
    crashKernel: file("crash", contents.crash ?? "0\n"),
    init: null,
  };
  const text = (name: string): string => readFileSync(join(folder, name), "latin1");
  return { places, text };
}

function open(t: TestContext, places: LastResortPlaces): LastResort {
  const { power, faults } = openLastResort(places);
  assert.deepEqual(faults, []);
  t.after(() => power.close());
  return power;
}

test("each letter is one write, in order", (t) => {
  const { places, text } = plant(t);
  const power = open(t, places);
  for (const key of ["s", "u", "b", "o", "c"] as const) assert.ok(power.sysrq(key));
  assert.equal(text("trigger"), "suboc");
});

test("the walk against nothing does all of it and harms nobody", (t) => {
  const power = open(t, NULL_PLACES);
  power.preparePanic();
  assert.ok(power.sysrq("b"));
  assert.equal(power.askInit("reboot"), false);
  assert.equal(power.hasCrashKernel(), false);
  power.note("emergency", "a walk");
  power.lastGasp("a walk");
  assert.equal(power.kill({ pid: process.pid, startTime: -1 }), false);
  power.restorePanic();
});

test("what cannot be opened is told, and the rest works", (t) => {
  const { places, text } = plant(t);
  const none = { trigger: "/proc/none", panicTimeout: "/proc/none2", crashKernel: "/proc/none3" };
  const { power, faults } = openLastResort({ ...places, ...none });
  t.after(() => power.close());
  assert.equal(faults.length, 2);
  assert.match(faults.join(), /\/proc\/none'.*\/proc\/none2'/);
  assert.equal(power.sysrq("b"), false);
  assert.equal(power.hasCrashKernel(), false);
  power.preparePanic();
  power.note("warning", "still here");
  assert.match(text("log"), /still here/);
});

test("lines for the kernel's log are one each, plain, short, with their level", (t) => {
  const { places, text } = plant(t);
  const power = open(t, places);
  power.note("emergency", "the root disk\nis dead: 死");
  power.note("warning", "x".repeat(5000));
  const [first, second] = text("log").split("\n");
  assert.equal(first, "<24>solosafe-guard: the root disk?is dead: ?");
  assert.match(second ?? "", /^<28>solosafe-guard: x{900}$/);
});

for (const [what, before, within, after] of [
  ["0 becomes 10 and 0 again", "0\n", "10", "0"],
  ["5 stays", "5\n", "5", "5"],
  ["-1 stays", "-1\n", "-1", "-1"],
] as const) {
  test(`kernel.panic: ${what}`, (t) => {
    const { places, text } = plant(t, { panic: before });
    const power = open(t, places);
    power.preparePanic();
    power.preparePanic();
    assert.equal(text("panic").trim(), within);
    power.restorePanic();
    assert.equal(Number.parseInt(text("panic"), 10), Number(after));
  });
}

test("kernel.panic that somebody changed meanwhile is left to them", (t) => {
  const { places, text } = plant(t);
  const power = open(t, places);
  power.preparePanic();
  writeFileSync(places.panicTimeout, "30\n");
  power.restorePanic();
  assert.equal(text("panic"), "30\n");
});

test("a crash kernel that is loaded later is seen", (t) => {
  const { places } = plant(t);
  const power = open(t, places);
  assert.equal(power.hasCrashKernel(), false);
  writeFileSync(places.crashKernel, "1\n");
  assert.equal(power.hasCrashKernel(), true);
});

for (const [kind, number] of [
  ["reboot", 39],
  ["poweroff", 38],
] as const) {
  test(`systemd is asked to ${kind} by the signal ${number}`, async (t) => {
    const child = spawn(
      "sh",
      ["-c", `trap 'exit 7' ${number}; echo; while :; do sleep 0.05; done`],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    t.after(() => child.kill("SIGKILL"));
    await once(child.stdout, "data");
    const power = open(t, { ...plant(t).places, init: child.pid ?? null });
    const ended = once(child, "exit");
    assert.ok(power.askInit(kind));
    assert.deepEqual(await ended, [7, null]);
    assert.equal(power.askInit(kind), false);
  });
}

test("exactly the process that is meant is killed, and where it stood is told before", async (t) => {
  const { places, text } = plant(t);
  const power = open(t, places);
  const child = spawn("sleep", ["1000"], { stdio: "ignore" });
  t.after(() => child.kill("SIGKILL"));
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  const startTime = readStat(pid)?.startTime ?? 0;
  assert.equal(power.kill({ pid, startTime: startTime + 1 }), false);
  assert.equal(child.exitCode, null);
  const ended = once(child, "exit");
  assert.equal(power.kill({ pid, startTime }), true);
  assert.deepEqual(await ended, [null, "SIGKILL"]);
  assert.match(text("log"), new RegExp(`<28>solosafe-guard: pid ${pid} thread ${pid} \\(`));
});

for (const [family, address] of [
  ["udp4", "127.0.0.1"],
  ["udp6", "::1"],
] as const) {
  test(`the last words arrive over ${family}`, async (t) => {
    const server = createSocket(family);
    t.after(() => server.close());
    const isBound = await new Promise<boolean>((resolve) => {
      server.once("listening", () => resolve(true));
      server.once("error", () => resolve(false));
      server.bind(0, address);
    });
    if (!isBound) {
      assert.equal(family, "udp6", "this server has no IPv4");
      return;
    }
    const power = open(t, NULL_PLACES);
    const greeted = once(server, "message");
    assert.ok(power.setLastGasp({ address, port: server.address().port }));
    assert.match(String((await greeted)[0]), /^<30>1 .* greeting - the last words .* arrive here$/);
    const arrived = once(server, "message");
    power.lastGasp(`the server is reset: 死\n${"x".repeat(1000)}`);
    const message = String((await arrived)[0]);
    assert.match(
      message,
      /^<25>1 \d{4}-\d\d-\d\dT[\d:.]+Z [\x21-\x7e]+ solosafe-guard \d+ last-gasp - the server is reset: \?\?x+$/,
    );
    assert.equal(message.length, 480);
  });
}

test("a destination that cannot be used is said to be none", (t) => {
  const power = open(t, NULL_PLACES);
  for (const address of ["log.example", "fe80::1%lo", "", "1.2.3"]) {
    assert.equal(power.setLastGasp({ address, port: 514 }), false, address);
    power.lastGasp("nobody hears it");
  }
  assert.ok(power.setLastGasp(null));
});
