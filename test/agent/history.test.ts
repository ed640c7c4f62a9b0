import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { followEvents } from "../../src/agent/follow.ts";
import { EVENTS_KEPT, History, NUMBERS_LEFT_OUT, SEGMENT_EVENTS } from "../../src/agent/history.ts";
import type { EventRecord } from "../../src/api/answers.ts";
import type { StreamLine } from "../../src/api/contract.ts";
import type { Event } from "../../src/core/event.ts";
import { createHistoryFiles } from "../../src/host/state-files.ts";
import type { HistoryFiles } from "../../src/ports/store.ts";
import { settle } from "./fake-clock.ts";

const event = (monitor: string, incident: string | null = null): Event => ({
  id: "monitor-known",
  incident,
  fields: { monitor },
});

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "solosafe-history-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

function open(
  files: HistoryFiles,
  { faults = [], isAfterCut = false }: { faults?: (string | null)[]; isAfterCut?: boolean } = {},
): History {
  const onFault = (fault: string | null) => void faults.push(fault);
  return new History({ files, isAfterCut, wall: () => 1000, onFault });
}

/** Appends so many, and waits for the disk. */
async function fill(history: History, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) history.append(event("many"));
  await history.settled();
}

const numbers = (records: readonly EventRecord[]): number[] => records.map((one) => one.seq);
const span = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

test("numbers go on after a restart, and pages reach back before it", async (t) => {
  const path = folder(t);
  const first = open(createHistoryFiles(path));
  for (const name of ["one", "two", "three"]) first.append(event(name));
  await first.settled();
  const second = open(createHistoryFiles(path));
  assert.equal(second.append(event("four")).seq, 4);
  await second.settled();
  const page = await second.page(null, 3, null);
  assert.deepEqual(numbers(page.events), [2, 3, 4]);
  assert.deepEqual([page.firstSeq, page.lastSeq], [1, 4]);
  assert.deepEqual(numbers((await second.page(1, 2, null)).events), [2, 3]);
});

test("a line that a crash cut off is passed over, and the next event is not glued to it", async (t) => {
  const path = folder(t);
  const first = open(createHistoryFiles(path));
  first.append(event("one"));
  await first.settled();
  appendFileSync(join(path, readdirSync(path)[0] ?? ""), '{"seq":2,"wall":1,"id":"mon');
  const second = open(createHistoryFiles(path));
  assert.equal(second.append(event("two")).seq, 2);
  await second.settled();
  const third = open(createHistoryFiles(path));
  assert.deepEqual(numbers((await third.page(null, 10, null)).events), [1, 2]);
});

test("a segment of zeros is no event, and nothing stops", async (t) => {
  const path = folder(t);
  appendFileSync(join(path, "000000000007.jsonl"), "\0".repeat(5000));
  const history = open(createHistoryFiles(path));
  const { seq } = history.append(event("one"));
  assert.ok(seq >= 7, `number ${seq} may have been given out before`);
  await history.settled();
  assert.deepEqual(numbers((await history.page(null, 10, null)).events), [seq]);
});

test("old events are pruned by number, whole segments at a time", async (t) => {
  const path = folder(t);
  const history = open(createHistoryFiles(path));
  const total = EVENTS_KEPT + 3500;
  for (let count = 0; count < total; count += 500) {
    for (let at = 0; at < 500; at += 1) history.append(event("many"));
    await history.settled();
  }
  const { firstSeq, lastSeq, events } = await history.page(0, 5, null);
  assert.equal(lastSeq, total);
  assert.ok(lastSeq - firstSeq >= EVENTS_KEPT - 1, `${lastSeq - firstSeq + 1} are kept`);
  assert.ok(lastSeq - firstSeq < EVENTS_KEPT + 2000, `${lastSeq - firstSeq + 1} are kept`);
  assert.deepEqual(numbers(events), span(firstSeq, firstSeq + 4));
  assert.ok(readdirSync(path).length <= 13);
});

