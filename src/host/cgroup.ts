import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";

/** Reads where the kernel's second version of control groups is mounted; null when it is not. */
export function findCgroupMount(mountinfo: string): string | null {
  for (const line of mountinfo.split("\n")) {
    const [before, after] = line.split(" - ");
    if (!after?.startsWith("cgroup2 ")) continue;
    const [, , , root, point, options] = before?.split(" ") ?? [];
    const isWritable = options?.split(",").includes("rw") ?? false;
    if (root === "/" && point !== undefined && isWritable) return unescapeMount(point);
  }
  return null;
}

function unescapeMount(point: string): string {
  return point.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/**
 * The folder below which this process may make groups of its own, made ready; null when there is
 * none. Below systemd that is its own group (delegated to it), so that systemd's tree stays its own;
 * elsewhere the top, so that groups are found again wherever the next agent is started from.
 */
export function prepareCgroupRoot(stateId: string, force?: string): string | null {
  try {
    const mount = force ?? findCgroupMount(readFileSync("/proc/self/mountinfo", "utf8"));
    if (mount === null) return null;
    const isSystemd = existsSync("/run/systemd/system");
    const places = isSystemd ? [ownGroup(mount)] : [mount, ownGroup(mount)];
    for (const place of places) {
      const root = `${place}/solosafe-${stateId}`;
      if (makeFolder(root)) return root;
    }
  } catch {
    // An unreadable mount table is the same as none: trees are then followed by their mark.
  }
  return null;
}

/** Path below the mount of the group a process is in; null when it has ended or is in none. */
export function groupOf(pid: number | "self"): string | null {
  try {
    const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").split("\n");
    return lines.find((one) => one.startsWith("0::"))?.slice(3) ?? null;
  } catch {
    return null;
  }
}

function ownGroup(mount: string): string {
  const path = groupOf("self") ?? "/";
  return path === "/" || !existsSync(`${mount}${path}`) ? mount : `${mount}${path}`;
}

function makeFolder(path: string): boolean {
  try {
    mkdirSync(path, { recursive: true });
    // A folder on an ordinary file system has no such file, and may not be taken for a group.
    return statSync(`${path}/cgroup.procs`).isFile();
  } catch {
    return false;
  }
}

/** One group of processes that the kernel keeps together. Its files answer without waiting. */
export class Cgroup {
  readonly path: string;
  readonly #members: string;
  readonly #events: string;

  constructor(path: string) {
    this.path = path;
    this.#members = `${path}/cgroup.procs`;
    this.#events = `${path}/cgroup.events`;
  }

  /** Makes the folder; false when it may not be made. */
  prepare(): boolean {
    return makeFolder(this.path);
  }

  exists(): boolean {
    return existsSync(this.#events);
  }

  /** Whether a process lives in it or below it; null when that cannot be read. */
  isPopulated(): boolean | null {
    try {
      return readFileSync(this.#events, "latin1").includes("populated 1");
    } catch {
      return this.exists() ? null : false;
    }
  }

  /** Pids that live in it; children of a group below are not listed. Empty when it is gone. */
  members(): number[] {
    try {
      const pids = readFileSync(this.#members, "latin1").split("\n").filter(Boolean).map(Number);
      // A process of another pid namespace is shown as 0.
      return pids.filter((pid) => pid > 0);
    } catch {
      return [];
    }
  }

  /**
   * Moves a process in. Takes some 8 ms (the kernel waits for all CPUs), so it is not done in the
   * main loop; false when it has ended or may not be moved.
   */
  async join(pid: number): Promise<boolean> {
    try {
      await writeFile(this.#members, `${pid}`);
      return true;
    } catch {
      return false;
    }
  }

  /** The kernel kills everything in it at once, also what forks meanwhile; false before Linux 5.14. */
  kill(): boolean {
    try {
      writeFileSync(`${this.path}/cgroup.kill`, "1");
      return true;
    } catch {
      return false;
    }
  }

  /** Removes the folder when nothing lives in it; false when something does. */
  remove(): boolean {
    try {
      rmdirSync(this.path);
      return true;
    } catch {
      return !this.exists();
    }
  }
}
