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
  await plugScsiDisk(machine);
  await until("the SCSI disk", 10_000, async () => {
    const { code } = await machine.run(["test", "-b", "/dev/sda"]);
    return code === 0 ? true : null;
  });
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

export const SCSI_CASES: readonly Case[] = [
  {
    name: "scsi-tur",
    promise: "A SCSI disk without medium, with errors, that hangs or is gone: each told apart.",
    isCore: false,
    run: scsiDisk,
  },
];
