import assert from "node:assert/strict";
import type { Bench, Case } from "../case.ts";
import { hangDisk, mendDisk } from "../machine-faults.ts";
import { shopConfig } from "./shop.ts";

const OK = /^ok: /;
/** A probe may hold it for a moment. */
const UNMOUNT = "timeout 30 sh -c 'until umount /data; do sleep 0.2; done'";
const USE_INODES = "i=0; while touch /data/used-$i; do i=$((i + 1)); done 2>/dev/null";

const FILES_CONFIG = `
version: 1
groups:
  shop: { resources: { app: { exec: [sleep, "100000"], stop-timeout: 5s } } }
monitors:
  data: { type: disk, path: /data, mount: true, size: 64k, interval: 2s, timeout: 6s, retries: 0, recovery: { final-action: none } }
  root: { type: disk, path: /srv, size: 64k, interval: 2s, timeout: 6s, retries: 0, recovery: { final-action: none } }
`;

/** What may become of a file system by itself, in order; each script begins where the last one ended. */
const FILE_FAULTS: readonly (readonly [what: string, fault: string, data: RegExp])[] = [
  [
    "full",
    "dd if=/dev/zero of=/data/full bs=1M 2>/dev/null || true",
    /^failed: .*\/data` on \/dev\/vdb \(ext4\) is full/,
  ],
  ["room again", "rm /data/full", OK],
  ["read-only", "mount -o remount,ro /data", /^failed: .* is mounted read-only/],
  ["writable again", "mount -o remount,rw /data", OK],
  [
    "read-only in an emergency",
    "mount -o remount,errors=remount-ro /data; echo lab >/sys/fs/ext4/vdb/trigger_fs_error",
    /^failed: .* has become read-only after an error, though its mount says that it is not/,
  ],
  ["unmounted", UNMOUNT, /^failed: nothing is mounted at `\/data`; `\/data` lies on/],
  [
    "no inodes",
    `mke2fs -q -F -t ext4 -N 16 /dev/vdb; mount /dev/vdb /data; ${USE_INODES}`,
    /^failed: .* has no inodes left/,
  ],
  ["inodes again", "rm /data/used-*", OK],
];

/** What a file system says by itself: each told apart, and none taken for another's. */
async function fileSystem({ machine, product, note }: Bench): Promise<void> {
  await product.begin(FILES_CONFIG);
  for (const [what, fault, data] of FILE_FAULTS) {
    await machine.shell(fault);
    await product.waitForWords({ data, root: OK });
    note(what);
  }
}

const DEFAULT_CONFIG = shopConfig({
  monitors: ["data: { disk: /data, interval: 2s, timeout: 10s, retries: 1 }"],
});

/** It is stuck an interval after its timeout. What waits for it cannot be stopped, so it is a reset. */
async function stuckDisk(bench: Bench): Promise<void> {
  const { machine, product, note } = bench;
  await product.begin(DEFAULT_CONFIG);
  await product.waitUntilArmed();
  const boot = await machine.bootId();
  const events = machine.events.mark;
  const hungAt = Date.now();
  await hangDisk(machine, "data");
  const reset = await machine.waitForEvent("RESET", events, 30_000);
  note(`reset after ${((reset.at - hungAt) / 1000).toFixed(1)} s`);
  await mendDisk(machine, "data");
  await machine.waitForGuest(boot);
  await product.waitUntilWell(40_000);
  const { counted } = await product.reboots();
  assert.deepEqual(
    counted.map(({ kind, monitor }) => ({ kind, monitor })),
    [{ kind: "reset", monitor: "data" }],
  );
}

export const FILE_SYSTEM_CASES: readonly Case[] = [
  {
    name: "file-system",
    promise: "Full, no inodes, read-only in two ways, unmounted: each told apart in the reason.",
    isCore: false,
    run: fileSystem,
  },
  {
    name: "data-disk-stuck",
    promise: "A data disk that hangs leads by default to one reset, which the record tells.",
    isCore: true,
    run: stuckDisk,
  },
];