test("after a power cut numbers go on so high that nobody can know them, and the reader is told", async (t) => {
  const path = folder(t);
  await fill(open(createHistoryFiles(path)), 3);
  const history = open(createHistoryFiles(path), { isAfterCut: true });
  const lines: StreamLine[] = [];
  // It saw two events more than the disk kept.
  followEvents(history, 5, (line) => lines.push(line));
  await settle();
  const { seq } = history.append(event("after"));
  await history.settled();
  while (lines.length < 2) await settle();
  assert.equal(seq, 3 + NUMBERS_LEFT_OUT + 1);
  assert.deepEqual(lines[0], { type: "skipped", from: 6, to: seq - 1, count: null });
  assert.deepEqual(lines[1]?.type === "event" && lines[1].event.seq, seq);
  const again = open(createHistoryFiles(path));
  assert.equal(again.append(event("same boot")).seq, seq + 1);
  await again.settled();
  assert.deepEqual(numbers((await again.page(0, 10, null)).events), [1, 2, 3, seq, seq + 1]);
  assert.deepEqual(numbers((await again.page(null, 10, null, seq)).events), [1, 2, 3]);
  assert.deepEqual(numbers((await again.page(null, 2, null, 3)).events), [1, 2]);
});

test("a history that is not there yet begins at one, whatever happened before", (t) => {
  const history = open(createHistoryFiles(folder(t)), { isAfterCut: true });
  assert.equal(history.append(event("one")).seq, 1);
});

test("events are pruned by how many there are, not by numbers that were left out", async (t) => {
  const path = folder(t);
  for (const count of [EVENTS_KEPT - 1, 50, 40, 30]) {
    await fill(open(createHistoryFiles(path), { isAfterCut: true }), count);
  }
  const history = open(createHistoryFiles(path));
  await fill(history, SEGMENT_EVENTS);
  assert.equal(history.firstSeq, 1, "nothing was too much");
  // The last of the four boots fills its own segment first.
  await fill(history, 2 * SEGMENT_EVENTS);
  assert.ok(history.firstSeq > 1);
  const page = await history.page(0, 2 * EVENTS_KEPT, null);
  assert.ok(page.events.length >= EVENTS_KEPT);
  assert.ok(page.events.length < EVENTS_KEPT + 3 * SEGMENT_EVENTS);
});

test("boots that end at once leave a bounded number of files", async (t) => {
  const path = folder(t);
  for (let boot = 0; boot < 120; boot += 1) {
    await fill(open(createHistoryFiles(path), { isAfterCut: true }), 1);
  }
  assert.equal(readdirSync(path).length, 100);
});

test("a page of one incident finds its events on disk, too", async (t) => {
  const path = folder(t);
  const history = open(createHistoryFiles(path));
  history.append(event("one", "i1"));
  for (let at = 0; at < 700; at += 1) history.append(event("many"));
  history.append(event("two", "i1"));
  await history.settled();
  assert.deepEqual(numbers((await history.page(null, 10, "i1")).events), [1, 702]);
  assert.deepEqual(numbers((await history.page(0, 10, "i1")).events), [1, 702]);
});

/** A disk that is full, and maybe read-only, until it is told otherwise. */
function fullDisk(): { readonly files: HistoryFiles; isFull: boolean; isReadOnly: boolean } {
  const written = new Map<string, string>();
  const disk = {
    isFull: true,
    isReadOnly: false,
    files: {
      listAtStart: () => [...written.keys()],
      readAtStart: (name: string) => written.get(name) ?? "",
      append: async (name: string, text: string) => {
        // A full disk takes the name, and the beginning.
        const part = disk.isFull ? text.slice(0, 20) : text;
        written.set(name, (written.get(name) ?? "") + part);
        if (disk.isFull) throw new Error("ENOSPC: no space left on device");
      },
      read: async (name: string) => written.get(name) ?? "",
      remove: async (name: string) => {
        if (disk.isReadOnly) throw new Error("EROFS: read-only file system");
        written.delete(name);
      },
    },
  };
  return disk;
}

