import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { AFTERWARDS } from "../../src/base/afterwards.ts";
import {
  type Codec,
  farCopy,
  loadSavedState,
  recordFiles,
  type SavedPlaces,
} from "../../src/agent/saved-state.ts";
import { SAVE_AGAIN_MS, SLOW_TOLD_MS, STATE_FILE, Store } from "../../src/agent/store.ts";
import { decodeState, encodeState } from "../../src/core/codec.ts";
import { initialState } from "../../src/core/initial.ts";
import { createModel } from "../../src/core/model.ts";
import type { State } from "../../src/core/state.ts";
import { createStateFiles } from "../../src/host/state-files.ts";
import type { StateFiles } from "../../src/ports/store.ts";
import { FakeClock, settle } from "./fake-clock.ts";

const MODEL = createModel({
  mode: "enforce",
  reboots: { limit: 3, leastUptimeMs: 0, escalateAfterMs: 0, gracefulTimeoutMs: 0 },
  groups: [],
  resources: [],
  monitors: [],
  windows: [],
});
const NOW = { at: 1, wall: 2 };
const CODEC: Codec = {
  encode: (state) => JSON.stringify(encodeState(state)),
  decode: (text) => {
    const decoded = decodeState(MODEL, JSON.parse(text), NOW);
    if (!decoded.ok) throw new Error(decoded.problem);
    return decoded.value;
  },
};

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "solosafe-store-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

/** A disk whose writes end when the test says so. */
class SlowDisk implements StateFiles {
  readonly written: string[] = [];
  readonly durable: boolean[] = [];
  readonly #open: PromiseWithResolvers<void>[] = [];

  async replace(_name: string, text: string, isDurable: boolean): Promise<void> {
    this.written.push(text);
    this.durable.push(isDurable);
    const gate = Promise.withResolvers<void>();
    this.#open.push(gate);
    await gate.promise;
  }

  readAtStart = () => ({ ok: true, value: null }) as const;
  keepAside = () => null;

  get inFlight(): number {
    return this.#open.length;
  }

  async finish(error?: Error): Promise<void> {
    const gate = this.#open.shift();
    if (error) gate?.reject(error);
    else gate?.resolve();
    await settle();
  }
}

interface Bench {
  readonly disk: SlowDisk;
  readonly clock: FakeClock;
  readonly store: Store;
  readonly faults: (string | null)[];
}

function bench(): Bench {
  const disk = new SlowDisk();
  const clock = new FakeClock();
  const faults: (string | null)[] = [];
  const store = new Store({
    files: disk,
    clock,
    onFault: ({ fault, isSlow }) => faults.push(isSlow ? `slow: ${fault}` : fault),
    onWritten: () => {},
  });
  return { disk, clock, store, faults };
}

const files = (text: string) => () => [{ name: STATE_FILE, text }];

test("one write is in flight at most, and what came meanwhile is one more write", async () => {
  const { disk, clock, store } = bench();
  store.save(files("one"));
  await clock.pass(AFTERWARDS);
  for (const text of ["two", "three", "four"]) store.save(files(text));
  await clock.pass(AFTERWARDS);
  assert.equal(disk.inFlight, 1);
  await disk.finish();
  assert.deepEqual(disk.written, ["one", "four"]);
});

test("a durable save that joins a waiting one makes it durable", async () => {
  const { disk, clock, store } = bench();
  store.save(files("one"));
  await clock.pass(AFTERWARDS);
  const durable = store.saveDurably(files("two"));
  store.save(files("three"));
  await disk.finish();
  assert.deepEqual(disk.durable, [false, true]);
  await disk.finish();
  await durable;
  assert.deepEqual(disk.written, ["one", "three"]);
});

test("what must be durable is waited for two seconds, not longer", async () => {
  const { disk, clock, store } = bench();
  let isOver = false;
  void store.saveDurably(files("one")).then(() => {
    isOver = true;
  });
  await clock.pass(1900);
  assert.equal(isOver, false);
  await clock.pass(200);
  assert.equal(isOver, true);
  assert.equal(disk.inFlight, 1);
});

test("what became durable late is told all the same, by whatever was written in its place", async () => {
  const { disk, clock, store } = bench();
  const told: string[] = [];
  const waited = store.saveDurably(files("one"), () => told.push("one"));
  await clock.pass(2100);
  assert.match((await waited) ?? "", /not durable within 2 s/);
  await disk.finish(new Error("EIO"));
  assert.deepEqual(told, []);
  store.save(files("two"));
  await clock.pass(AFTERWARDS);
  await disk.finish();
  assert.deepEqual(told, ["one"]);
  assert.deepEqual(
    [disk.written, disk.durable],
    [
      ["one", "two"],
      [true, true],
    ],
  );
});

