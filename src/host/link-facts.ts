import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fail, type Result, succeed } from "../base/result.ts";
import type { LinkDevice, LinkFacts, LinkHost, LinkState } from "../ports/link.ts";
import { faultOf } from "./http-talk.ts";
import { nameOfInterface } from "./socket-calls.ts";

const SYSFS = "/sys";
const IFF_UP = 1;
/** Interfaces below one that are looked at; a bond has a handful. */
const LOWERS_MOST = 64;
const LOWER = "lower_";

const STATES: ReadonlySet<string> = new Set<LinkState>([
  "up",
  "down",
  "lowerlayerdown",
  "dormant",
  "testing",
  "notpresent",
]);

/**
 * Network interfaces as sysfs tells them. `flags`, `ifindex` and `operstate` are read by the kernel
 * without its network lock (net/core/net-sysfs.c), which a broken driver may hold for ever; `carrier`
 * and `speed` are not, so the first is left alone and the second is read in a thread.
 */
export function createLinkFacts(sysfs = SYSFS, nameOf = nameOfInterface): LinkHost {
  const folder = join(sysfs, "class/net");
  return {
    readLink: (name) => readLink(folder, name),
    linkName: nameOf,
    readLinkDevice: (path) => (isFolder(path) ? { path, driver: readDriver(path) } : null),
    readLinkSpeed: (name) => readSpeed(join(folder, name, "speed")),
  };
}

/** The index of an interface; null when there is none of this name. */
export function readLinkIndex(name: string, sysfs = SYSFS): number | null {
  try {
    return Number(readFileSync(join(sysfs, "class/net", name, "ifindex"), "utf8"));
  } catch {
    return null;
  }
}

function readLink(folder: string, name: string): Result<LinkFacts | null> {
  const path = join(folder, name);
  const read = (file: string): string => readFileSync(join(path, file), "utf8").trim();
  try {
    const state = read("operstate");
    return succeed({
      name,
      index: Number(read("ifindex")),
      isUp: (Number(read("flags")) & IFF_UP) !== 0,
      state: isState(state) ? state : "unknown",
      lowers: readLowers(path),
      device: readDevice(path),
    });
  } catch (error) {
    // Of an interface that goes away under us some files can be read and others cannot; those that
    // are still there then answer EINVAL (net/core/net-sysfs.c, `dev_isalive`).
    const fault = faultOf(error, path);
    if (isFolder(folder) && (fault.code === "EINVAL" || !isFolder(path))) return succeed(null);
    return fail(fault);
  }
}

function isState(text: string): text is LinkState {
  return STATES.has(text);
}

function readLowers(path: string): readonly string[] {
  return readdirSync(path)
    .filter((entry) => entry.startsWith(LOWER))
    .slice(0, LOWERS_MOST)
    .map((entry) => entry.slice(LOWER.length));
}

function readDevice(path: string): LinkDevice | null {
  try {
    const device = realpathSync(join(path, "device"));
    return { path: device, driver: readDriver(device) };
  } catch {
    return null;
  }
}

function readDriver(device: string): string | null {
  try {
    return basename(readlinkSync(join(device, "driver")));
  } catch {
    return null;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

async function readSpeed(path: string): Promise<number | null> {
  try {
    const speed = Number(await readFile(path, "utf8"));
    // -1 while it is not known (kernel, sysfs-class-net).
    return speed > 0 ? speed : null;
  } catch {
    return null;
  }
}
