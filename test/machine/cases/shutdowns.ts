import assert from "node:assert/strict";
import type { Bench, Case } from "../case.ts";
import { until } from "../patience.ts";
import { expectWhy } from "../told-why.ts";
import { shopConfig, WEB } from "./shop.ts";

const CONFIG = shopConfig({
  reboots: "graceful-timeout: 20s, shutdown-timeout: 25s",
  resources: [WEB],
});

/** What the agent of the new boot made of the end of the boot before. */
async function bootVerdict({ product }: Bench, after: number): Promise<string> {
  const recorded = await product.waitForEvent("boot-recorded", {}, after, 30_000);
  assert.equal(recorded.fields["counted"], 0, "it was counted");
  return String(recorded.fields["verdict"]);
}

/** Nothing may have been healed, opened or ordered on the way down and up. */
async function expectPeace({ product }: Bench, after: number): Promise<void> {
  const wrong = ["monitor-failed", "incident-opened", "step-begun", "server-action-ordered"];
  const seen = await product.events(after);
  assert.deepEqual(
    seen.filter(({ id }) => wrong.includes(id)).map(({ id, fields }) => ({ id, fields })),
    [],
  );
}

async function rebootByPerson(bench: Bench): Promise<void> {
  const { machine, product } = bench;
  await product.begin(CONFIG);
  const mark = await product.mark();
  const boot = await machine.bootId();
  machine.agent.trigger(["systemctl", "reboot"]);
  await machine.waitForGuest(boot, 30_000);
  assert.equal(await bootVerdict(bench, mark), "clean");
  await product.waitUntilWell(30_000);
  await expectPeace(bench, mark);
  await expectWhy(bench, { verdict: "by-person", confidence: "certain" }, ["end-record-closed"]);
}

async function powerOffByPerson(bench: Bench): Promise<void> {
  const { machine, product } = bench;
  await product.begin(CONFIG);
  const mark = await product.mark();
  const events = machine.events.mark;
  machine.agent.trigger(["systemctl", "poweroff"]);
  await machine.waitForEnd(20_000);
  assert.ok(!machine.events.names(events).includes("RESET"), "it was reset");
  await machine.powerOn();
  assert.equal(await bootVerdict(bench, mark), "clean");
  await product.waitUntilWell(30_000);
  await expectPeace(bench, mark);
  await expectWhy(bench, { verdict: "by-person", confidence: "certain" }, ["end-record-closed"]);
}

/** Stopped, and in rescue mode: the watchdog is closed, and nobody is left who could end this boot. */
async function stopByPerson(bench: Bench): Promise<void> {
  const { machine, product } = bench;
  await product.begin(CONFIG);
  await product.waitUntilArmed();
  const app = await product.pidOf("shop/app");
  const boot = await machine.bootId();
  const events = machine.events.mark;
  await machine.text("systemctl", "stop", "solosafe.target");
  await expectUnwatched(bench);
  await machine.shell(`kill -0 ${app}; sleep 5`);
  await machine.shell("systemctl start solosafe.target");
  await product.waitUntilArmed();
  await product.waitUntilWell();
  assert.equal(await product.pidOf("shop/app"), app, "the application was touched");

  machine.agent.trigger(["systemctl", "--no-block", "rescue"]);
  await until("rescue mode", 15_000, async () => {
    const state = await machine.run(["systemctl", "is-active", "rescue.target"]).catch(() => null);
    return state?.out.trim() === "active" ? true : null;
  });
  await expectUnwatched(bench);
  await machine.shell("sleep 5");
  assert.deepEqual([await machine.bootId(), ...machine.events.names(events)], [boot]);
}

/** The device was closed in order: it does not count any more. */
async function expectUnwatched({ machine }: Bench): Promise<void> {
  await until("a watchdog at rest", 10_000, async () => {
    const states = await machine.shell("cat /sys/class/watchdog/watchdog*/state");
    return /^active/m.test(states) ? null : true;
  });
}

/** A unit that never stops must not keep a reboot from coming. */
async function hangInShutdown(bench: Bench): Promise<void> {
  const { machine, product, note } = bench;
  await machine.write("/etc/systemd/system/forever.service", NEVER_STOPS);
  await machine.shell("systemctl daemon-reload; systemctl start forever");
  await product.begin(CONFIG);
  await product.waitUntilArmed();
  const mark = await product.mark();
  const boot = await machine.bootId();
  const events = machine.events.mark;
  const startedAt = Date.now();
  machine.agent.trigger(["systemctl", "reboot"]);
  const reset = await machine.waitForEvent("RESET", events, 50_000);
  note(`reset after ${((reset.at - startedAt) / 1000).toFixed(1)} s, shutdown-timeout 25 s`);
  await machine.waitForGuest(boot);
  await product.waitUntilWell(40_000);
  assert.equal(await bootVerdict(bench, mark), "clean");
}

const NEVER_STOPS = `[Service]
ExecStart=sleep 100000
ExecStop=sleep 100000
TimeoutStopSec=infinity
`;

export const SHUTDOWN_CASES: readonly Case[] = [
  {
    name: "person-reboots",
    promise: "A person's reboot is no failure and is not counted; everything runs again.",
    isCore: true,
    run: rebootByPerson,
  },
  {
    name: "person-powers-off",
    promise: "A person's poweroff is no failure, causes no reset and is not counted.",
    isCore: true,
    run: powerOffByPerson,
  },
  {
    name: "person-stops",
    promise:
      "Stopped by a person, and in rescue mode, the product leaves no armed watchdog behind.",
    isCore: true,
    run: stopByPerson,
  },
  {
    name: "reboot-hangs",
    promise: "A reboot that hangs in a unit is ended by force after shutdown-timeout.",
    isCore: true,
    run: hangInShutdown,
  },
];
