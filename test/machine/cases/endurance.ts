import assert from "node:assert/strict";
import type { Bench, Case } from "../case.ts";
import { until } from "../patience.ts";
import { expectWhy } from "../told-why.ts";
import { DATA, page, shopConfig, WEB } from "./shop.ts";

const CONFIG = shopConfig({ resources: [WEB], monitors: [page("10s"), DATA] });

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

/**
 * A boot counts as long when it lasted half an hour (recovery.md 3). Nobody waits for that here: the
 * programs live in a time namespace in which the server is up for 35 minutes longer than it is
 * (time_namespaces(7)). Everything else is as it is: the record is the product's own.
 */
const LONG_BOOT = `
for name in guard spawner agent; do
  folder=/etc/systemd/system/solosafe-$name.service.d
  mkdir -p $folder
  command=$(sed -n 's/^ExecStart=//p' /usr/lib/systemd/system/solosafe-$name.service)
  printf '[Service]\\nExecStart=\\nExecStart=/usr/bin/unshare --fork --time --monotonic 2100 --boottime 2100 %s\\n' "$command" >$folder/lab.conf
done
systemctl daemon-reload
sync
`;

/** QEMU is ended and started again: its disks keep what they took, and nothing else does. */
async function powerCuts(bench: Bench): Promise<void> {
  const { machine, product, note } = bench;
  await machine.shell(LONG_BOOT);
  await product.begin(CONFIG);
  for (let cut = 1; cut <= 3; cut += 1) {
    const mark = await product.mark();
    // State is written meanwhile: an application fails, and is started again.
    const pid = await product.pidOf("shop/app");
    await machine.shell(`kill -KILL ${pid}`);
    const fields = { monitor: "shop-app-process" };
    await product.waitForEvent("monitor-recovered", fields, mark, 20_000);
    await machine.shell(`kill -KILL ${await product.pidOf("shop/app")}`);
    const cutAt = Date.now();
    await machine.powerOff();
    await machine.powerOn();
    await product.waitUntilWell(40_000);
    // The last events before the cut may be lost with it, and their numbers are given again: what
    // came after it is known by its time.
    const seen = await until("the boot is recorded", 20_000, async () => {
      const after = (await product.events(0)).filter(({ wall }) => wall >= cutAt);
      return after.some(({ id }) => id === "boot-recorded") ? after : null;
    });
    const recorded = seen.find(({ id }) => id === "boot-recorded");
    note(`cut ${cut}: ${String(recorded?.fields["verdict"])}`);
    assert.equal(recorded?.fields["verdict"], "power-loss");
    const faults = seen.filter(({ id }) => id === "state-lost" || id === "record-fault");
    assert.deepEqual(faults, [], "the state was damaged");
    await expectWhy(bench, { verdict: "power-loss", confidence: "likely" }, ["end-record-open"]);
  }
  assert.deepEqual((await product.reboots()).counted, []);
}

export const ENDURANCE_CASES: readonly Case[] = [
  {
    name: "honest-load",
    promise: "A minute of full load on processors, disk and memory causes no action.",
    isCore: true,
    run: honestLoad,
  },
  {
    name: "power-cuts",
    promise: "Three power cuts while state is written leave it valid: power losses, not counted.",
    isCore: true,
    run: powerCuts,
  },
];
