import { readFileSync } from "node:fs";

/** One line of /proc/<pid>/mountinfo (proc(5)). */
export interface Mount {
  readonly id: number;
  /** `8:17`; the major number is 0 where no single block device is behind it. */
  readonly device: string;
  readonly mountPoint: string;
  readonly fileSystem: string;
  readonly source: string;
  /** Options of the mount and of the file system behind it. */
  readonly options: readonly string[];
}

/** No server has more; what is beyond is not looked at. */
const MOUNTS_MOST = 65_536;

/** All mounts of this process, in the kernel's order: the later covers the earlier. */
export function readMounts(): readonly Mount[] {
  return parseMounts(readFileSync("/proc/self/mountinfo", "utf8"));
}

export function parseMounts(text: string): readonly Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split("\n", MOUNTS_MOST)) {
    const mount = parseMount(line);
    if (mount) mounts.push(mount);
  }
  return mounts;
}

function parseMount(line: string): Mount | null {
  // Between the sixth field and ` - ` lie optional fields, in any number.
  const [left = "", right = ""] = line.split(" - ", 2);
  const [id, , device, , mountPoint, own] = left.split(" ");
  const [fileSystem, source, shared] = right.split(" ");
  if (mountPoint === undefined || device === undefined || fileSystem === undefined) return null;
  return {
    id: Number(id),
    device,
    mountPoint: unescapePath(mountPoint),
    fileSystem,
    source: unescapePath(source ?? ""),
    options: [...new Set([...(own ?? "").split(","), ...(shared ?? "").split(",")])],
  };
}

/** Blank, tab, line end and backslash are written as octal numbers (proc(5)). */
export function unescapePath(text: string): string {
  return text.includes("\\")
    ? text.replaceAll(/\\([0-7]{3})/g, (_all, digits: string) =>
        String.fromCharCode(Number.parseInt(digits, 8)),
      )
    : text;
}

/** Whether a path is the folder or lies below it. */
export function isBelow(path: string, folder: string): boolean {
  return folder === "/" || path === folder || path.startsWith(`${folder}/`);
}

/** The mount a path lies on by its text, symbolic links not followed; null when there is none. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | null {
  let found: Mount | null = null;
  for (const mount of mounts) {
    if (!isBelow(path, mount.mountPoint)) continue;
    if (!found || mount.mountPoint.length >= found.mountPoint.length) found = mount;
  }
  return found;
}

/**
 * Mount points that /etc/fstab promises at boot; those with `noauto` are mounted when somebody
 * wants them.
 */
export function parseFstab(text: string): readonly string[] {
  const points: string[] = [];
  for (const line of text.split("\n", MOUNTS_MOST)) {
    const [source = "", point = "", , options = ""] = line.trim().split(/\s+/);
    if (source === "" || source.startsWith("#") || !point.startsWith("/")) continue;
    if (!options.split(",").includes("noauto")) points.push(trimSlashes(unescapePath(point)));
  }
  return points;
}

/** A path as the kernel writes it: no slash at its end. */
export function trimSlashes(path: string): string {
  const trimmed = path.replaceAll(/\/{2,}/g, "/").replace(/\/$/, "");
  return trimmed === "" ? "/" : trimmed;
}
