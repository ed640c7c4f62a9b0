import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, MINUTE } from "../../src/base/duration.ts";
import type { BootFacts } from "../../src/core/input.ts";
import {
  emptyRecord,
  FORGET_AFTER,
  judgeBoot,
  openBoot,
  passUptime,
  RECORD_MAX,
  slowedUntil,
} from "../../src/core/reboot-limit.ts";
import type { BootRecord, RecordEntry } from "../../src/core/state.ts";

const FACTS: BootFacts = {
  bootId: "new",
  machineId: "m1",
  uptimeMs: 20_000,
  hasWatchdogStatus: false,
  hasPanicRecord: false,
  recordFault: null,
  stateFault: null,
  configFault: null,
};
const INTENT: RecordEntry = {
  kind: "reboot",
  monitor: "page",
  bootId: "old",
  uptime: 5 * HOUR,
  wall: 1,
};
const OLD: BootRecord = {
  ...emptyRecord("m1", "old"),
  uptimeBefore: 10 * HOUR,
  uptimeNow: 2 * HOUR,
  quietUptime: HOUR,
};

const JUDGED: readonly (readonly [string, Partial<BootRecord>, Partial<BootFacts>, string])[] = [
  ["no record yet", { bootId: "" }, {}, "first-boot"],
  ["a record of another server", {}, { machineId: "m2" }, "other-server"],
  ["the same boot", {}, { bootId: "old" }, "same-boot"],
  [
    "our own order",
    { intent: INTENT },
    { hasWatchdogStatus: true, hasPanicRecord: true },
    "ordered",
  ],
  ["a clean shutdown", { mark: "closed" }, {}, "clean"],
  ["the watchdog", {}, { hasWatchdogStatus: true }, "watchdog-reset"],
  ["a panic", {}, { hasPanicRecord: true }, "panic"],
  ["a boot of 29 minutes", { uptimeNow: 30 * MINUTE - 1 }, {}, "unexplained"],
  ["a boot of 30 minutes", { uptimeNow: 30 * MINUTE }, {}, "power-loss"],
];

for (const [what, record, facts, want] of JUDGED) {
  test(`${what} is judged ${want}`, () => {
    assert.equal(judgeBoot({ ...OLD, ...record }, { ...FACTS, ...facts }), want);
  });
}

test("the same boot leaves the record as it is", () => {
  assert.equal(openBoot(OLD, FACTS, "same-boot", 7), OLD);
});

for (const verdict of ["first-boot", "other-server"] as const) {
  test(`${verdict} begins an empty record`, () => {
    assert.deepEqual(
      openBoot({ ...OLD, counted: [INTENT] }, FACTS, verdict, 7),
      emptyRecord("m1", "new"),
    );
  });
}

const COUNTED: readonly (readonly [Parameters<typeof openBoot>[2], RecordEntry["kind"] | null])[] =
  [
    ["clean", null],
    ["power-loss", null],
    ["watchdog-reset", "watchdog-reset"],
    ["panic", "panic-seen"],
    ["unexplained", "unexplained"],
  ];

for (const [verdict, kind] of COUNTED) {
  test(`after ${verdict} ${kind === null ? "nothing" : kind} is counted`, () => {
    const next = openBoot(OLD, FACTS, verdict, 7);
    assert.deepEqual(
      next.counted.map((entry) => entry.kind),
      kind === null ? [] : [kind],
    );
    assert.equal(next.bootId, "new");
    assert.equal(next.mark, "open");
    assert.equal(next.uptimeBefore, 12 * HOUR);
    assert.equal(next.uptimeNow, 0);
    assert.equal(next.quietUptime, verdict === "clean" ? HOUR : 0);
    assert.equal(next.powerLosses, verdict === "power-loss" ? 1 : 0);
    if (kind !== null) {
      assert.deepEqual(next.counted[0], {
        kind,
        monitor: null,
        bootId: "new",
        uptime: 12 * HOUR,
        wall: 7,
      });
    }
  });
}

test("a new boot is open until it ends cleanly", () => {
  assert.equal(openBoot({ ...OLD, mark: "closed" }, FACTS, "clean", 7).mark, "open");
});

test("an ordered boot counts its intent once and is judged for its monitor", () => {
  const judging = [
    { monitor: "disk", action: "reset" },
    { monitor: "page", action: "reset" },
  ] as const;
  const next = openBoot({ ...OLD, intent: INTENT, judging }, FACTS, "ordered", 7);
  assert.deepEqual(next.counted, [INTENT]);
  assert.equal(next.intent, null);
  assert.deepEqual(next.judging, [
    { monitor: "disk", action: "reset" },
    { monitor: "page", action: "reboot" },
  ]);
});

test("an intent that no monitor asked for is judged for nobody", () => {
  const next = openBoot({ ...OLD, intent: { ...INTENT, monitor: null } }, FACTS, "ordered", 7);
  assert.deepEqual(next.judging, []);
});

test("the record and what it judges have a limit", () => {
  const counted = Array.from({ length: RECORD_MAX }, () => INTENT);
  const judging = counted.map((_, at) => ({ monitor: `m${at}`, action: "reboot" as const }));
  const next = openBoot({ ...OLD, intent: INTENT, counted, judging }, FACTS, "ordered", 7);
  assert.equal(RECORD_MAX, 100);
  assert.equal(next.counted.length, RECORD_MAX);
  assert.equal(next.judging.length, RECORD_MAX);
  assert.equal(next.judging.at(-1)?.monitor, "page");
});

test("uptime passes, and a quiet day of it is forgotten", () => {
  const record = { ...OLD, counted: [INTENT], uptimeNow: HOUR, quietUptime: 0 };
  const almost = passUptime(record, HOUR + FORGET_AFTER - 1, true);
  assert.equal(almost.counted.length, 1);
  assert.equal(almost.quietUptime, DAY - 1);
  assert.equal(almost.uptimeNow, HOUR + DAY - 1);
  const over = passUptime(almost, HOUR + FORGET_AFTER, true);
  assert.deepEqual(over.counted, []);
  assert.equal(over.quietUptime, 0);
});

test("what is not quiet begins anew, and a clock that stands still passes nothing", () => {
  const record = { ...OLD, counted: [INTENT], quietUptime: 23 * HOUR, uptimeNow: HOUR };
  assert.equal(passUptime(record, 2 * HOUR, false).quietUptime, 0);
  assert.equal(passUptime(record, 30 * MINUTE, true).quietUptime, 23 * HOUR);
});

for (const [excess, want] of [
  [-3, 30 * MINUTE],
  [0, 30 * MINUTE],
  [1, HOUR],
  [2, 2 * HOUR],
  [3, 4 * HOUR],
  [4, 6 * HOUR],
  [50, 6 * HOUR],
] as const) {
  test(`${excess} beyond the limit waits ${want / MINUTE} minutes from the boot`, () => {
    assert.equal(slowedUntil(excess), want);
  });
}
