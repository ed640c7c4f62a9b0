import type { Machine } from "./machine.ts";

/** A disk of the machine, by the name of its layers (see `qemu-arguments.ts`). */
export type DiskName = "root" | "data";

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
    image: `${disk}-slow`,
    "inject-error": inject,
  });
  await setTop(machine, disk, `${disk}-faulty`);
}

/** Requests are taken and not answered: one byte a second. */
export async function hangDisk(machine: Machine, disk: DiskName): Promise<void> {
  await setLimit(machine, disk, 1);
}

/** Takes both kinds of fault away again. */
export async function mendDisk(machine: Machine, disk: DiskName): Promise<void> {
  await setLimit(machine, disk, 0);
  // What waits in the throttle would wait for its old timer; opening anew drains it.
  await setTop(machine, disk, `${disk}-slow`);
  const nodes = (await machine.command("query-named-block-nodes", { flat: true })) as {
    readonly "node-name": string;
  }[];
  const faulty = `${disk}-faulty`;
  if (nodes.some((node) => node["node-name"] === faulty)) {
    await machine.command("blockdev-del", { "node-name": faulty });
  }
}

/** The cable of a network interface is pulled, or put in again. */
export async function setLink(machine: Machine, nic: "nic0" | "nic1", up: boolean): Promise<void> {
  await machine.command("set_link", { name: nic, up });
}

async function setTop(machine: Machine, disk: DiskName, file: string): Promise<void> {
  const options = [{ driver: "raw", "node-name": disk, file }];
  await machine.command("blockdev-reopen", { options });
}

async function setLimit(machine: Machine, disk: DiskName, bytes: number): Promise<void> {
  const value = { "bps-total": bytes };
  await machine.command("qom-set", { path: `/objects/${disk}-limit`, property: "limits", value });
}
