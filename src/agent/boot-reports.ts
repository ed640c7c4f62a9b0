import * as z from "zod/mini";
import { type BootReport, bootReport } from "../api/boot-answers.ts";
import type { Statement } from "../api/answers.ts";
import type { BootWitness } from "../base/boot-witness.ts";
import { type Millis, MINUTE } from "../base/duration.ts";
import {
  type BootEndEvent,
  type BootFact,
  judgeBootEnd,
  type RecordWitness,
} from "../core/boot-cause.ts";
import type { Clock } from "../ports/clock.ts";
import type { VersionFiles } from "../ports/config-files.ts";
import type { ProgramRun } from "../ports/host.ts";
import { NumberedFiles } from "./numbered-files.ts";
import type { LoadedState } from "./saved-state.ts";

/** So many ends of boots are remembered. */
const BOOTS_MAX = 50;
const FORMAT = 1;
/** Early in a boot everything is slow; nobody waits for this. */
const WITNESS_LIMIT: Millis = 2 * MINUTE;
const WITNESS_BYTES_MOST = 64 * 1024;

const text = z.string().check(z.maxLength(4096));
const witnessSchema = z.object({
  kernel: text,
  hasWatchdogStatus: z.boolean(),
  panic: z.nullable(z.object({ line: text, path: text })),
  crashDump: z.nullable(text),
  guardWord: z.nullable(text),
  journal: z.nullable(
    z.object({
      lastWall: z.number(),
      isClosed: z.boolean(),
      shutdown: z.nullable(text),
      asked: z.nullable(text),
    }),
  ),
  loginRecord: z.nullable(z.object({ isShutDown: z.boolean(), wall: z.number() })),
});
const savedReport = z.object({ v: z.literal(FORMAT), report: bootReport });

export interface BootReportParts {
  readonly clock: Clock;
  readonly files: VersionFiles;
  readonly bootId: string;
  readonly machineId: string;
  readonly uptimeMs: Millis;
  /** What an earlier agent left; read before this boot was written into the record. */
  readonly saved: Pick<LoadedState, "record" | "state">;
  /** Runs the program that looks for witnesses; logs of the kernel are kept in its folder. */
  readonly runWitness: (
    bootedWall: Millis,
    timeoutMs: Millis,
    maxOutputBytes: number,
  ) => Promise<ProgramRun>;
  readonly tell: (event: BootEndEvent) => void;
  readonly onFault: (what: string, error: unknown) => void;
}

/** Finds out once in each boot why the one before ended, and remembers it. */
export class BootReports {
  readonly #parts: BootReportParts;
  readonly #files: NumberedFiles<BootReport, BootReport>;

  constructor(parts: BootReportParts) {
    this.#parts = parts;
    this.#files = new NumberedFiles<BootReport, BootReport>(parts.clock, parts.files, {
      most: BOOTS_MAX,
      rowOf: (report) => report,
      read: (saved) => {
        const read = z.safeParse(savedReport, JSON.parse(saved));
        return read.success ? read.data.report : null;
      },
      write: (report) => JSON.stringify({ v: FORMAT, report }),
    });
  }

  /** Newest first. */
  get list(): readonly BootReport[] {
    return this.#files.list;
  }

  get isThisBoot(): boolean {
    return this.#files.list[0]?.bootId === this.#parts.bootId;
  }

  /** Reads the reports; writes that of this boot where there is something to report. */
  async begin(): Promise<void> {
    const { onFault } = this.#parts;
    try {
      await this.#files.load();
      if (this.isThisBoot || !this.#isNews()) return;
      await this.#report();
    } catch (error) {
      onFault("why the boot before ended could not be found out", error);
    }
  }

  /** When the product came onto the server in this boot, the end of the one before is none of ours. */
  #isNews(): boolean {
    const { saved, bootId, machineId } = this.#parts;
    const { record } = saved;
    if (record === null || record.bootId === "" || record.machineId !== machineId) return false;
    return record.bootId !== bootId || this.#files.list.length > 0;
  }

  async #report(): Promise<void> {
    const { bootId, uptimeMs, clock, tell } = this.#parts;
    const bootedWall = Math.round(clock.wall() - uptimeMs);
    const witness = await this.#witness(bootedWall);
    const cause = judgeBootEnd(this.#recordWitness(), witness, bootedWall);
    const { event, facts, ...judged } = cause;
    const said = { id: event.id, fields: { ...event.fields } };
    const id = this.#files.newId();
    const { kernel } = witness;
    const found = facts.map(statementOf);
    const report = { id, bootId, bootedWall, kernel, ...judged, event: said, facts: found };
    // Told first, and shown in any case: a disk that takes no report must not keep the news from
    // anybody.
    tell(event);
    try {
      await this.#files.write(report);
    } catch (error) {
      this.#files.show(report);
      throw error;
    }
  }

  async #witness(bootedWall: Millis): Promise<BootWitness> {
    const { runWitness } = this.#parts;
    const run = await runWitness(bootedWall, WITNESS_LIMIT, WITNESS_BYTES_MOST);
    if (run.kind !== "exited" || run.code !== 0) {
      throw new Error(`the witness was not heard: ${JSON.stringify(run).slice(0, 500)}`);
    }
    return z.parse(witnessSchema, JSON.parse(run.output));
  }

  #recordWitness(): RecordWitness | null {
    const { saved, bootId } = this.#parts;
    const { record, state } = saved;
    // An earlier agent of this boot has written it over: it speaks of this boot already.
    if (record === null || record.bootId === bootId) return null;
    const { mark, intent, uptimeNow } = record;
    return { mark, intent, uptimeMs: uptimeNow, savedWall: state?.wall ?? 0 };
  }
}

function statementOf({ id, ...fields }: BootFact): Statement {
  return { id, fields };
}
