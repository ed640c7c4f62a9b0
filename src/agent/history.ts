import type { EventRecord } from "../api/answers.ts";
import type { Event } from "../core/event.ts";
import type { HistoryFiles } from "../ports/store.ts";

export interface HistoryParts {
  readonly files: HistoryFiles;
  readonly wall: () => number;
  /** Told once when events cannot be written, and once (null) when they can again. */
  readonly onFault: (fault: string | null) => void;
}

export interface HistoryPage {
  readonly events: readonly EventRecord[];
  readonly firstSeq: number;
  readonly lastSeq: number;
}

export interface History {
  /** Gives the event its number. Readers hear of it when it is written, or cannot be. */
  append(event: Event): EventRecord;
  page(after: number | null, limit: number, incident: string | null): Promise<HistoryPage>;
  /** The newest events, oldest first, from memory. */
  recent(): readonly EventRecord[];
  /** Called for each event once it may be shown. Returns how to take it back. */
  subscribe(listener: (record: EventRecord) => void): () => void;
  lastSeq(): number;
  firstSeq(): number;
  /** Events that never reached the disk. */
  lost(): number;
  /** Settles when nothing is waiting to be written; never rejects. */
  settled(): Promise<void>;
}

/** Events in one segment at most. */
export const SEGMENT_EVENTS = 1000;
/** Events that are kept at least (product.md N3). */
export const EVENTS_KEPT = 10_000;
/** Events kept in memory for pages and streams that ask for the newest. */
const RECENT_MAX = 500;
/** Events waiting for a slow disk; more are lost, and counted. */
const QUEUE_MAX = 10_000;

/**
 * Events as JSON lines in segments named by the number of their first event. Numbers go on after a
 * restart: an event is shown only when it was written, so none is given out twice.
 */
export function createHistory(parts: HistoryParts): History {
  const segments = parts.files
    .listAtStart()
    .filter((name) => /^\d{12}\.jsonl$/.test(name))
    .toSorted();
  const recent: EventRecord[] = readNewest(parts.files, segments);
  const listeners = new Set<(record: EventRecord) => void>();
  let queue: EventRecord[] = [];
  let last = Math.max(recent.at(-1)?.seq ?? 0, lastOfNames(segments));
  let inSegment = roomOf(parts.files, segments);
  let lost = 0;
  let writing: Promise<void> | null = null;
  let hasFault = false;

  function append(event: Event): EventRecord {
    last += 1;
    const { id, incident } = event;
    const record = {
      seq: last,
      wall: Math.round(parts.wall()),
      id,
      incident,
      fields: event.fields,
    };
    if (queue.length >= QUEUE_MAX) {
      lost += 1;
      show([record]);
      return record;
    }
    queue.push(record);
    writing ??= writeAll();
    return record;
  }

  async function writeAll(): Promise<void> {
    // After the actions of this turn, so that what belongs together is one write.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const batch = queue.slice(0, SEGMENT_EVENTS);
      queue = queue.slice(batch.length);
      await write(batch);
      show(batch);
    }
    writing = null;
  }

  async function write(batch: readonly EventRecord[]): Promise<void> {
    const first = batch[0];
    if (!first) return;
    try {
      if (inSegment >= SEGMENT_EVENTS) {
        segments.push(segmentName(first.seq));
        inSegment = 0;
        await prune();
      }
      const name = segments.at(-1) ?? segmentName(first.seq);
      await parts.files.append(name, batch.map((one) => `${JSON.stringify(one)}\n`).join(""));
      inSegment += batch.length;
      report(null);
    } catch (error) {
      lost += batch.length;
      // What a full disk left of a line must not swallow the next one.
      inSegment = SEGMENT_EVENTS;
      report(error instanceof Error ? error.message : String(error));
    }
  }

  async function prune(): Promise<void> {
    while (segments.length > 1 && Number.parseInt(segments[1] ?? "", 10) <= last - EVENTS_KEPT) {
      await parts.files.remove(segments.shift() ?? "");
    }
  }

  function show(records: readonly EventRecord[]): void {
    for (const record of records) {
      recent.push(record);
      for (const listener of listeners) listener(record);
    }
    if (recent.length > RECENT_MAX) recent.splice(0, recent.length - RECENT_MAX);
  }

  function report(fault: string | null): void {
    if ((fault !== null) === hasFault) return;
    hasFault = fault !== null;
    parts.onFault(fault);
  }

  function firstSeq(): number {
    const oldest = segments[0];
    const inMemory = recent[0]?.seq ?? last + 1;
    return oldest === undefined ? inMemory : Math.min(Number.parseInt(oldest, 10), inMemory);
  }

  async function page(
    after: number | null,
    limit: number,
    incident: string | null,
  ): Promise<HistoryPage> {
    const shown = recent.at(-1)?.seq ?? last;
    const fits = (record: EventRecord): boolean =>
      (after === null || record.seq > after) && (incident === null || record.incident === incident);
    const isInMemory = after !== null && after + 1 >= (recent[0]?.seq ?? 0);
    const found = isInMemory
      ? recent.filter(fits)
      : await find(fits, after === null ? -limit : limit);
    const events = after === null ? found.slice(-limit) : found.slice(0, limit);
    return { events, firstSeq: firstSeq(), lastSeq: shown };
  }

  /** `count` > 0: the oldest that fit; < 0: the newest. Reads no more segments than it must. */
  async function find(
    fits: (record: EventRecord) => boolean,
    count: number,
  ): Promise<EventRecord[]> {
    const isNewest = count < 0;
    const fromMemory = recent.filter(fits);
    if (isNewest && fromMemory.length >= -count) return fromMemory;
    const memoryFrom = recent[0]?.seq ?? last + 1;
    const found: EventRecord[] = [];
    for (const name of isNewest ? segments.toReversed() : [...segments]) {
      const records = parseLines(await readOrNothing(parts.files, name)).filter(
        (record) => record.seq < memoryFrom && fits(record),
      );
      if (isNewest) found.unshift(...records);
      else found.push(...records);
      if (found.length + (isNewest ? fromMemory.length : 0) >= Math.abs(count)) break;
    }
    return [...found, ...fromMemory];
  }

  return {
    append,
    page,
    recent: () => recent,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    lastSeq: () => recent.at(-1)?.seq ?? last,
    firstSeq,
    lost: () => lost,
    settled: async () => {
      while (writing !== null) await writing;
    },
  };
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
