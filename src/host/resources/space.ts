import { readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { type Millis, SECOND } from "../../base/duration.ts";
import { fail, type Result, succeed } from "../../base/result.ts";
import type { Soon } from "../../base/soon.ts";
import type { MountSpace } from "../../ports/resources.ts";
import { faultOf } from "../http-talk.ts";
import { OnceATurn } from "../once-a-turn.ts";
import { type Mount, mountOf, parseMounts } from "../mounts.ts";

/** What `statfs` tells. */
interface Blocks {
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
}

export interface SpaceParts {
  readonly statfs: (path: string) => Promise<Blocks>;
  /** The text of mountinfo (proc(5)); throws when it cannot be read. */
  readonly readMountinfo: () => string;
  readonly now: () => Millis;
}

const OWN: SpaceParts = {
  statfs,
  readMountinfo: () => readFileSync("/proc/self/mountinfo", "utf8"),
  now: () => performance.now(),
};

const MOUNTS_MOST = 64;
const REMEMBERED_MOST = 1024;
/** A call takes 0.04 ms on a local file system. */
const CALL_MOST: Millis = 2 * SECOND;
/**
 * Each call that hangs holds one of the four threads on which all files of this process are read
 * and written (libuv's default). So many may; then remote file systems wait until one comes back.
 */
const HUNG_MOST = 2;
/** Always full, or made of nothing but memory of the kernel. */
const NEVER_FILL = new Set(["squashfs", "iso9660", "erofs", "cramfs", "udf"]);
/** Local, though no single block device is behind them. */
const POOLED = new Set(["btrfs", "zfs", "bcachefs"]);
const REMOTE =
  /^(?:nfs|nfs4|cifs|smb3?|smbfs|ceph|afs|9p|ncpfs|lustre|gfs2?|ocfs2|glusterfs|beegfs|fuse\.(?!.*(?:ntfs|exfat|lxcfs)).*)$/;

/** The list of mounts serves everybody who asks within so long. */
const FRESH: Millis = 250;
/** What a file system said serves everybody who asks within so long. */
const SPACE_FRESH: Millis = 900;

interface Call {
  readonly begin: Millis;
  readonly answer: Promise<MountSpace>;
}

/** Asks file systems how full they are; never twice at once, so that one that hangs holds one thread. */
export class SpaceReader {
  readonly #parts: SpaceParts;
  /** Calls that are under way. */
  readonly #calls = new Map<string, Call>();
  readonly #last = new Map<string, { readonly at: Millis; readonly space: MountSpace }>();
  readonly #answers = new OnceATurn<Soon<Result<readonly MountSpace[]>>>();
  #mounts: {
    readonly readAt: Millis;
    readonly text: string;
    readonly all: readonly Mount[];
  } | null = null;

  constructor(parts: SpaceParts = OWN) {
    this.#parts = parts;
  }

  /** At once where all of them were asked a moment ago. */
  read(
    wanted: readonly string[] | "all-local",
    deadlineMs: Millis,
  ): Soon<Result<readonly MountSpace[]>> {
    const question = `${deadlineMs}\0${wanted === "all-local" ? wanted : wanted.join("\0")}`;
    return this.#answers.answer(question, () => this.#read(wanted, deadlineMs));
  }

  #read(
    wanted: readonly string[] | "all-local",
    deadlineMs: Millis,
  ): Soon<Result<readonly MountSpace[]>> {
    if (wanted === "all-local") return this.#readAnew(wanted, deadlineMs);
    const since = this.#parts.now() - SPACE_FRESH;
    const spaces = wanted.flatMap((point) => {
      const last = this.#last.get(point);
      return last === undefined || last.at < since ? [] : last.space;
    });
    const isComplete = spaces.length === wanted.length && wanted.length <= MOUNTS_MOST;
    return isComplete ? succeed(spaces) : this.#readAnew(wanted, deadlineMs);
  }

  async #readAnew(
    wanted: readonly string[] | "all-local",
    deadlineMs: Millis,
  ): Promise<Result<readonly MountSpace[]>> {
    let mounts: readonly Mount[];
    try {
      mounts = this.#readMounts();
    } catch (error) {
      return fail(faultOf(error, "the mounts"));
    }
    const points = wanted === "all-local" ? localMounts(mounts) : wanted;
    const isRemote = (point: string): boolean =>
      REMOTE.test(mountOf(point, mounts)?.fileSystem ?? "");
    // Whatever may hang comes last.
    const order = points
      .slice(0, MOUNTS_MOST)
      .toSorted((left, right) => Number(isRemote(left)) - Number(isRemote(right)));
    const end = this.#parts.now() + deadlineMs;
    const found = new Map<string, MountSpace>();
    for (const point of order) {
      const leftMs = Math.min(CALL_MOST, end - this.#parts.now());
      found.set(point, await this.#ask(point, isRemote(point), leftMs));
    }
    return succeed(points.flatMap((point) => found.get(point) ?? []));
  }

  async #ask(mountPoint: string, isRemote: boolean, leftMs: Millis): Promise<MountSpace> {
    const { now } = this.#parts;
    const running = this.#calls.get(mountPoint);
    if (running !== undefined) {
      // Another monitor asked a moment ago; what hangs already is not waited for again.
      const restMs = Math.min(leftMs, running.begin + CALL_MOST - now());
      return await within(running, mountPoint, restMs, now);
    }
    const others = [...this.#calls.keys()].join(", ");
    const most = isRemote ? HUNG_MOST : HUNG_MOST + 1;
    if (this.#calls.size >= most) {
      return { kind: "unread", mountPoint, why: `it is not asked while ${others} hang` };
    }
    if (leftMs <= 0) return { kind: "unread", mountPoint, why: "there was no time left" };
    const answer = this.#parts.statfs(mountPoint).then(
      (blocks) => this.#remember(spaceOf(mountPoint, blocks), now()),
      (error: unknown): MountSpace => {
        return { kind: "unread", mountPoint, why: faultOf(error, mountPoint).message };
      },
    );
    const call = { begin: now(), answer };
    this.#calls.set(mountPoint, call);
    void answer.finally(() => this.#calls.delete(mountPoint));
    return await within(call, mountPoint, leftMs, now);
  }

  #remember(space: MountSpace, at: Millis): MountSpace {
    if (this.#last.size >= REMEMBERED_MOST) this.#last.clear();
    this.#last.set(space.mountPoint, { at, space });
    return space;
  }

  #readMounts(): readonly Mount[] {
    const now = this.#parts.now();
    const known = this.#mounts;
    if (known !== null && now - known.readAt <= FRESH) return known.all;
    const text = this.#parts.readMountinfo();
    // It hardly ever changes, and reading it is less work than taking it apart.
    const all = known?.text === text ? known.all : parseMounts(text);
    this.#mounts = { readAt: now, text, all };
    return all;
  }
}

