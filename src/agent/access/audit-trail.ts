import * as z from "zod/mini";
import { type AuditEntry, auditEntry } from "../../api/access-answers.ts";
import { MINUTE, type Millis, SECOND } from "../../base/duration.ts";
import { parseAddress } from "../../base/ip-address.ts";
import type { SegmentFiles } from "../../ports/access-files.ts";
import type { Clock } from "../../ports/clock.ts";
import { within } from "../within.ts";
import { addressKey } from "./lock-out.ts";

/** Entries in one file, and files that are kept: ten thousand entries at least. */
const SEGMENT_ENTRIES = 1000;
const SEGMENTS_MAX = 11;
/** For a disk that takes nothing; those that do not fit are counted. */
const WAITING_MAX = 1000;
/** Of refusals, in a minute: whoever may do nothing must not push out what others did. */
const REFUSALS_MAX = 60;
/** Of them from one address, so that a stranger leaves room for those of others. */
const REFUSALS_OF_ONE = 20;
const DISK_LIMIT: Millis = 5 * SECOND;
const AGAIN: Millis = 10 * SECOND;
const NAME = /^(\d{1,15})\.jsonl$/;

/** What one entry says besides its number. */
export type Audited = Omit<AuditEntry, "seq">;

/**
 * Who did what: lines that are only ever added to, the newest ten thousand. What the disk does not
 * take is kept in memory and tried again.
 */
export class AuditTrail {
  readonly #clock: Clock;
  readonly #files: SegmentFiles;
  #waiting: AuditEntry[] = [];
  #writing: Promise<void> | null = null;
  #begun: Promise<void> | null = null;
  #isRetrying = false;
  #next = 1;
  /** First numbers of the files, oldest first. */
  #segments: number[] = [];
  #inSegment = SEGMENT_ENTRIES;
  /** The last line may be there in part only, and must not swallow the next one. */
  #isTorn = false;
  #lost = 0;
  #refusals = { since: Number.NEGATIVE_INFINITY, count: 0, of: new Map<string, number>() };

  constructor(clock: Clock, files: SegmentFiles) {
    this.#clock = clock;
    this.#files = files;
  }

  /** Never waits and never fails. */
  add(entry: Audited): void {
    if (entry.result !== "done" && this.#isFlood(entry.from)) {
      this.#lost += 1;
      return;
    }
    void this.#ready().then(() => {
      this.#waiting.push({ seq: this.#next, ...entry });
      this.#next += 1;
      if (this.#waiting.length > WAITING_MAX) {
        this.#waiting.shift();
        this.#lost += 1;
      }
      this.#write();
    });
  }

  /** The newest first; `before`: older than that number. Rejects when the disk does not answer. */
  async page(before: number | null, limit: number): Promise<readonly AuditEntry[]> {
    await this.#ready();
    const isWanted = ({ seq }: AuditEntry): boolean => before === null || seq < before;
    const found = this.#waiting.filter(isWanted).toReversed();
    for (const first of this.#segments.toReversed()) {
      if (found.length >= limit) break;
      if (before !== null && first >= before) continue;
      const text = await within(this.#clock, DISK_LIMIT, this.#files.read(fileOf(first)));
      const known = new Set(found.map(({ seq }) => seq));
      // What was written late, after it had been given up, is there twice.
      for (const entry of entriesOf(text).toReversed()) {
        if (isWanted(entry) && !known.has(entry.seq)) found.push(entry);
        known.add(entry.seq);
      }
    }
    return found.slice(0, limit);
  }

  /** Entries of this agent's life that were written nowhere: no room, or too many refusals. */
  get lost(): number {
    return this.#lost;
  }

  /** Settles when everything so far is written, or cannot be. */
  async settled(): Promise<void> {
    await this.#begun;
    await this.#writing;
  }

  #isFlood(from: string): boolean {
    const now = this.#clock.now();
    if (now - this.#refusals.since >= MINUTE) {
      this.#refusals = { since: now, count: 0, of: new Map() };
    }
    const address = parseAddress(from);
    const key = address === null ? from : addressKey(address);
    const { count, of } = this.#refusals;
    const own = of.get(key) ?? 0;
    if (count >= REFUSALS_MAX || own >= REFUSALS_OF_ONE) return true;
    this.#refusals.count = count + 1;
    of.set(key, own + 1);
    return false;
  }

  #ready(): Promise<void> {
    this.#begun ??= this.#begin().catch(() => {
      // Numbers begin anew in a file of their own; a page that is asked for later says what is wrong.
      this.#next = Math.max(this.#next, Math.round(this.#clock.wall()));
    });
    return this.#begun;
  }

  async #begin(): Promise<void> {
    const names = await within(this.#clock, DISK_LIMIT, this.#files.list());
    const firsts = names.flatMap((name) => Number(NAME.exec(name)?.[1] ?? Number.NaN));
    this.#segments = firsts.filter(Number.isFinite).toSorted((one, other) => one - other);
    const last = this.#segments.at(-1);
    if (last === undefined) return;
    const text = await within(this.#clock, DISK_LIMIT, this.#files.read(fileOf(last)));
    const entries = entriesOf(text);
    this.#next = Math.max(last, entries.at(-1)?.seq ?? 0) + 1;
    this.#inSegment = text.split("\n").length - 1;
    this.#isTorn = text !== "" && !text.endsWith("\n");
  }

  #write(): void {
    if (this.#writing !== null || this.#waiting.length === 0 || this.#isRetrying) return;
    this.#writing = this.#append(this.#waiting.slice(0, SEGMENT_ENTRIES)).then(
      (written) => {
        this.#waiting = this.#waiting.filter(({ seq }) => seq > written);
        this.#writing = null;
        this.#write();
      },
      () => {
        this.#writing = null;
        this.#isRetrying = true;
        this.#isTorn = true;
        this.#clock.timer(AGAIN, () => {
          this.#isRetrying = false;
          this.#write();
        });
      },
    );
  }

  /** The number of the last entry that was written. */
  async #append(entries: readonly AuditEntry[]): Promise<number> {
    const [first] = entries;
    if (first === undefined) return 0;
    if (this.#inSegment >= SEGMENT_ENTRIES) await this.#newSegment(first.seq);
    const segment = this.#segments.at(-1) ?? first.seq;
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
    const whole = this.#isTorn ? `\n${text}` : text;
    await within(this.#clock, DISK_LIMIT, this.#files.append(fileOf(segment), whole));
    this.#isTorn = false;
    this.#inSegment += entries.length;
    return entries.at(-1)?.seq ?? 0;
  }

  async #newSegment(first: number): Promise<void> {
    if (this.#segments.at(-1) !== first) this.#segments.push(first);
    this.#inSegment = 0;
    while (this.#segments.length > SEGMENTS_MAX) {
      const oldest = this.#segments.shift();
      if (oldest === undefined) return;
      await within(this.#clock, DISK_LIMIT, this.#files.remove(fileOf(oldest)));
    }
  }
}

function fileOf(first: number): string {
  return `${first}.jsonl`;
}

function entriesOf(text: string): AuditEntry[] {
  return text.split("\n").flatMap((line) => {
    try {
      const entry = z.safeParse(auditEntry, JSON.parse(line));
      return entry.success ? [entry.data] : [];
    } catch {
      return [];
    }
  });
}
