import assert from "node:assert/strict";
import type { EventRecord } from "../../../src/api/answers.ts";
import type { Bench, Case } from "../case.ts";
import { breakDisk, hangDisk, mendDisk, setLink } from "../machine-faults.ts";

const DISK_CONFIG = `
version: 1
groups:
  shop: { resources: { app: { exec: [sleep, "100000"] } } }
monitors:
  data:
    disk: /data
    mount: true
    interval: 2s
    timeout: 12s
    retries: 1
    recovery: { final-action: none }
`;

const LINK_CONFIG = `
version: 1
groups:
  shop: { resources: { app: { exec: [sleep, "100000"] } } }
monitors:
  second-link: { type: link, interfaces: [eth1], interval: 10s, timeout: 10s, retries: 0 }
  first-link: { type: link, interfaces: [eth0], interval: 10s, timeout: 10s, retries: 0 }
`;

/** Waits for the failure that was just made; gives its reason. */
async function failureOf(bench: Bench, monitor: string, after: number): Promise<EventRecord> {
  return await bench.product.waitForEvent("monitor-failed", { monitor }, after, 30_000);
}

async function tellErrorFromHang(bench: Bench): Promise<void> {
  const { machine, product, note } = bench;
  await product.begin(DISK_CONFIG);
  const pid = await product.pidOf("shop/app");
  let mark = await product.mark();
  let brokenAt = Date.now();
  await hangDisk(machine, "data");
  const hang = await failureOf(bench, "data", mark);
  assert.match(String(hang.fields["reason"]), /no result within |hangs/);
  note(`hang found after ${((hang.wall - brokenAt) / 1000).toFixed(1)} s`);
  await mendDisk(machine, "data");
  await product.waitForEvent("monitor-recovered", { monitor: "data" }, mark, 40_000);

  mark = await product.mark();
  brokenAt = Date.now();
  await breakDisk(machine, "data", ["write"]);
  const error = await failureOf(bench, "data", mark);
  // When the file system's own journal meets the error first, it is read-only from then on.
  await product.waitForWords({ data: /^failed: .*(?:\(EIO\)|read-only after an error)/ });
  note(`error found after ${((error.wall - brokenAt) / 1000).toFixed(1)} s`);
  assert.equal(await product.pidOf("shop/app"), pid, "the application was touched");
  await mendDisk(machine, "data");
}

async function pullCable(bench: Bench): Promise<void> {
  const { machine, product, note } = bench;
  await product.begin(LINK_CONFIG);
  const mark = await product.mark();
  const pulledAt = Date.now();
  await setLink(machine, "nic1", false);
  const failed = await failureOf(bench, "second-link", mark);
  note(`found after ${failed.wall - pulledAt} ms`);
  await setLink(machine, "nic1", true);
  await product.waitForEvent("monitor-recovered", { monitor: "second-link" }, mark, 15_000);
  const wrong = (await product.events(mark)).filter(
    ({ id, fields }) => id === "step-begun" || fields["monitor"] === "first-link",
  );
  assert.deepEqual(wrong, []);
}

export const HARDWARE_CASES: readonly Case[] = [
  {
    name: "data-disk",
    promise: "Errors and hangs of the data disk are found and told apart; applications go on.",
    isCore: true,
    run: tellErrorFromHang,
  },
  {
    name: "link-pulled",
    promise: "A pulled cable is found at once, at the right interface; nothing is done for it.",
    isCore: true,
    run: pullCable,
  },
];
