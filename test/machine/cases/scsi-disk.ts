import assert from "node:assert/strict";
import type { Bench, Case } from "../case.ts";
import {
  breakDisk,
  giveMedium,
  hangDisk,
  mendDisk,
  plugScsiDisk,
  pullScsiDisk,
  takeMedium,
} from "../machine-faults.ts";
import type { Machine } from "../machine.ts";
import { until } from "../patience.ts";

const CONFIG = `
version: 1
groups:
  shop: { resources: { app: { exec: [sleep, "100000"] } } }
monitors:
  asked: { type: disk, path: /dev/sda, method: tur, interval: 2s, timeout: 6s, retries: 0, recovery: { final-action: none } }
  read: { disk: /dev/sda, interval: 2s, timeout: 6s, retries: 0, recovery: { final-action: none } }
`;
const READY = /^ok: .* is ready, asked in/;
const READ = /^ok: .* were read/;
const NO_MEDIUM = /^failed: .*is not ready: it has no medium/;

/** What a SCSI disk answers when it is asked, and what reading it gives, are two things. */
async function scsiDisk({ machine, product, note }: Bench): Promise<void> {
  const expect = async (what: string, asked: RegExp, read: RegExp): Promise<void> => {
    await product.waitForWords({ asked, read });
    note(what);
  };
  await plugAndWait(machine);
  await product.begin(CONFIG);
  await expect("well", READY, READ);

  await takeMedium(machine);
  await expect("no medium", NO_MEDIUM, /^failed: .*\(ENOMEDIUM\)/);
  // The device tells once that its medium is another one; that is no fault.
  await giveMedium(machine);
  await expect("a medium again", READY, READ);

  await breakDisk(machine, "scsi", ["read"]);
  await expect("errors", READY, /^failed: .*reading failed: .*\(EIO\)/);
  await mendDisk(machine, "scsi");
  await expect("mended", READY, READ);

  await hangDisk(machine, "scsi");
  await expect("a hang", READY, /^failed: .*reading hangs/);
  await mendDisk(machine, "scsi");
  await expect("going on", READY, READ);

  await pullScsiDisk(machine);
  const gone = /^failed: (?:there is no|.*the device is gone)/;
  await expect("pulled", gone, gone);
}

async function plugAndWait(machine: Machine): Promise<void> {
  await plugScsiDisk(machine);
  await until("the SCSI disk", 10_000, async () => {
    const { code } = await machine.run(["test", "-b", "/dev/sda"]);
    return code === 0 ? true : null;
  });
}

/** A path to a storage somewhere else: its failure is nothing that a reboot would heal. */
const MULTIPATH_CONFIG = `
version: 1
watchdog: { timeout: 60s, agent-timeout: 20s }
reboots: { least-uptime: 0s, escalate-after: 0s }
groups:
  shop: { resources: { app: { exec: [sleep, "100000"] } } }
monitors:
  far: { disk: /dev/mapper/far, interval: 2s, timeout: 6s, retries: 0 }
`;
const MAKE_MULTIPATH = `
modprobe -a dm-multipath dm-round-robin
dmsetup create far --uuid mpath-lab \\
  --table "0 131072 multipath 1 queue_if_no_path 0 1 1 round-robin 0 1 1 /dev/sda 1000"
`;

/** All paths are down: requests wait for one as long as they may, and fail after that. */
async function multipath({ machine, product, note }: Bench): Promise<void> {
  await plugAndWait(machine);
  await machine.shell(MAKE_MULTIPATH);
  await product.begin(MULTIPATH_CONFIG);
  const { target, ladder } = await product.monitor("far");
  assert.deepEqual([target, ladder.finalAction], ["none", "none"]);
  const mark = await product.mark();
  const boot = await machine.bootId();

  await machine.shell("dmsetup message far 0 fail_path /dev/sda");
  await product.waitForWords({ far: /^failed: .*reading hangs/ });
  note("requests wait");
  await machine.shell("dmsetup message far 0 fail_if_no_path");
  await product.waitForWords({ far: /^failed: .*reading failed: .*\(EIO\)/ });
  note("requests fail");
  await machine.shell("dmsetup message far 0 reinstate_path /dev/sda");
  await product.waitForWords({ far: READ });
  note("a path again");
  const wrong = ["step-begun", "server-action-ordered"];
  const seen = (await product.events(mark)).filter(({ id }) => wrong.includes(id));
  assert.deepEqual(seen, []);
  assert.equal(await machine.bootId(), boot);
}

export const SCSI_CASES: readonly Case[] = [
  {
    name: "scsi-tur",
    promise: "A SCSI disk without medium, with errors, that hangs or is gone: each told apart.",
    isCore: false,
    run: scsiDisk,
  },
  {
    name: "multipath",
    promise: "A multipath device without paths is told apart from a local disk: nothing is done.",
    isCore: false,
    run: multipath,
  },
];
