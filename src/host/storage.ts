import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { type Mount, mountOf, readMounts, trimSlashes } from "./mounts.ts";

/** What kind of storage something lies on, as far as it matters for recovery (recovery.md 7). */
export type Storage = "local" | "network" | "multipath";

/** File systems whose data comes over a network, or from the machine around a virtual one. */
const NETWORK_FILE_SYSTEMS: ReadonlySet<string> = new Set([
  "9p",
  "acfs",
  "afs",
  "beegfs",
  "ceph",
  "cifs",
  "coda",
  "davfs",
  "gfs2",
  "glusterfs",
  "gpfs",
  "lustre",
  "ncpfs",
  "nfs",
  "nfs4",
  "ocfs2",
  "orangefs",
  "prl_fs",
  "smb3",
  "smbfs",
  "vboxsf",
  "virtiofs",
]);

/** Devices are stacked at most so deep: file system on LVM on RAID on multipath on disks. */
const DEPTH_MOST = 8;

/**
 * What kind of storage a path lies on; null when nobody knows. Reads /proc, /sys and names below
 * /dev only, never the path itself: that may hang. Symbolic links outside /dev are not followed.
 */
export function storageOf(path: string): Storage | null {
  try {
    const view: View = { mounts: readMounts(), sys: "/sys" };
    const device = path.startsWith("/dev/") ? deviceNumber(path) : null;
    if (device !== null) return storageOfDevice(device, view, 0);
    const mount = mountOf(trimSlashes(path), view.mounts);
    return mount === null ? null : storageOfMount(mount, view);
  } catch {
    return null;
  }
}

/** What is asked: all mounts, and where sysfs is mounted. */
export interface View {
  readonly mounts: readonly Mount[];
  readonly sys: string;
}

/** The same for what is mounted somewhere. */
export function storageOfMount(mount: Mount, view: View, depth = 0): Storage | null {
  const { fileSystem, source, options } = mount;
  if (depth > DEPTH_MOST) return null;
  if (NETWORK_FILE_SYSTEMS.has(fileSystem)) return "network";
  // Its daemon is a program, as good or bad as any other: no reason to take the server down.
  if (fileSystem === "fuse" || fileSystem.startsWith("fuse.")) return "network";
  if (fileSystem === "overlay") {
    const upper = options.find((one) => one.startsWith("upperdir="))?.slice("upperdir=".length);
    const below = upper === undefined ? null : mountOf(upper, view.mounts);
    // Where the layers lie cannot be seen from inside a container.
    return below === null || below === mount ? "local" : storageOfMount(below, view, depth + 1);
  }
  if (!mount.device.startsWith("0:")) return storageOfDevice(mount.device, view, depth);
  // btrfs has a number of its own; the source still names a device.
  const device = source.startsWith("/dev/") ? deviceNumber(source) : null;
  return device === null ? "local" : storageOfDevice(device, view, depth);
}

/** `device` as `major:minor`. */
function storageOfDevice(device: string, view: View, depth: number): Storage {
  if (depth > DEPTH_MOST) return "local";
  const folder = realpath(`${view.sys}/dev/block/${device}`);
  if (folder === null) return "local";
  if (read(`${folder}/dm/uuid`).startsWith("mpath-")) return "multipath";
  // An iSCSI disk hangs below its session; nbd and rbd are network by their nature.
  if (/\/session\d+\/|\/block\/(?:nbd|rbd)\d/.test(folder)) return "network";
  if (isFabric(folder)) return "network";
  const backing = read(`${folder}/loop/backing_file`).trim();
  if (backing !== "") {
    const mount = mountOf(backing, view.mounts);
    if (mount) return storageOfMount(mount, view, depth + 1) ?? "local";
  }
  // A partition lies inside the folder of its disk.
  const slaves = [...list(`${folder}/slaves`), ...list(`${folder}/../slaves`)];
  const kinds = slaves.map((name) =>
    storageOfDevice(read(`${view.sys}/class/block/${name}/dev`).trim(), view, depth + 1),
  );
  return kinds.find((kind) => kind !== "local") ?? "local";
}

/** NVMe over a network says so in `transport` of its controller. */
function isFabric(folder: string): boolean {
  const controller = /^.*\/nvme\d+(?=\/)/.exec(folder)?.[0];
  if (controller === undefined) return false;
  const transport = read(`${controller}/transport`).trim();
  return transport !== "" && transport !== "pcie";
}

/** Names below /dev are in memory: looking at them waits for no disk. Null when it is no block device. */
export function deviceNumber(path: string): string | null {
  try {
    const stats = statSync(path);
    return stats.isBlockDevice() ? formatDevice(stats.rdev) : null;
  } catch {
    return null;
  }
}

/** As the kernel writes it, from the number of stat(2) (makedev(3)). */
export function formatDevice(number: number): string {
  const big = BigInt(number);
  const major = ((big >> 8n) & 0xfffn) | ((big >> 32n) & 0xfffff000n);
  const minor = (big & 0xffn) | ((big >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function realpath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
