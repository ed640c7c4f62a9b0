import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Millis } from "../base/duration.ts";
import { SECOND } from "../base/duration.ts";
import { GUARD_REPORT } from "../base/guard-message.ts";
import { describeEnd, type ProgramEnd } from "../host/exit-status.ts";
import type { ProcessWatch } from "../host/process-watch.ts";
import { readGuardReport } from "../host/report-file.ts";
import { runToEnd } from "./proofs.ts";

/** An agent beats every two seconds; one that is silent for so long does not come back by itself. */
const SILENT: Millis = 10 * SECOND;
const PAGE_BYTES = 4096;
/** Node is larger than that. */
const PAGES = 8192;
/** In memory, for the next prover of this boot: reading past the page cache works here. */
const MARK_FILE = "disk-readable";

/**
 * The disk on which our programs lie, asked only when the agent is gone: whoever should judge disks
 * cannot be started from a dead one, and what is in the page cache would prove that all is well.
 */
export class ProgramDisk {
  readonly #run: string;
  readonly #watch: ProcessWatch;
  #isTried = false;

  constructor(run: string, watch: ProcessWatch) {
    this.#run = run;
    this.#watch = watch;
  }

  /** A proof must not be brought without it: once at the start, and while no agent is heard. */
  get isWanted(): boolean {
    if (!this.#isTried) return true;
    const report = readGuardReport(join(this.#run, GUARD_REPORT));
    if (report === null || report.beatAt === null || report.left.includes("agent")) return false;
    return report.at - report.beatAt >= SILENT;
  }

  /** Throws when it cannot be read any more, and never ends while it hangs. */
  async prove(): Promise<void> {
    const mark = join(this.#run, MARK_FILE);
    const isKnown = existsSync(mark);
    this.#isTried = true;
    const fault = await this.#read();
    if (fault === null && !isKnown) writeFileSync(mark, "", { mode: 0o600 });
    // Where it never worked it says nothing: a file system may refuse it, or the program is not there.
    if (fault !== null && isKnown) throw new Error(fault);
  }

  /** Another page each time, past the page cache; null, or why it cannot be read. */
  async #read(): Promise<string | null> {
    const page = Math.floor(Math.random() * PAGES);
    const from = [`if=${process.execPath}`, "iflag=direct", `bs=${PAGE_BYTES}`, `skip=${page}`];
    try {
      const end = await runToEnd(["dd", ...from, "of=/dev/null", "count=1"], this.#watch);
      return isFine(end) ? null : describeEnd(end);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

function isFine(end: ProgramEnd): boolean {
  return end.kind === "unknown" || (end.kind === "exited" && end.code === 0);
}
