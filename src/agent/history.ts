import type { EventRecord } from "../api/answers.ts";
import { AFTERWARDS } from "../base/afterwards.ts";
import type { Event } from "../core/event.ts";
import type { HistoryFiles } from "../ports/store.ts";

export interface HistoryParts {
  readonly files: HistoryFiles;
  readonly wall: () => number;
  /** The server ended without notice since the last event: newer ones may have been lost with it. */
  readonly isAfterCut: boolean;
  /** Told once when events cannot be written, and once (null) when they can again. */
  readonly onFault: (fault: string | null) => void;
}

export interface HistoryPage {
  readonly events: readonly EventRecord[];
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** Events in one segment at most. */
export const SEGMENT_EVENTS = 1000;
/** Events that are kept at least (product.md N3). */
export const EVENTS_KEPT = 10_000;
/** Events kept in memory for pages and streams that ask for the newest. */
const RECENT_MAX = 500;
/** Events waiting for a slow disk; more are lost, and counted. */
const QUEUE_MAX = 10_000;
/** However short they are. */
const SEGMENTS_MAX = 100;
/**
 * Numbers that are passed over after the server ended without notice. What was written in its last
 * half minute may never have reached the disk (vm.dirty_expire_centisecs), but readers saw it: were
 * its numbers given again, they would take the new events for those that they know.
 */
export const NUMBERS_LEFT_OUT = 100_000;

/**
 * Events as JSON lines in segments named by the number of their first event. Numbers go on after a
 * restart: an event is shown only when it was written, so none is given out twice. After a power cut
 * they go on higher up.
 */
export class History {
  readonly #parts: HistoryParts;
  readonly #segments: string[];
  readonly #recent: EventRecord[];
  readonly #listeners = new Set<(record: EventRecord) => void>();
  #queue: EventRecord[] = [];
  /** Number of the newest event, and of the newest that was shown. */
  #last: number;
  #shown: number;
  #inSegment: number;
  /** Of old segments, where their names do not tell how many events they hold. */
  readonly #counts = new Map<string, number>();
  #lost = 0;
  #writing: Promise<void> | null = null;
  #hasFault = false;

