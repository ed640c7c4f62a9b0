import type { Machine } from "./machine.ts";

/** A disk of the machine, by the name of its layers (see `qemu-arguments.ts`). */
export type DiskName = "root" | "data" | "scsi";

/** Each request of this kind ends with an input/output error, until `mendDisk`. */
export async function breakDisk(
  machine: Machine,
  disk: DiskName,
  kinds: readonly ("read" | "write")[],
): Promise<void> {
  const inject = kinds.map((iotype) => ({ event: "none", iotype, errno: 5, once: false }));
  await machine.command("blockdev-add", {
    driver: "blkdebug",
    "node-name": `${disk}-faulty`,
    image: `${disk}-file`,
    "inject-error": inject,
  });
  await setSwitch(machine, disk, `${disk}-faulty`);
}

/** One request passes, and the next waits for an hour: one byte a second. */
export async function hangDisk(machine: Machine, disk: DiskName): Promise<void> {
  await setLimit(machine, disk, 1);
}

/** Takes both kinds of fault away again. */
export async function mendDisk(machine: Machine, disk: DiskName): Promise<void> {
  await setLimit(machine, disk, 0);
  // What waits in the throttle would wait for its old timer; opening anew drains it.
  await setSwitch(machine, disk, `${disk}-file`);
  const nodes = (await machine.command("query-named-block-nodes", { flat: true })) as {
    readonly "node-name": string;
  }[];
  const faulty = `${disk}-faulty`;
  if (nodes.some((node) => node["node-name"] === faulty)) {
    await machine.command("blockdev-del", { "node-name": faulty });
  }
}

const SCSI_DISK = "scsi-disk";

/** Puts a SCSI disk into the machine, of 64 MiB; it is `/dev/sda` where it is the first. */
export async function plugScsiDisk(machine: Machine): Promise<void> {
  await machine.command("device_add", {
    driver: "scsi-hd",
    id: SCSI_DISK,
    bus: "scsi-bus.0",
    drive: "scsi",
    removable: true,
    werror: "report",
    rerror: "report",
  });
}

/** Pulls the whole SCSI disk out of the machine. */
export async function pullScsiDisk(machine: Machine): Promise<void> {
  await machine.command("device_del", { id: SCSI_DISK });
}

/** Takes the medium out of the SCSI disk, as a person does with a cartridge. */
export async function takeMedium(machine: Machine): Promise<void> {
  // The guest has locked it; that does not help against force.
  await machine.command("blockdev-open-tray", { id: SCSI_DISK, force: true });
  await machine.command("blockdev-remove-medium", { id: SCSI_DISK });
}

export async function giveMedium(machine: Machine): Promise<void> {
  await machine.command("blockdev-insert-medium", { id: SCSI_DISK, "node-name": "scsi" });
  await machine.command("blockdev-close-tray", { id: SCSI_DISK });
}

/** The cable of a network interface is pulled, or put in again. */
export async function setLink(machine: Machine, nic: "nic0" | "nic1", up: boolean): Promise<void> {
  await machine.command("set_link", { name: nic, up });
}

async function setSwitch(machine: Machine, disk: DiskName, file: string): Promise<void> {
  const options = [{ driver: "raw", "node-name": `${disk}-switch`, file }];
  await machine.command("blockdev-reopen", { options });
}

async function setLimit(machine: Machine, disk: DiskName, bytes: number): Promise<void> {
  const value = { "bps-total": bytes };
  await machine.command("qom-set", { path: `/objects/${disk}-limit`, property: "limits", value });
}
