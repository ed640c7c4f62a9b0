import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { BootWitness } from "../../src/base/boot-witness.ts";
import { DAY, SECOND } from "../../src/base/duration.ts";
import { judgeBootEnd, type RecordWitness } from "../../src/core/boot-cause.ts";

const BOOTED = 1_763_700_000_000;
const JOURNAL = {
  lastWall: BOOTED - 48 * SECOND,
  isClosed: false,
  shutdown: null,
  asked: null,
};
/** A boot that ended without any trace but an open record and a journal cut off. */
const NOTHING: BootWitness = {
  kernel: "6.1.0-42-amd64",
  hasWatchdogStatus: false,
  panic: null,
  crashDump: null,
  guardWord: null,
  journal: JOURNAL,
  loginRecord: null,
};
const OPEN: RecordWitness = {
  mark: "open",
  intent: null,
  uptimeMs: 41 * DAY,
  savedWall: BOOTED - 120 * SECOND,
};
const PANIC = { line: "Kernel panic - not syncing: Fatal exception", path: "/p/dmesg.txt" };
const ORDER = { kind: "reboot", monitor: "page" };

const TABLE: readonly (readonly [
  name: string,
  record: Partial<RecordWitness> | null,
  witness: Partial<BootWitness>,
  verdict: string,
])[] = [
  ["our order", { intent: ORDER }, {}, "by-solosafe certain"],
  [
    "our order to panic leaves a panic and a watchdog's word",
    { intent: { kind: "panic", monitor: null } },
    { panic: PANIC, hasWatchdogStatus: true },
    "by-solosafe certain",
  ],
  [
    "the guard alone, by its word in the kernel's log",
    {},
    { guardWord: "reset: no proof that user space lives for 1m", hasWatchdogStatus: true },
    "by-solosafe certain",
  ],
  [
    "a person tested the watchdog",
    {},
    { guardWord: "the watchdog is not fed any more: a person tests it (t-1)" },
    "by-person certain",
  ],
  ["a panic", {}, { panic: PANIC }, "panic certain"],
  ["a panic and then the watchdog", {}, { panic: PANIC, hasWatchdogStatus: true }, "panic certain"],
  ["only a dump of the kernel's memory", {}, { crashDump: "/var/crash/1/vmcore" }, "panic likely"],
  ["the watchdog", {}, { hasWatchdogStatus: true }, "watchdog-reset certain"],
  [
    "a person, by name",
    { mark: "closed" },
    { journal: { ...JOURNAL, isClosed: true, asked: "admin : COMMAND=/usr/sbin/reboot" } },
    "by-person certain",
  ],
  [
    "a shutdown that the agent did not see the end of",
    {},
    { journal: { ...JOURNAL, shutdown: "System is rebooting." } },
    "by-person certain",
  ],
  ["a closed record, nothing else", { mark: "closed" }, { journal: null }, "by-person likely"],
  [
    "only wtmp",
    {},
    { journal: null, loginRecord: { isShutDown: true, wall: OPEN.savedWall } },
    "by-person likely",
  ],
  [
    "wtmp of an earlier boot, because the disk had not taken more",
    {},
    { journal: JOURNAL, loginRecord: { isShutDown: true, wall: OPEN.savedWall - SECOND } },
    "power-loss likely",
  ],
  ["no trace", {}, {}, "power-loss likely"],
  ["no trace and no journal", {}, { journal: null }, "power-loss guess"],
  ["no witness at all", null, { journal: null }, "unknown guess"],
];

test("the verdict follows the first witness", () => {
  for (const [name, record, witness, expected] of TABLE) {
    const cause = judgeBootEnd(
      record === null ? null : { ...OPEN, ...record },
      { ...NOTHING, ...witness },
      BOOTED,
    );
    assert.equal(`${cause.verdict} ${cause.confidence}`, expected, name);
    assert.ok(cause.facts.length > 0, name);
  }
});

test("it says how long the server was away, by the later sign of life", () => {
  assert.equal(judgeBootEnd(OPEN, NOTHING, BOOTED).awayMs, 48 * SECOND);
  const closed: RecordWitness = { ...OPEN, mark: "closed" };
  const without = { ...NOTHING, journal: null };
  assert.equal(judgeBootEnd(closed, without, BOOTED).awayMs, 120 * SECOND);
  // An open record was saved whenever it was: up to ten minutes before the end.
  assert.equal(judgeBootEnd(OPEN, without, BOOTED).awayMs, null);
  assert.equal(judgeBootEnd(null, { ...NOTHING, journal: null }, BOOTED).awayMs, null);
});

test("a clock that went back tells nothing but that", () => {
  const cause = judgeBootEnd(OPEN, NOTHING, BOOTED - 365 * DAY);
  assert.equal(cause.awayMs, null);
  assert.deepEqual(cause.facts.at(-1), { id: "end-clock", back: 365 * DAY - 48 * SECOND });
});

test("everything that was found is told, in the order of the witnesses", () => {
  const asked = "admin : COMMAND=/usr/sbin/reboot";
  const witness: BootWitness = {
    ...NOTHING,
    guardWord: "reset: no proof",
    panic: PANIC,
    crashDump: "/var/crash/1/vmcore",
    hasWatchdogStatus: true,
    journal: { ...JOURNAL, isClosed: true, shutdown: "Reached target Reboot", asked },
    loginRecord: { isShutDown: true, wall: BOOTED - SECOND },
  };
  const { facts } = judgeBootEnd({ ...OPEN, intent: ORDER }, witness, BOOTED);
  assert.deepEqual(facts, [
    { id: "end-ordered", action: "reboot", monitor: "page" },
    { id: "end-guard-word", text: "reset: no proof" },
    { id: "end-panic", text: PANIC.line, path: PANIC.path },
    { id: "end-crash-dump", path: "/var/crash/1/vmcore" },
    { id: "end-watchdog" },
    { id: "end-asked", text: asked },
    { id: "end-shutdown", text: "Reached target Reboot" },
    { id: "end-journal-closed" },
    { id: "end-login-record", isShutDown: true },
  ]);
});

test("a boot that begins in the moment of the last sign of life was away for no time", () => {
  const atLast = { ...NOTHING, journal: { ...JOURNAL, lastWall: BOOTED } };
  assert.equal(judgeBootEnd(OPEN, atLast, BOOTED).awayMs, 0);
  assert.equal(judgeBootEnd(null, { ...NOTHING, journal: null }, BOOTED).awayMs, null);
});

test("whatever the witnesses say, an order of ours is ours", () => {
  const witness = fc.record<BootWitness>({
    kernel: fc.string(),
    hasWatchdogStatus: fc.boolean(),
    panic: fc.option(fc.constant(PANIC)),
    crashDump: fc.option(fc.string()),
    guardWord: fc.option(fc.string()),
    journal: fc.option(
      fc.record({
        lastWall: fc.integer(),
        isClosed: fc.boolean(),
        shutdown: fc.option(fc.string()),
        asked: fc.option(fc.string()),
      }),
    ),
    loginRecord: fc.option(fc.record({ isShutDown: fc.boolean(), wall: fc.integer() })),
  });
  fc.assert(
    fc.property(witness, fc.integer(), (seen, booted) => {
      const cause = judgeBootEnd({ ...OPEN, intent: ORDER }, seen, booted);
      assert.equal(cause.verdict, "by-solosafe");
      assert.ok(cause.awayMs === null || cause.awayMs >= 0);
    }),
    { seed: 20261121, numRuns: 500 },
  );
});
