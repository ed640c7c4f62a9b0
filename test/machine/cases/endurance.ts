import assert from "node:assert/strict";
import type { Bench, Case } from "../case.ts";

const CONFIG = `
version: 1
watchdog: { timeout: 20s, agent-timeout: 15s }
reboots: { least-uptime: 0s, escalate-after: 0s }
groups:
  shop:
    resources:
      app: { exec: [sleep, "100000"], stop-timeout: 5s }
      web: { service: nginx }
monitors:
  page: { http: "http://127.0.0.1/", target: shop/web, interval: 10s, timeout: 10s }
  data: { disk: /data, interval: 10s, timeout: 30s }
`;

const LOAD_S = 60;

/** All processors, the disk and most of the memory are busy, as on a server that has much to do. */
const HONEST_LOAD = `
for i in 1 2 3 4 5 6; do
  systemd-run -q --no-block --slice=load.slice timeout ${LOAD_S} sh -c 'while :; do :; done'
done
systemd-run -q --no-block --slice=load.slice timeout ${LOAD_S} sh -c 'while :; do dd if=/dev/zero of=/srv/load bs=1M count=64 conv=fsync; done'
systemd-run -q --no-block --slice=load.slice timeout ${LOAD_S} sh -c 'dd if=/dev/zero of=/dev/shm/load bs=1M count=200; sleep ${LOAD_S}'
`;

async function honestLoad(bench: Bench): Promise<void> {
  const { machine, product } = bench;
  await product.begin(CONFIG);
  await product.waitUntilArmed();
  const boot = await machine.bootId();
  const mark = await product.mark();
  const events = machine.events.mark;
  await machine.shell(HONEST_LOAD);
  await machine.run(["sleep", String(LOAD_S)], LOAD_S * 1_000);
  const seen = await product.events(mark);
  const wrong = ["incident-opened", "step-begun", "server-action-ordered", "agent-started"];
  assert.deepEqual(
    seen.filter(({ id }) => wrong.includes(id)).map(({ id, fields }) => ({ id, fields })),
    [],
  );
  assert.deepEqual([await machine.bootId(), ...machine.events.names(events)], [boot]);
}

/** A reset from outside is to the guest what a power cut is, on a disk that keeps what it took. */
async function powerCuts(bench: Bench): Promise<void> {
  const { machine, product, note } = bench;
  await product.begin(CONFIG);
  await product.waitUntilArmed();
  for (let cut = 1; cut <= 3; cut += 1) {
    const mark = await product.mark();
    const boot = await machine.bootId();
    // State is written meanwhile: an application fails, and a person says something.
    const pid = await product.pidOf("shop/app");
    await machine.shell(`kill -KILL ${pid}`);
    await machine.command("system_reset");
    await machine.waitForGuest(boot);
    await product.waitUntilWell(40_000);
    const seen = await product.events(mark);
    const faults = seen.filter(({ id }) => id === "state-lost" || id === "record-fault");
    assert.deepEqual(faults, [], "the state was damaged");
    const recorded = seen.find(({ id }) => id === "boot-recorded");
    note(`cut ${cut}: ${String(recorded?.fields["verdict"])}`);
  }
}

export const ENDURANCE_CASES: readonly Case[] = [
  {
    name: "honest-load",
    promise: "A minute of full load on processors, disk and memory causes no action.",
    isCore: false,
    run: honestLoad,
  },
  {
    name: "power-cuts",
    promise: "Three power cuts while state is written leave it valid.",
    isCore: false,
    run: powerCuts,
  },
];
