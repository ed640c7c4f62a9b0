import assert from "node:assert/strict";
import type { Bench, Case } from "../case.ts";

/** The second disk has 64 MiB. */
const LAB_SECTORS = 65_536;
const FAR_SECTORS = 32_768;

/** The second disk under a mapped device, beside one that calls itself multipath. */
const MAPPED = `
umount /data
modprobe -a dm-mod dm-flakey
dmsetup create lab --table "0 ${LAB_SECTORS} linear /dev/vdb 0"
dmsetup create far --uuid mpath-lab --table "0 ${FAR_SECTORS} linear /dev/vdb ${LAB_SECTORS}"
mkdir -p /far
mke2fs -q -t ext4 /dev/mapper/lab
mke2fs -q -t ext4 /dev/mapper/far
mount /dev/mapper/lab /data
mount /dev/mapper/far /far
`;

const CONFIG = `
version: 1
groups:
  shop: { resources: { app: { exec: [sleep, "100000"], stop-timeout: 5s } } }
monitors:
  data:
    type: disk
    path: /data
    mount: true
    device: /dev/mapper/lab
    size: 64k
    interval: 2s
    timeout: 6s
    retries: 0
    failure-timeout: 1s
    recovery: { target: shop/app, reactivation-threshold: 50, final-action: none }
  raw: { disk: /dev/mapper/lab, size: 64k, interval: 2s, timeout: 6s, retries: 0, recovery: { final-action: none } }
  local: { disk: /data, interval: 1h }
  far: { disk: /far, interval: 1h }
`;

const OK = /^ok: /;
/** Whichever comes first: the probe, or the kernel's own look at its journal. */
const ERROR = /\(EIO\)|read-only/;

/** What a device mapper can do to a disk, and what the monitors of its two sides say of it. */
const FAULTS: readonly {
  readonly what: string;
  readonly fault: string;
  readonly data: RegExp;
  /** Null: it can be read all the same. */
  readonly raw: RegExp | null;
}[] = [
  {
    what: "nothing but errors",
    fault: mapTo("error"),
    data: ERROR,
    raw: /reading failed: .*\(EIO\)/,
  },
  {
    what: "errors of writing",
    fault: mapTo("flakey /dev/vdb 0 0 3600 1 error_writes"),
    data: ERROR,
    raw: null,
  },
  {
    what: "writes that are lost in silence",
    fault: mapTo("flakey /dev/vdb 0 0 3600 1 drop_writes"),
    data: /gives back other data than was written/,
    raw: null,
  },
  {
    what: "a hang",
    fault: "dmsetup suspend --noflush --nolockfs lab",
    data: /hangs/,
    raw: /reading hangs/,
  },
];

function mapTo(target: string): string {
  return `
dmsetup reload lab --table "0 ${LAB_SECTORS} ${target}"
dmsetup suspend --noflush --nolockfs lab
dmsetup resume lab
`;
}

/**
 * The disk is as before, with another file system: who lost writes or errs has none any more. A probe
 * may hold the old one for a moment.
 */
const MEND = `
dmsetup resume lab
${mapTo("linear /dev/vdb 0")}
timeout 30 sh -c 'until umount /data; do sleep 0.2; done'
mke2fs -q -F -t ext4 /dev/mapper/lab
mount /dev/mapper/lab /data
`;

/** Each fault below a file system is told apart, and what is configured is done for it. */
async function mappedDisk(bench: Bench): Promise<void> {
  const { machine, product, note } = bench;
  await machine.shell(MAPPED);
  await product.begin(CONFIG);
  const ladders = await Promise.all(
    ["local", "far"].map(async (name) => {
      const { target, ladder } = await product.monitor(name);
      return { target, finalAction: ladder.finalAction };
    }),
  );
  assert.deepEqual(ladders, [
    { target: "server", finalAction: "reboot" },
    { target: "none", finalAction: "none" },
  ]);
  for (const { what, fault, data, raw } of FAULTS) {
    const mark = await product.mark();
    await machine.shell(`sync; ${fault}`);
    await expectFailure(bench, "data", mark, data);
    if (raw !== null) await expectFailure(bench, "raw", mark, raw);
    note(what);
    await product.waitForEvent("step-begun", { step: "reactivation" }, mark, 10_000);
    if (raw === null) assert.match((await product.monitor("raw")).status, /ok/);
    await machine.shell(MEND);
    await product.waitForWords({ data: OK, raw: OK });
  }
}

/** The first word on a fault: what follows from it says less. */
async function expectFailure(
  { product }: Bench,
  monitor: string,
  after: number,
  pattern: RegExp,
): Promise<void> {
  const failed = await product.waitForEvent("monitor-failed", { monitor }, after, 20_000);
  assert.match(String(failed.fields["reason"]), pattern);
}

export const MAPPED_DISK_CASES: readonly Case[] = [
  {
    name: "device-mapper",
    promise:
      "Errors, lost writes and a hang below a file system are told apart; the action is taken.",
    isCore: false,
    run: mappedDisk,
  },
];
