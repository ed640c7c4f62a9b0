import assert from "node:assert/strict";
import type { Bench, Case } from "../case.ts";

const CONFIG = `
version: 1
reboots: { least-uptime: 0s, escalate-after: 0s }
groups:
  shop:
    resources:
      app: { exec: [sleep, "100000"], stop-timeout: 5s }
      web: { service: nginx }
`;

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
  await machine.agent.start(["systemctl", "reboot"]);
  await machine.waitForGuest(boot, 30_000);
  assert.equal(await bootVerdict(bench, mark), "clean");
  await product.waitUntilHealthy(30_000);
  await expectPeace(bench, mark);
}

async function powerOffByPerson(bench: Bench): Promise<void> {
  const { machine, product } = bench;
  await product.begin(CONFIG);
  const mark = await product.mark();
  await machine.agent.start(["systemctl", "poweroff"]);
  await machine.waitForEnd(20_000);
  assert.deepEqual(machine.events.names(0).includes("RESET"), false, "it was reset");
  await machine.powerOn();
  assert.equal(await bootVerdict(bench, mark), "clean");
  await product.waitUntilHealthy(30_000);
  await expectPeace(bench, mark);
}

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
];
