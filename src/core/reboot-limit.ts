import type { Millis } from "../base/duration.ts";
import { DAY, HOUR, MINUTE } from "../base/duration.ts";
import type { BootFacts } from "./input.ts";
import type { ServerAction } from "./model.ts";
import type { BootRecord, RecordEntry } from "./state.ts";

/** An unclean boot without intent that lasted shorter looks like ours (recovery.md 3). */
export const SHORT_BOOT: Millis = 30 * MINUTE;
/** The record forgets after so much quiet accumulated uptime. */
export const FORGET_AFTER: Millis = DAY;
/** Entries, monitors and losses kept; the limit is far below. */
export const RECORD_MAX = 100;

/** What became of the boot before this one. */
export type BootVerdict =
  | "same-boot"
  | "first-boot"
  | "other-server"
  | "clean"
  | "ordered"
  | "watchdog-reset"
  | "panic"
  | "unexplained"
  | "power-loss";

export function emptyRecord(machineId: string, bootId: string): BootRecord {
  return {
    machineId,
    bootId,
    mark: "open",
    uptimeBefore: 0,
    uptimeNow: 0,
    quietUptime: 0,
    counted: [],
    intent: null,
    judging: [],
    didNotHelp: [],
    powerLosses: 0,
  };
}

/** Says how the boot before ended, from what it left behind and what the kernel says. */
export function judgeBoot(record: BootRecord, facts: BootFacts): BootVerdict {
  if (record.bootId === "") return "first-boot";
  if (record.machineId !== facts.machineId) return "other-server";
  if (record.bootId === facts.bootId) return "same-boot";
  if (record.intent !== null) return "ordered";
  if (record.mark === "closed") return "clean";
  if (facts.hasWatchdogStatus) return "watchdog-reset";
  if (facts.hasPanicRecord) return "panic";
  return record.uptimeNow < SHORT_BOOT ? "unexplained" : "power-loss";
}

/** The record for the boot that begins now: one boot change counts at most once. */
export function openBoot(
  record: BootRecord,
  facts: BootFacts,
  verdict: BootVerdict,
  wall: Millis,
): BootRecord {
  if (verdict === "same-boot") return record;
  if (verdict === "first-boot" || verdict === "other-server") {
    return emptyRecord(facts.machineId, facts.bootId);
  }
  const uptime = record.uptimeBefore + record.uptimeNow;
  const entry = countedEntry(record, facts, verdict, uptime, wall);
  const { intent } = record;
  const isJudged = intent !== null && intent.monitor !== null && isServerAction(intent.kind);
  return {
    ...record,
    bootId: facts.bootId,
    mark: "open",
    uptimeBefore: uptime,
    uptimeNow: 0,
    // Clean boots are joined; what ended in another way was not quiet.
    quietUptime: verdict === "clean" ? record.quietUptime : 0,
    counted: entry === null ? record.counted : [...record.counted, entry].slice(-RECORD_MAX),
    intent: null,
    judging: isJudged ? addJudging(record, intent.monitor ?? "", intent.kind) : record.judging,
    powerLosses: record.powerLosses + (verdict === "power-loss" ? 1 : 0),
  };
}

function addJudging(
  record: BootRecord,
  monitor: string,
  action: ServerAction,
): BootRecord["judging"] {
  const others = record.judging.filter((one) => one.monitor !== monitor);
  return [...others, { monitor, action }].slice(-RECORD_MAX);
}

function countedEntry(
  record: BootRecord,
  facts: BootFacts,
  verdict: BootVerdict,
  uptime: Millis,
  wall: Millis,
): RecordEntry | null {
  if (verdict === "ordered") return record.intent;
  const kinds = {
    "watchdog-reset": "watchdog-reset",
    panic: "panic-seen",
    unexplained: "unexplained",
  } as const;
  if (verdict !== "watchdog-reset" && verdict !== "panic" && verdict !== "unexplained") return null;
  return { kind: kinds[verdict], monitor: null, bootId: facts.bootId, uptime, wall };
}

/** Brings the uptime up to date; forgets after a quiet day. `isQuiet`: nothing that has a server-level action is failed. */
export function passUptime(record: BootRecord, uptime: Millis, isQuiet: boolean): BootRecord {
  const passed = Math.max(0, uptime - record.uptimeNow);
  const quietUptime = isQuiet ? record.quietUptime + passed : 0;
  const isForgotten = quietUptime >= FORGET_AFTER;
  return {
    ...record,
    uptimeNow: uptime,
    quietUptime: isForgotten ? 0 : quietUptime,
    counted: isForgotten ? [] : record.counted,
  };
}

/**
 * When the limit is reached a stall is slowed, not blocked: the uptime of this boot before which
 * nothing is done, by the number of actions beyond the limit.
 */
export function slowedUntil(excess: number): Millis {
  const steps = [30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR];
  return steps[Math.min(Math.max(excess, 0), steps.length - 1)] ?? 6 * HOUR;
}

export function isServerAction(action: string): action is ServerAction {
  return action === "reboot" || action === "poweroff" || action === "reset" || action === "panic";
}
