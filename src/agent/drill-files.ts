import * as z from "zod/mini";
import {
  type DrillReport,
  drillReport,
  type DrillSummary,
  drillSummary,
} from "../api/drill-answers.ts";
import { type Millis, SECOND } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";
import type { VersionFiles } from "../ports/config-files.ts";
import type { Undo } from "./drill-faults.ts";
import { within } from "./within.ts";

/** So many reports are kept. */
export const DRILLS_MAX = 100;
const FORMAT = 1;
const DISK_LIMIT: Millis = 5 * SECOND;

const processes = z.array(z.object({ pid: z.number(), startTime: z.number() }));
const undo = z.discriminatedUnion("is", [
  z.object({ is: z.literal("nothing") }),
  z.object({ is: z.literal("continue"), processes }),
  z.object({ is: z.literal("remove"), path: z.string() }),
  z.object({ is: z.literal("link-up"), namespace: z.string(), interface: z.string() }),
]);
const savedDrill = z.object({
  v: z.literal(FORMAT),
  bootId: z.string(),
  undo,
  report: drillReport,
});

export interface SavedDrill {
  readonly bootId: string;
  readonly undo: Undo;
  readonly report: DrillReport;
}

/** The written reports, one file each; the newest hundred. What touches the disk is bounded. */
export class DrillFiles {
  readonly #clock: Clock;
  readonly #files: VersionFiles;
  #list: readonly DrillSummary[] = [];
  #nextId = 1;

  constructor(clock: Clock, files: VersionFiles) {
    this.#clock = clock;
    this.#files = files;
  }

  /** Newest first. */
  get list(): readonly DrillSummary[] {
    return this.#list;
  }

  /** Never given twice. */
  newId(): number {
    this.#nextId += 1;
    return this.#nextId - 1;
  }

  /** Reads what is there; gives back the drills that an earlier agent did not end, or not undo. */
  async load(): Promise<readonly SavedDrill[]> {
    const names = await this.#disk(this.#files.list());
    const ids = names.flatMap((name) => {
      const id = /^(\d{1,9})\.json$/.exec(name)?.[1];
      return id === undefined ? [] : [Number(id)];
    });
    const sorted = ids.toSorted((one, other) => other - one);
    this.#nextId = Math.max(this.#nextId, (sorted[0] ?? 0) + 1);
    const open: SavedDrill[] = [];
    for (const id of sorted.slice(0, DRILLS_MAX)) {
      const saved = await this.read(id);
      if (saved === null) continue;
      this.#list = [...this.#list, summaryOf(saved.report)];
      const { verdict, undoFault } = saved.report;
      if (verdict === "running" || undoFault !== null) open.push(saved);
    }
    for (const id of sorted.slice(DRILLS_MAX)) await this.#disk(this.#files.remove(`${id}.json`));
    return open;
  }

  /** Null when there is none, or it cannot be understood. */
  async read(id: number): Promise<SavedDrill | null> {
    try {
      const text = await this.#disk(this.#files.read(`${id}.json`));
      const read = z.safeParse(savedDrill, JSON.parse(text));
      return read.success ? read.data : null;
    } catch {
      return null;
    }
  }

  /** Durable when it settles; rejects when that is not possible. */
  async write(saved: SavedDrill): Promise<void> {
    const { id } = saved.report;
    const text = JSON.stringify({ v: FORMAT, ...saved });
    await this.#disk(this.#files.write(`${id}.json`, text));
    const others = this.#list.filter((one) => one.id !== id);
    this.#list = [summaryOf(saved.report), ...others].toSorted((one, other) => other.id - one.id);
    const [old] = this.#list.slice(DRILLS_MAX);
    this.#list = this.#list.slice(0, DRILLS_MAX);
    if (old) await this.#disk(this.#files.remove(`${old.id}.json`));
  }

  async forget(id: number): Promise<void> {
    this.#list = this.#list.filter((one) => one.id !== id);
    await this.#disk(this.#files.remove(`${id}.json`));
  }

  #disk<Value>(work: Promise<Value>): Promise<Value> {
    return within(this.#clock, DISK_LIMIT, work);
  }
}

function summaryOf(report: DrillReport): DrillSummary {
  return z.parse(drillSummary, report);
}