test("a disk that hangs is a fault after five seconds, and no second write is begun", async () => {
  const { disk, clock, store, faults } = bench();
  store.save(files("one"));
  await clock.pass(AFTERWARDS);
  store.save(files("two"));
  await clock.pass(5100);
  assert.match(faults[0] ?? "", /^slow: .*not written within 5 s/);
  assert.equal(disk.inFlight, 1);
  await disk.finish();
  assert.deepEqual(faults.slice(1), [null]);
  assert.deepEqual(disk.written, ["one", "two"]);
});

test("what stays slow is told as a failure after half a minute, and what comes in time is not", async () => {
  const { disk, clock, store, faults } = bench();
  void store.saveDurably(files("one"));
  await clock.pass(2100);
  await disk.finish();
  await clock.pass(2 * SLOW_TOLD_MS);
  assert.deepEqual(faults, ["slow: the state was not durable within 2 s", null]);

  void store.saveDurably(files("two"));
  await clock.pass(2100);
  await clock.pass(SLOW_TOLD_MS);
  void store.saveDurably(files("three"));
  await clock.pass(2100);
  assert.deepEqual(faults.slice(2), [
    "slow: the state was not durable within 2 s",
    "the state was not written for 30 s",
  ]);
  assert.equal(disk.inFlight, 1);
  await disk.finish();
  assert.deepEqual(faults.slice(4), [null]);
  await disk.finish();
});

test("what is slow first and fails then is told at once", async () => {
  const { disk, clock, store, faults } = bench();
  void store.saveDurably(files("one"));
  await clock.pass(2100);
  await disk.finish(new Error("EIO"));
  assert.deepEqual(faults.slice(1), ["EIO"]);
  await clock.pass(SAVE_AGAIN_MS);
  await disk.finish();
  await clock.pass(2 * SLOW_TOLD_MS);
  assert.deepEqual(faults.slice(2), [null]);
});

test("a full disk is told when it begins and when it is over, not each time", async () => {
  const { disk, clock, store, faults } = bench();
  for (const text of ["one", "two", "three"]) {
    store.save(files(text));
    await clock.pass(AFTERWARDS);
    await disk.finish(new Error("ENOSPC"));
  }
  store.save(files("four"));
  await clock.pass(AFTERWARDS);
  await disk.finish();
  assert.deepEqual(faults, ["ENOSPC", null]);
  assert.equal(store.fault, null);
});

test("a state is encoded only when it is written", async () => {
  const { disk, clock, store } = bench();
  let encoded = 0;
  for (let count = 0; count < 10; count += 1) {
    store.save(() => {
      encoded += 1;
      return files("state")();
    });
  }
  await clock.pass(AFTERWARDS);
  await disk.finish();
  assert.equal(encoded, 1);
});

/** All that is saved lies in one place. */
function only(files: StateFiles): SavedPlaces {
  return { files, farFiles: null, machineId: "m" };
}

function savedState(): State {
  const state = initialState(MODEL, { at: 77, wall: 78 });
  return { ...state, nextId: 42, record: { ...state.record, machineId: "m", bootId: "b" } };
}

async function save(path: string, state: State): Promise<void> {
  const own = createStateFiles(path);
  for (const { name, text } of recordFiles(state.record)) await own.replace(name, text, true);
  await own.replace(STATE_FILE, CODEC.encode(state), true);
}

test("a saved state comes back as it was", async (t) => {
  const path = folder(t);
  const state = savedState();
  await save(path, state);
  const loaded = loadSavedState(only(createStateFiles(path)), CODEC, "1");
  assert.equal(loaded.stateFault, null);
  assert.equal(loaded.recordFault, null);
  assert.deepEqual(CODEC.encode(loaded.state ?? savedState()), CODEC.encode(state));
});