/** The answer of a call, or since when it has none; it may have been made for another asker. */
async function within(
  call: Call,
  mountPoint: string,
  leftMs: Millis,
  now: () => Millis,
): Promise<MountSpace> {
  const { promise, resolve } = Promise.withResolvers<MountSpace>();
  const hangs = (): void => resolve({ kind: "hangs", mountPoint, sinceMs: now() - call.begin });
  const timer = setTimeout(hangs, Math.max(0, leftMs));
  void call.answer.then(resolve);
  const answer = await promise;
  clearTimeout(timer);
  return answer;
}

/** As `df` counts: what only root may use is neither used nor free. */
function spaceOf(mountPoint: string, blocks: Blocks): MountSpace {
  const used = (blocks.blocks - blocks.bfree) * blocks.bsize;
  const space = { used, most: used + blocks.bavail * blocks.bsize };
  const inodes = { used: blocks.files - blocks.ffree, most: blocks.files };
  return { kind: "space", mountPoint, space, inodes };
}

/** One mount point per file system, the shortest, where somebody can write to it. */
function localMounts(mounts: readonly Mount[]): readonly string[] {
  const points = new Map<string, string>();
  for (const { device, mountPoint, fileSystem, options } of mounts) {
    if (options.includes("ro") || NEVER_FILL.has(fileSystem) || REMOTE.test(fileSystem)) continue;
    const isOnDevice = !device.startsWith("0:") || POOLED.has(fileSystem);
    if (!isOnDevice && mountPoint !== "/") continue;
    const known = points.get(device);
    if (known === undefined || mountPoint.length < known.length) points.set(device, mountPoint);
  }
  return [...points.values()];
}