test("a full disk is told once; events still reach readers and are counted as lost", async () => {
  const disk = fullDisk();
  const faults: (string | null)[] = [];
  const seen: number[] = [];
  const history = open(disk.files, { faults });
  history.subscribe((record) => seen.push(record.seq));
  history.append(event("one"));
  await history.settled();
  history.append(event("two"));
  await history.settled();
  assert.deepEqual(faults, ["ENOSPC: no space left on device"]);
  assert.equal(history.lost, 2);
  disk.isFull = false;
  history.append(event("three"));
  await history.settled();
  assert.deepEqual(faults, ["ENOSPC: no space left on device", null]);
  assert.deepEqual(seen, [1, 2, 3]);
});

test("a disk that stays full costs no earlier event, and later ones are whole", async () => {
  const disk = fullDisk();
  disk.isFull = false;
  const history = open(disk.files);
  const before = EVENTS_KEPT + 2 * SEGMENT_EVENTS;
  for (let at = 0; at < before; at += SEGMENT_EVENTS) await fill(history, SEGMENT_EVENTS);
  const { firstSeq } = history;
  const segments = disk.files.listAtStart();
  disk.isFull = true;
  for (let burst = 0; burst < 300; burst += 1) await fill(history, 1);
  assert.equal(history.firstSeq, firstSeq);
  // The one that the next event belongs to may be there.
  assert.deepEqual(disk.files.listAtStart().slice(0, segments.length), segments);
  assert.ok(disk.files.listAtStart().length <= segments.length + 1);
  disk.isFull = false;
  await fill(history, 3);
  const { events } = await open(disk.files).page(before - 1, 10, null);
  assert.deepEqual(numbers(events), [before, before + 301, before + 302, before + 303]);
});

test("a segment that cannot be removed stays in the list, and is removed when it can be", async () => {
  const disk = fullDisk();
  disk.isFull = false;
  disk.isReadOnly = true;
  const history = open(disk.files);
  const rounds = EVENTS_KEPT / SEGMENT_EVENTS + 3;
  for (let round = 0; round < rounds; round += 1) await fill(history, SEGMENT_EVENTS);
  assert.equal(history.firstSeq, 1);
  assert.equal(history.lost, 0);
  assert.deepEqual(numbers((await history.page(0, 2, null)).events), [1, 2]);
  disk.isReadOnly = false;
  await fill(history, 1);
  assert.equal(history.firstSeq, 3 * SEGMENT_EVENTS + 1);
});

test("an event is shown only after it was written, so its number is never given out twice", async () => {
  const gate = Promise.withResolvers<void>();
  const disk = fullDisk();
  const history = open({ ...disk.files, append: () => gate.promise });
  const seen: number[] = [];
  history.subscribe((record) => seen.push(record.seq));
  history.append(event("one"));
  await settle();
  assert.deepEqual(seen, []);
  assert.equal(history.lastSeq, 0);
  gate.resolve();
  await history.settled();
  assert.deepEqual(seen, [1]);
});

test("a stream first catches up, then follows, in order and once", async (t) => {
  const history = open(createHistoryFiles(folder(t)));
  for (let at = 0; at < 1200; at += 1) history.append(event("past"));
  await history.settled();
  const lines: StreamLine[] = [];
  const following = followEvents(history, 3, (line) => lines.push(line));
  history.append(event("meanwhile"));
  await history.settled();
  // The pages before it are read from disk; the live event must wait for them.
  while (lines.length < 1198) await settle();
  history.append(event("later"));
  await history.settled();
  following.stop();
  history.append(event("nobody listens"));
  await history.settled();
  const seqs = lines.flatMap((line) => (line.type === "event" ? line.event.seq : []));
  assert.deepEqual(seqs, span(4, 1202));
});

test("a stream says which numbers are gone", async (t) => {
  const path = folder(t);
  appendFileSync(
    join(path, "000000000050.jsonl"),
    `${JSON.stringify({ seq: 50, wall: 1, ...event("old") })}\n`,
  );
  const history = open(createHistoryFiles(path));
  const lines: StreamLine[] = [];
  followEvents(history, 10, (line) => lines.push(line));
  while (lines.length < 2) await settle();
  assert.deepEqual(lines[0], { type: "skipped", from: 11, to: 49, count: 39 });
  assert.equal(lines[1]?.type, "event");
});