test("what was not written is tried again, until it is written or something newer is", async () => {
  const { disk, clock, store, faults } = bench();
  store.save(files("one"));
  await clock.pass(AFTERWARDS);
  await disk.finish(new Error("ENOSPC"));
  await clock.pass(SAVE_AGAIN_MS);
  await disk.finish(new Error("ENOSPC"));
  await clock.pass(SAVE_AGAIN_MS);
  await disk.finish();
  await clock.pass(10 * SAVE_AGAIN_MS);
  assert.deepEqual(disk.written, ["one", "one", "one"]);
  assert.deepEqual(faults, ["ENOSPC", null]);

  store.save(files("two"));
  await clock.pass(AFTERWARDS);
  await disk.finish(new Error("ENOSPC"));
  store.save(files("three"));
  await clock.pass(AFTERWARDS);
  await disk.finish();
  await clock.pass(10 * SAVE_AGAIN_MS);
  assert.deepEqual(disk.written.slice(3), ["two", "three"]);
});

test("nothing saved is no fault", (t) => {
  const loaded = loadSavedState(only(createStateFiles(folder(t))), CODEC, "1");
  assert.deepEqual(loaded, { state: null, stateFault: null, record: null, recordFault: null });
});

const SPOILT: readonly (readonly [string, (text: string) => string | Buffer, RegExp])[] = [
  ["truncated", (text) => text.slice(0, text.length / 2), /JSON/],
  ["empty", () => "", /JSON/],
  ["zeroed", (text) => Buffer.alloc(text.length), /JSON/],
  ["newer", (text) => text.replace('"version":1', '"version":99'), /version 99/],
  ["without its groups", (text) => text.replace('"groups"', '"gruops"'), /no groups/],
  ["something else", () => "[1, 2, 3]", /no state/],
];

for (const [what, spoil, why] of SPOILT) {
  test(`a state that is ${what} is kept aside and said; the record goes on`, async (t) => {
    const path = folder(t);
    await save(path, savedState());
    const file = join(path, STATE_FILE);
    writeFileSync(file, spoil(readFileSync(file, "utf8")));
    const loaded = loadSavedState(only(createStateFiles(path)), CODEC, "123");
    assert.equal(loaded.state, null);
    assert.match(loaded.stateFault ?? "", why);
    assert.match(loaded.stateFault ?? "", /kept as .*state\.json\.bad-123/);
    assert.ok(readdirSync(path).includes("state.json.bad-123"));
    assert.equal(loaded.record?.machineId, "m");
  });
}

const entry = { kind: "reboot", monitor: "web", bootId: "b", uptime: 1, wall: 2 } as const;

test("of two copies of the record the one that counts more wins", async (t) => {
  const path = folder(t);
  const state = savedState();
  await save(path, state);
  const [, copy] = recordFiles({ ...state.record, counted: [entry] });
  writeFileSync(join(path, copy?.name ?? ""), copy?.text ?? "");
  const loaded = loadSavedState(only(createStateFiles(path)), CODEC, "1");
  assert.equal(loaded.record?.counted.length, 1);
});

test("a copy of the record whose checksum does not fit is kept aside, the other one serves", async (t) => {
  const path = folder(t);
  await save(path, savedState());
  rmSync(join(path, STATE_FILE));
  const file = join(path, "boot-record.json");
  writeFileSync(file, readFileSync(file, "utf8").replace('\\"m\\"', '\\"x\\"'));
  const loaded = loadSavedState(only(createStateFiles(path)), CODEC, "1");
  assert.equal(loaded.record?.machineId, "m");
  assert.equal(loaded.recordFault, null);
  assert.ok(readdirSync(path).includes("boot-record.json.bad-1"));
});

test("no usable copy of the record at all is a fault of its own", (t) => {
  const path = folder(t);
  for (const name of ["boot-record.json", "boot-record.copy.json"]) {
    writeFileSync(join(path, name), "\0\0\0");
  }
  const loaded = loadSavedState(only(createStateFiles(path)), CODEC, "1");
  assert.equal(loaded.record, null);
  assert.match(loaded.recordFault ?? "", /boot-record/);
});

test("a copy on another file system counts, unless it is another server's", async (t) => {
  const [path, far] = [folder(t), createStateFiles(folder(t))];
  const state = savedState();
  await save(path, state);
  const places = { files: createStateFiles(path), farFiles: far, machineId: "m" };
  const copy = farCopy({ ...state.record, counted: [entry] });
  await far.replace(copy.name, copy.text, true);
  assert.equal(loadSavedState(places, CODEC, "1").record?.counted.length, 1);
  const foreign = farCopy({ ...state.record, machineId: "x", counted: [entry, entry] });
  await far.replace(foreign.name, foreign.text, true);
  const loaded = loadSavedState(places, CODEC, "1");
  assert.equal(loaded.record?.machineId, "m");
  assert.equal(loaded.record.counted.length, 0);
});
