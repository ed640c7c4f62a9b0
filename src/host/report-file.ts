import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import {
  formatGuardReport,
  GUARD_REPORT_BYTES,
  type GuardReport,
  parseGuardReport,
} from "../base/guard-report.ts";
import { fail, type Result, succeed } from "../base/result.ts";
import { isSameFile } from "./guard-fifo.ts";

/** A reader that met a half-written report meets a whole one at the next try. */
const TRIES = 3;

/** The guard's report about itself: one page of a file in memory that is written again and again. */
export class ReportFile {
  readonly #path: string;
  readonly #page = Buffer.alloc(GUARD_REPORT_BYTES, " ");
  #fd: number;

  constructor(path: string) {
    this.#path = path;
    this.#fd = openPage(path, this.#page);
  }

  /** False when it could not be written, or does not fit. */
  write(report: GuardReport): boolean {
    const text = formatGuardReport(report);
    if (text === null) return false;
    this.#page.write(text, "latin1");
    try {
      this.#renew();
      return writeSync(this.#fd, this.#page, 0, this.#page.length, 0) === this.#page.length;
    } catch {
      return false;
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** Somebody may have removed it: without it the agent takes the guard for gone. */
  #renew(): void {
    if (isSameFile(this.#path, this.#fd)) return;
    const fd = openPage(this.#path, this.#page);
    closeSync(this.#fd);
    this.#fd = fd;
  }
}

/**
 * Takes the page of memory for it now, so that no later write needs any. What a guard before this
 * one wrote stays until the first report: one that is killed before that leaves it to the next.
 */
export function openReportFile(path: string): Result<ReportFile> {
  try {
    return succeed(new ReportFile(path));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return fail({ code: "guard/report", message });
  }
}

function openPage(path: string, page: Buffer): number {
  const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;
  const fd = openSync(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o644);
  try {
    if (fstatSync(fd).size !== GUARD_REPORT_BYTES) {
      ftruncateSync(fd, GUARD_REPORT_BYTES);
      writeSync(fd, page, 0, page.length, 0);
    }
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
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
