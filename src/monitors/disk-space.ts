import * as z from "zod/mini";
import { DAY, type Millis } from "../base/duration.ts";
import type { MountSpace, Used } from "../ports/resources.ts";
import { type Complaint, failed, ok, type ProbeResult, warning } from "./define.ts";
import { about, absolutePath, percent } from "./fields.ts";
import { roughly, SpaceTrend } from "./space-trend.ts";

/** Below the warning it is told only when it will be full within so long. */
const TOLD_WITHIN: Millis = DAY;
const MOUNTS_MOST = 64;

/** Space and inodes of mounted file systems, at two levels. */
export const diskSpace = z.strictObject({
  mounts: about(
    "Mount points; or `all-local`: every local file system that can be written to",
    z._default(
      z.union(
        [
          z.literal("all-local"),
          z.array(absolutePath()).check(z.minLength(1), z.maxLength(MOUNTS_MOST)),
        ],
        {
          error: "a list of mount points is needed here, or `all-local`",
        },
      ),
      "all-local",
    ),
  ),
  warn: about("So much space in use is a warning", z.prefault(percent(), "85%")),
  fail: about("So much space in use is a failure", z.prefault(percent(), "95%")),
  "inodes-warn": about("So many inodes in use are a warning", z.prefault(percent(), "85%")),
  "inodes-fail": about("So many inodes in use are a failure", z.prefault(percent(), "95%")),
});
export type DiskSpace = z.output<typeof diskSpace>;

export function checkDiskSpace(given: DiskSpace): readonly Complaint[] {
  const what = "the warning of the disks would come after the failure";
  const isWrong = given.warn > given.fail || given["inodes-warn"] > given["inodes-fail"];
  return isWrong ? [{ key: "disk", what, hint: null }] : [];
}

/** Judges one mount after the other, and remembers how fast each of them fills. */
export class DiskSpaceJudge {
  readonly #given: DiskSpace;
  readonly #trends = new Map<string, SpaceTrend>();

  constructor(given: DiskSpace) {
    this.#given = given;
  }

  judge(mount: MountSpace, now: Millis): ProbeResult {
    switch (mount.kind) {
      case "hangs":
        return warning(
          `the file system of ${mount.mountPoint} has not answered for ${roughly(mount.sinceMs)}`,
        );
      case "unread":
        return warning(`${mount.mountPoint} was not looked at: ${mount.why}`);
      case "space":
        return this.#judgeSpace(mount.mountPoint, mount.space, mount.inodes, now);
    }
  }

  #judgeSpace(point: string, space: Used, inodes: Used, now: Millis): ProbeResult {
    const { warn, fail } = this.#given;
    const trend = this.#trends.get(point) ?? new SpaceTrend();
    this.#trends.set(point, trend);
    trend.add(now, space.used);
    const leftMs = trend.timeUntil(space.most - space.used);
    const inUse = percentOf(space);
    const isTold = leftMs !== null && (inUse >= warn || leftMs < TOLD_WITHIN) && inUse < 100;
    const soon = isTold ? `, full in about ${roughly(leftMs)} at this rate` : "";
    const bySpace = byLevel(inUse, warn, fail, `${point} is ${shown(inUse)} full${soon}`);
    const ofInodes = percentOf(inodes);
    const text = `${shown(ofInodes)} of the inodes of ${point} are in use`;
    const byInodes = byLevel(
      ofInodes,
      this.#given["inodes-warn"],
      this.#given["inodes-fail"],
      text,
    );
    if (byInodes.outcome === "ok") return bySpace;
    return bySpace.outcome === "failed" ||
      (byInodes.outcome === "warning" && bySpace.outcome === "warning")
      ? { ...bySpace, reason: `${bySpace.reason}; ${byInodes.reason}` }
      : byInodes;
  }
}

function byLevel(value: number, warn: number, fail: number, text: string): ProbeResult {
  if (value >= fail) return failed(`${text}, at most ${fail}% may be`);
  return value >= warn ? warning(text) : ok(text);
}

/** Of nothing nothing is in use. */
export function percentOf({ used, most }: Used): number {
  return most <= 0 ? 0 : (100 * used) / most;
}

/** Never rounded up to a limit that was not reached. */
export function shown(value: number): string {
  return `${Math.floor(value)}%`;
}
