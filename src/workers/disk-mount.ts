import { readFile, readlink } from "node:fs/promises";
import { type Millis, MINUTE, SECOND } from "../base/duration.ts";
import { isBelow, type Mount, parseFstab, parseMounts, trimSlashes } from "../host/mounts.ts";
import { deviceNumber, storageOfMount } from "../host/storage.ts";
import type { DiskEnd, DiskProbe, MountFacts } from "../ports/disk.ts";

const FSTAB_AGAIN: Millis = MINUTE;
/** /etc/fstab lies on a disk that may hang itself; so long it is waited for. */
const FSTAB_PATIENCE: Millis = SECOND;

/** Where an open folder really lies. */
interface Place {
  readonly mounts: readonly Mount[];
  /** Null: its mount was taken away while the folder was held open. */
  readonly mount: Mount | null;
  /** The path without symbolic links. */
  readonly path: string;
}

let promised: readonly string[] = [];
let promisedAt = Number.NEGATIVE_INFINITY;
let reading: Promise<void> | null = null;

/** Mount points in /etc/fstab as last read; never waits long. */
async function promisedMountPoints(): Promise<readonly string[]> {
  if (performance.now() - promisedAt > FSTAB_AGAIN && reading === null) {
    reading = readFile("/etc/fstab", "utf8")
      .then((text) => {
        promised = parseFstab(text);
        promisedAt = performance.now();
      })
      .catch(() => {
        // Without it only what was seen mounted is known.
        promisedAt = performance.now();
      })
      .finally(() => {
        reading = null;
      });
  }
  if (reading !== null) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, FSTAB_PATIENCE);
    await Promise.race([reading, promise]);
    clearTimeout(timer);
  }
  return promised;
}

/** Reads where an open folder lies, by its mount's number: no path can deceive it (proc(5), fdinfo). */
export async function placeOf(fd: number): Promise<Place> {
  const [facts, table, path] = await Promise.all([
    readFile(`/proc/self/fdinfo/${fd}`, "latin1"),
    readFile("/proc/self/mountinfo", "utf8"),
    readlink(`/proc/self/fd/${fd}`),
  ]);
  const id = Number(/^mnt_id:\s*(\d+)/m.exec(facts)?.[1]);
  const mounts = parseMounts(table);
  return { mounts, mount: mounts.find((one) => one.id === id) ?? null, path };
}

/** What the agent is told about a mount; null when there is none. */
export function factsOf(place: Place, configured: string): MountFacts | null {
  const { mount, mounts, path } = place;
  if (!mount) return null;
  const isElsewhere = path !== trimSlashes(configured);
  return {
    mountPoint: mount.mountPoint,
    source: mount.source,
    fileSystem: mount.fileSystem,
    isReadOnly: mount.options.includes("ro"),
    isUnforeseen: isElsewhere && storageOfMount(mount, { mounts, sys: "/sys" }) !== "local",
  };
}

/** Null when what is mounted is what is meant; else the end of the probe. */
export async function judgeMount(probe: DiskProbe, place: Place): Promise<DiskEnd | null> {
  if (probe.mount === "no") return null;
  const on = factsOf(place, probe.path);
  const missing = await missingMountPoint(probe, place);
  if (missing !== null) return { kind: "notMounted", mountPoint: missing, on };
  if (place.mount === null || on === null) {
    return { kind: "notMounted", mountPoint: probe.seenMountPoint ?? probe.path, on: null };
  }
  const { device } = probe;
  if (device === null || device === place.mount.source) return null;
  const number = deviceNumber(devicePath(device));
  if (number !== null && isDevice(number, place.mount)) return null;
  return {
    kind: "otherDevice",
    isThere: number !== null || !devicePath(device).startsWith("/dev/"),
    mount: on,
  };
}

/** The same for a path that cannot be opened, which may be for want of the mount. */
export async function judgeMissing(probe: DiskProbe): Promise<DiskEnd | null> {
  if (probe.mount === "no") return null;
  const mounts = parseMounts(await readFile("/proc/self/mountinfo", "utf8"));
  const place: Place = { mounts, mount: null, path: trimSlashes(probe.path) };
  const missing = await missingMountPoint(probe, place);
  return missing === null ? null : { kind: "notMounted", mountPoint: missing, on: null };
}

async function missingMountPoint(probe: DiskProbe, place: Place): Promise<string | null> {
  const points = new Set(place.mounts.map((one) => one.mountPoint));
  if (probe.mount === "yes" && !points.has(place.path)) return place.path;
  const seen = probe.seenMountPoint;
  if (seen !== null && !points.has(seen)) return seen;
  const due = await promisedMountPoints();
  return due.find((point) => isBelow(place.path, point) && !points.has(point)) ?? null;
}

/** Whether a device is mounted there. */
function isDevice(number: string, mount: Mount): boolean {
  // btrfs and others have a number of their own; then the source names the device.
  return number === mount.device || number === deviceNumber(mount.source);
}

/** As in fstab(5): `UUID=…` and its like are links that udev makes. */
function devicePath(text: string): string {
  const [, kind = "", value = ""] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.+)$/.exec(text) ?? [];
  return kind === "" ? text : `/dev/disk/by-${kind.toLowerCase()}/${value}`;
}
