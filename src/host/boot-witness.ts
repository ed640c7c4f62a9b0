import { copyFileSync, mkdirSync, readdirSync, statSync, unlinkSync } from "node:fs";
import { release } from "node:os";
import { basename, join } from "node:path";
import type { BootWitness } from "../base/boot-witness.ts";
import { HOUR, type Millis } from "../base/duration.ts";
import { guardLines, JOURNAL_END, JOURNAL_GUARD, journalEnd } from "./journal-end.ts";
import { hasWatchdogStatus, type KeptLog, keptLogs, PANIC, unsavedLogs } from "./last-boot.ts";
import { lastLoginRecord } from "./login-records.ts";

export interface WitnessPlaces {
  /** `/`; a test has another. */
  readonly root: string;
  /** Where logs of the kernel are kept that nobody else keeps. */
  readonly keep: string;
}

/** Output of `journalctl` with these arguments; null where there is none, or it took too long. */
export type ReadJournal = (options: readonly string[]) => Promise<string | null>;

/** A crash kernel may write for so long before this boot begins. */
const DUMP_MOST: Millis = HOUR;
const ENTRIES_MOST = 1000;
const TEXT_MAX = 200;

/**
 * Looks for everything that tells how the boot before ended. Runs in a process of its own: it reads
 * files of a disk that may be slow, and a journal that may be large.
 */
export async function readBootWitness(
  { root, keep }: WitnessPlaces,
  bootedWall: Millis,
  readJournal: ReadJournal,
): Promise<BootWitness> {
  const found = keptLogs(bootedWall, root);
  const kept = new Map(unsavedLogs(root).map((path) => [path, keepLog(path, keep)]));
  const logs = found.map(({ path, text }) => ({ path: kept.get(path) ?? path, text }));
  const end = await readJournal(JOURNAL_END);
  const guard = await readJournal(JOURNAL_GUARD);
  const words = [...(guard === null ? [] : guardLines(guard)), ...logs.flatMap(guardWordsOf)];
  return {
    kernel: release(),
    hasWatchdogStatus: hasWatchdogStatus(root),
    panic: panicOf(logs),
    crashDump: crashDump(join(root, "var/crash"), bootedWall - DUMP_MOST),
    guardWord: words.findLast(isOfAnEnd)?.slice(0, TEXT_MAX) ?? null,
    journal: end === null ? null : journalEnd(end),
    loginRecord: lastLoginRecord(join(root, "var/log/wtmp"), bootedWall),
  };
}

/** What the guard writes just before it ends a boot: `core/guard-course.ts`. */
function isOfAnEnd(word: string): boolean {
  return /^((reboot|poweroff|panic|reset)(:| was ordered)|the watchdog is not fed)/.test(word);
}

function guardWordsOf({ text }: KeptLog): readonly string[] {
  return [...text.matchAll(/solosafe-guard: (.*)$/gm)].map((match) => match[1] ?? "");
}

function panicOf(logs: readonly KeptLog[]): BootWitness["panic"] {
  for (const { path, text } of logs) {
    const line = /Kernel panic - not syncing.*/.exec(text)?.[0] ?? PANIC.exec(text)?.[0];
    if (line !== undefined) return { line: line.slice(0, TEXT_MAX), path };
  }
  return null;
}

/** The newest dump of the kernel's memory since then; kdump makes a folder for each. */
function crashDump(folder: string, since: Millis): string | null {
  try {
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const dumps = names
      .slice(0, ENTRIES_MOST)
      .filter((name) => /^(vmcore|dump\.)/.test(basename(name)));
    const found = dumps
      .map((name) => join(folder, name))
      .findLast((path) => statSync(path).mtimeMs >= since);
    return found ?? null;
  } catch {
    return null;
  }
}

/**
 * The kernel's store is small and full ones take no further record (Documentation/ABI/testing/pstore):
 * what was copied is removed there. Gives where it is now. Where systemd-pstore(8) runs there is
 * nothing left to do.
 */
function keepLog(path: string, folder: string): string {
  const copy = join(folder, basename(path));
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    copyFileSync(path, copy);
    unlinkSync(path);
    return copy;
  } catch {
    // It stays where it is, and the next boot finds it again.
    return path;
  }
}
