import { closeSync, constants, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import {
  formatGuardReport,
  GUARD_REPORT_BYTES,
  type GuardReport,
  parseGuardReport,
} from "../base/guard-report.ts";
import { fail, type Result, succeed } from "../base/result.ts";

/** A reader that met a half-written report meets a whole one at the next try. */
const TRIES = 3;

/** The guard's report about itself: one page of a file in memory that is written again and again. */
export interface ReportFile {
  /** False when it could not be written, or does not fit. */
  write(report: GuardReport): boolean;
  close(): void;
}

/** Takes the page of memory for it now, so that no later write needs any. */
export function openReportFile(path: string): Result<ReportFile> {
  const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;
  try {
    const fd = openSync(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o644);
    const page = Buffer.alloc(GUARD_REPORT_BYTES, " ");
    ftruncateSync(fd, GUARD_REPORT_BYTES);
    writeSync(fd, page, 0, page.length, 0);
    return succeed({
      write: (report) => writeInPlace(fd, page, report),
      close: () => closeSync(fd),
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return fail({ code: "guard/report", message });
  }
}

function writeInPlace(fd: number, page: Buffer, report: GuardReport): boolean {
  const text = formatGuardReport(report);
  if (text === null) return false;
  page.write(text, "latin1");
  try {
    return writeSync(fd, page, 0, page.length, 0) === page.length;
  } catch {
    return false;
  }
}

/** What the guard said last; null when there is no guard, or it wrote while we read. */
export function readGuardReport(path: string): GuardReport | null {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const text = readPage(path);
    if (text === null) return null;
    const report = parseGuardReport(text);
    if (report !== null) return report;
  }
  return null;
}

function readPage(path: string): string | null {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const page = Buffer.alloc(GUARD_REPORT_BYTES);
      return page.toString("latin1", 0, readSync(fd, page, 0, page.length, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}