  /** Reads the newest segments; for the agent's start only. */
  constructor(parts: HistoryParts) {
    const { files } = parts;
    const names = files.listAtStart().filter((name) => /^\d{12}\.jsonl$/.test(name));
    this.#parts = parts;
    this.#segments = names.toSorted();
    this.#recent = readNewest(files, this.#segments);
    const last = Math.max(this.#recent.at(-1)?.seq ?? 0, lastOfNames(this.#segments));
    const isCut = parts.isAfterCut && names.length > 0;
    this.#last = isCut ? last + NUMBERS_LEFT_OUT : last;
    this.#shown = this.#last;
    this.#inSegment = isCut ? SEGMENT_EVENTS : roomOf(files, this.#segments);
  }

  /** The newest events that may be shown, oldest first, from memory. */
  get recent(): readonly EventRecord[] {
    return this.#recent;
  }

  get lastSeq(): number {
    return this.#shown;
  }

  get firstSeq(): number {
    const oldest = this.#segments[0];
    const inMemory = this.#recent[0]?.seq ?? this.#last + 1;
    return oldest === undefined ? inMemory : Math.min(Number.parseInt(oldest, 10), inMemory);
  }

  /** Events that never reached the disk. */
  get lost(): number {
    return this.#lost;
  }

  /** Gives the event its number. Readers hear of it when it is written, or cannot be. */
  append(event: Event): EventRecord {
    this.#last += 1;
    const { id, incident, fields } = event;
    const wall = Math.round(this.#parts.wall());
    const record = { seq: this.#last, wall, id, incident, fields };
    if (this.#queue.length >= QUEUE_MAX) {
      this.#lost += 1;
      this.#show([record]);
      return record;
    }
    this.#queue.push(record);
    this.#writing ??= this.#writeAll();
    return record;
  }

  /** `listener` is called for each event once it may be shown. Returns how to take it back. */
  subscribe(listener: (record: EventRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Events after a number, oldest first; `after` null: the newest ones, all of them before `before`. */
  async page(
    after: number | null,
    limit: number,
    incident: string | null,
    before: number | null = null,
  ): Promise<HistoryPage> {
    const fits = (record: EventRecord): boolean =>
      (after === null || record.seq > after) &&
      (before === null || record.seq < before) &&
      (incident === null || record.incident === incident);
    const isInMemory = after !== null && after + 1 >= (this.#recent[0]?.seq ?? 0);
    const found = isInMemory
      ? this.#recent.filter(fits)
      : await this.#find(fits, limit, after === null);
    const events = after === null ? found.slice(-limit) : found.slice(0, limit);
    return { events, firstSeq: this.firstSeq, lastSeq: this.lastSeq };
  }

  /** Settles when nothing is waiting to be written; never rejects. */
  async settled(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // What belongs together is one write.
    await new Promise((resolve) => setTimeout(resolve, AFTERWARDS));
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, SEGMENT_EVENTS);
      this.#queue = this.#queue.slice(batch.length);
      await this.#write(batch);
      this.#show(batch);
    }
    this.#writing = null;
  }

  async #write(batch: readonly EventRecord[]): Promise<void> {
    if (this.#inSegment >= SEGMENT_EVENTS) {
      this.#segments.push(segmentName(batch[0]?.seq ?? 0));
      this.#inSegment = 0;
    }
    const text = batch.map((one) => `${JSON.stringify(one)}\n`).join("");
    try {
      // What a full disk left of a line must not swallow the next one.
      const cut = this.#hasFault ? "\n" : "";
      await this.#parts.files.append(this.#segments.at(-1) ?? "", cut + text);
    } catch (error) {
      // The next try goes to the same segment: names without content must not drive out old events.
      this.#lost += batch.length;
      return this.#report(error instanceof Error ? error.message : String(error));
    }
    const isFirst = this.#inSegment === 0;
    this.#inSegment += batch.length;
    this.#report(null);
    if (isFirst) await this.#prune();
  }

  /** Keeps as many of the newest segments before this one as it takes to hold `EVENTS_KEPT`. */
  async #prune(): Promise<void> {
    let oldest = this.#segments.length - 1;
    let kept = 0;
    while (oldest > 0 && kept < EVENTS_KEPT && this.#segments.length - oldest < SEGMENTS_MAX) {
      oldest -= 1;
      kept += await this.#countOf(oldest);
    }
    try {
      for (const name of this.#segments.slice(0, oldest)) {
        await this.#parts.files.remove(name);
        this.#segments.shift();
        this.#counts.delete(name);
      }
    } catch {
      // What cannot be removed stays in the list; the next segment tries again.
    }
  }

  /** Events of an old segment: told by the names, unless numbers were left out after it. */
  async #countOf(index: number): Promise<number> {
    const [name = "", next = ""] = this.#segments.slice(index, index + 2);
    const room = Number.parseInt(next, 10) - Number.parseInt(name, 10);
    if (room <= SEGMENT_EVENTS) return room;
    const known = this.#counts.get(name);
    const count = known ?? parseLines(await readOrNothing(this.#parts.files, name)).length;
    this.#counts.set(name, count);
    return count;
  }

  #show(records: readonly EventRecord[]): void {
    for (const record of records) {
      this.#recent.push(record);
      this.#shown = record.seq;
      for (const listener of this.#listeners) listener(record);
    }
    const excess = this.#recent.length - RECENT_MAX;
    if (excess > 0) this.#recent.splice(0, excess);
  }

  #report(fault: string | null): void {
    if ((fault !== null) === this.#hasFault) return;
    this.#hasFault = fault !== null;
    this.#parts.onFault(fault);
  }

  /** The oldest (or newest) `count` that fit, and maybe more. Reads no more segments than it must. */
  async #find(
    fits: (record: EventRecord) => boolean,
    count: number,
    isNewest: boolean,
  ): Promise<EventRecord[]> {
    const inMemory = this.#recent.filter(fits);
    if (isNewest && inMemory.length >= count) return inMemory;
    const memoryFrom = this.#recent[0]?.seq ?? this.#last + 1;
    const found: EventRecord[] = [];
    for (const name of isNewest ? this.#segments.toReversed() : this.#segments.slice()) {
      const records = parseLines(await readOrNothing(this.#parts.files, name)).filter(
        (record) => record.seq < memoryFrom && fits(record),
      );
      if (isNewest) found.unshift(...records);
      else found.push(...records);
      if (found.length + (isNewest ? inMemory.length : 0) >= count) break;
    }
    return [...found, ...inMemory];
  }
}

function segmentName(first: number): string {
  return `${String(first).padStart(12, "0")}.jsonl`;
}

/** How full the newest segment is; one whose last line is not whole is not gone on with. */
function roomOf(files: HistoryFiles, segments: readonly string[]): number {
  const newest = segments.at(-1);
  const text = newest === undefined ? "" : files.readAtStart(newest);
  return text.endsWith("\n") ? parseLines(text).length : SEGMENT_EVENTS;
}

/** The number before the newest segment's first one: a segment may be there without a whole line. */
function lastOfNames(segments: readonly string[]): number {
  const newest = segments.at(-1);
  return newest === undefined ? 0 : Number.parseInt(newest, 10) - 1;
}

function readNewest(files: HistoryFiles, segments: readonly string[]): EventRecord[] {
  const records: EventRecord[] = [];
  for (const name of segments.toReversed()) {
    records.unshift(...parseLines(files.readAtStart(name)));
    if (records.length >= RECENT_MAX) break;
  }
  return records.slice(-RECENT_MAX);
}

async function readOrNothing(files: HistoryFiles, name: string): Promise<string> {
  try {
    return await files.read(name);
  } catch {
    return "";
  }
}

/** Lines that an interrupted write left unfinished are passed over. */
function parseLines(text: string): EventRecord[] {
  const records: EventRecord[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    try {
      const record: EventRecord = JSON.parse(line);
      if (typeof record.seq === "number" && typeof record.id === "string") records.push(record);
    } catch {
      // The line is not whole.
    }
  }
  return records;
}
