import assert from "node:assert/strict";
import type { Bench, Case } from "../case.ts";
import { until } from "../patience.ts";

/** A unit that never ends by itself, and a program that reads a mapped device again and again. */
const PREPARE = `
modprobe dm-mod
dmsetup create lab --table "0 65536 zero"
systemctl daemon-reload
`;
const UNIT = `[Service]
ExecStart=/bin/sh -c 'echo the last word of the unit; trap "" TERM; while :; do sleep 1; done'
TimeoutStopSec=5s
`;
const READER = `#!/bin/sh
while :; do
  dd if=/dev/mapper/lab of=/dev/null bs=4096 count=1 iflag=direct 2>/dev/null
  sleep 1
done
`;
const CONFIG = `
version: 1
groups:
  shop:
    resources:
      reader: { exec: [sh, /srv/reader.sh], stop-timeout: 5s }
      unit: { service: hung, stop-timeout: 20s }
monitors:
  reads: { type: message, retries: 0, target: shop/reader, recovery: { final-action: none } }
  serves: { type: message, retries: 0, target: shop/unit, recovery: { final-action: none } }
`;

/** What was seen of what hung lies there before it is stopped. */
async function evidence(bench: Bench): Promise<void> {
  const { machine, product } = bench;
  await machine.write("/etc/systemd/system/hung.service", UNIT);
  await machine.write("/srv/reader.sh", READER);
  await machine.shell(PREPARE);
  await product.begin(CONFIG);

  const unit = await machine.text("systemctl", "show", "hung", "--value", "-p", "MainPID");
  const served = await takenFor(bench, "shop/unit", "serves");
  assert.match(await machine.text("cat", `${served}/journal.txt`), /the last word of the unit/);
  assert.match(await machine.text("cat", `${served}/process-${unit}.txt`), /^== status\nName:/);
  await product.cli("message", "serves", "ok");

  await machine.shell("dmsetup suspend --noflush --nolockfs lab");
  const pid = await until("a reader that hangs", 10_000, async () => {
    const found = await machine.run(["sh", "-c", "ps -eo pid=,state=,comm= | grep ' D dd$'"]);
    return /^\s*(\d+)/.exec(found.out)?.[1] ?? null;
  });
  const hung = await takenFor(bench, "shop/reader", "reads");
  const seen = await machine.text("cat", `${hung}/process-${pid}.txt`);
  assert.match(seen, /^State:\tD \(disk sleep\)$/m);
  assert.match(seen, new RegExp(`^${pid} D \\w+ dd$`, "m"));
  assert.match(seen, /blkdev|submit_bio|bio_|io_schedule/);
  assert.match(await machine.text("cat", `${hung}/processes.txt`), / D \w+ dd$/m);
  await machine.shell("dmsetup resume lab");
  await product.cli("message", "reads", "ok");
  await product.waitUntilWell(40_000);
}

/** Has a monitor fail; gives the folder of what was kept for it, once the stop is over. */
async function takenFor(bench: Bench, resource: string, monitor: string): Promise<string> {
  const { machine, product, note } = bench;
  const mark = await product.mark();
  assert.equal((await product.cli("message", monitor, "failed", "the lab")).code, 0);
  const kept = await product.waitForEvent("evidence-kept", { resource }, mark, 30_000);
  const folder = String(kept.fields["folder"]);
  const manifest = JSON.parse(await machine.text("cat", `${folder}/manifest.json`));
  note(`${resource}: ${String(kept.fields["files"])} files in ${manifest.tookMs} ms`);
  assert.equal(manifest.isAlive, true);
  return folder;
}

export const EVIDENCE_CASES: readonly Case[] = [
  {
    name: "evidence",
    promise: "Of a unit and of a process that hang in the kernel it is kept what was seen of them.",
    isCore: false,
    run: evidence,
  },
];
