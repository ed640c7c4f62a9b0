import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { BootWitness } from "../base/boot-witness.ts";
import type { Millis } from "../base/duration.ts";
import { MINUTE, SECOND } from "../base/duration.ts";

/** One record of wtmp(5), as far as boots are concerned. */
interface LoginRecord {
  readonly kind: "boot" | "shutdown" | "other";
  readonly wall: Millis;
}

/** Length of a record and place of its time: glibc's `struct utmp` (utmp(5), bits/utmp.h). */
const LAYOUT =
  process.arch === "arm64" ? { length: 400, seconds: 344 } : { length: 384, seconds: 340 };
const RUN_LEVEL = 1;
const BOOT_TIME = 2;
const USER_AT = 44;
const RECORDS_MOST = 2000;
/** The clock may be put right between the kernel's start and the record of it. */
const SLACK: Millis = 5 * MINUTE;

/**
 * The last that wtmp says of the time before this boot: a shutdown, or the beginning of a boot without
 * one; null where it says nothing (systems without wtmp; it was rotated). What the disk had not taken
 * when the server ended is missing, so it may be of a boot before the last one: `wall` tells.
 */
export function lastLoginRecord(path: string, bootedWall: Millis): BootWitness["loginRecord"] {
  const records = readRecords(path).filter(({ kind }) => kind !== "other");
  const isOfNow = (one: LoginRecord): boolean =>
    one.kind === "boot" && one.wall >= bootedWall - SLACK;
  const now = records.findIndex(isOfNow);
  const before = now < 0 ? records : records.slice(0, now);
  const last = before.at(-1);
  return last === undefined ? null : { isShutDown: last.kind === "shutdown", wall: last.wall };
}

function readRecords(path: string): readonly LoginRecord[] {
  let fd: number | null = null;
  try {
    fd = openSync(path, "r");
    const { length } = LAYOUT;
    const all = Math.floor(fstatSync(fd).size / length);
    const count = Math.min(all, RECORDS_MOST);
    const bytes = Buffer.alloc(count * length);
    const got = readSync(fd, bytes, 0, bytes.length, (all - count) * length);
    return Array.from({ length: Math.floor(got / length) }, (_, index) =>
      record(bytes.subarray(index * length, (index + 1) * length)),
    );
  } catch {
    return [];
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

function record(bytes: Buffer): LoginRecord {
  const type = bytes.readInt16LE(0);
  const user = bytes.toString("latin1", USER_AT, USER_AT + 32).replace(/\0.*$/s, "");
  const wall = bytes.readUInt32LE(LAYOUT.seconds) * SECOND;
  if (type === BOOT_TIME) return { kind: "boot", wall };
  return { kind: type === RUN_LEVEL && user === "shutdown" ? "shutdown" : "other", wall };
}
