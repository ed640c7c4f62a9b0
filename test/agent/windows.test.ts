/** The shell's part of planned windows: what it tells the policy, and when, whatever the clock does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Windows } from "../../src/agent/windows.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/base/duration.ts";
import { cronFor } from "../../src/config/cron.ts";
import type { Timer } from "../../src/ports/clock.ts";
import { FakeClock } from "./fake-clock.ts";

const { readCron } = await cronFor("windows");
const START = Date.parse("2026-06-01T00:00:00Z");

/** A clock whose calendar a test sets by hand. */
class CalendarClock extends FakeClock {
  offset: number;
  readonly delays: number[] = [];

  constructor(wall: number) {
    super();
    this.offset = wall - this.now();
  }

  override wall(): number {
    return this.now() + this.offset;
  }

  override timer(delayMs: number, callback: () => void): Timer {
    this.delays.push(delayMs);
    return super.timer(delayMs, callback);
  }
}

interface World {
  readonly clock: CalendarClock;
  readonly windows: Windows;
  /** What was told since the last look, each as `time name open until time` or `time name closed`. */
  readonly told: () => string[];
}

function world(wall: number, cron: string, forMs: number): World {
  const clock = new CalendarClock(wall);
  let told: string[] = [];
  const windows = new Windows({
    clock,
    tell: (name, isOpen, until) =>
      told.push(`${time(clock.wall())} ${name} ${isOpen ? `open until ${time(until)}` : "closed"}`),
  });
  windows.configure(new Map([["nightly", { calendar: calendar(cron, forMs) }]]));
  return {
    clock,
    windows,
    told: () => {
      const all = told;
      told = [];
      return all;
    },
  };
}

function calendar(cron: string, forMs: number) {
  const read = readCron?.(cron);
  assert.ok(read?.ok);
  return { times: read.value, zone: "UTC", forMs };
}

function time(wall: number): string {
  return new Date(wall).toISOString().slice(5, 16).replace("T", " ");
}

test("a day: closed at the start, open at two, closed at three, and again the next night", async () => {
  const { clock, told } = world(START, "0 2 * * *", HOUR);
  assert.deepEqual(told(), ["06-01 00:00 nightly closed"]);
  await clock.pass(DAY + 4 * HOUR);
  assert.deepEqual(told(), [
    "06-01 02:00 nightly open until 06-01 03:00",
    "06-01 03:00 nightly closed",
    "06-02 02:00 nightly open until 06-02 03:00",
    "06-02 03:00 nightly closed",
  ]);
  assert.ok(clock.delays.every((one) => one <= HOUR));
});

test("an agent that starts in the middle of a window says so at once", () => {
  const { told } = world(START + 2 * HOUR + 20 * MINUTE, "0 2 * * *", HOUR);
  assert.deepEqual(told(), ["06-01 02:20 nightly open until 06-01 03:00"]);
});

test("what begins again before it ends gets a later end and is not closed between", async () => {
  const { clock, told } = world(START, "0,30 2 * * *", HOUR);
  told();
  await clock.pass(4 * HOUR);
  assert.deepEqual(told(), [
    "06-01 02:00 nightly open until 06-01 03:00",
    "06-01 02:30 nightly open until 06-01 03:30",
    "06-01 03:30 nightly closed",
  ]);
});

for (const [name, jump, want] of [
  ["forward a day", DAY, "06-02 02:"],
  ["back a day", -DAY, "05-31 02:"],
  ["forward into it", 2 * HOUR + 10 * MINUTE, "06-01 02:"],
] as const) {
  test(`a clock that is set ${name} is noticed within an hour`, async () => {
    const { clock, told } = world(
      START + (Math.abs(jump) === DAY ? 2 * HOUR : 0),
      "0 2 * * *",
      HOUR,
    );
    told();
    clock.offset += jump;
    await clock.pass(2 * MINUTE);
    const [first = ""] = told();
    assert.ok(first.startsWith(want) && first.includes("open until"), first);
  });
}

test("a clock that is set back before the window closes it", async () => {
  const { clock, told } = world(START + 2 * HOUR + MINUTE, "0 2 * * *", HOUR);
  told();
  clock.offset -= 10 * MINUTE;
  await clock.pass(2 * MINUTE);
  assert.match(told()[0] ?? "", /closed$/);
  await clock.pass(10 * MINUTE);
  assert.match(told()[0] ?? "", /open until 06-01 03:00$/);
});

test("a clock that is disciplined by little tells nothing", async () => {
  const { clock, told } = world(START, "0 2 * * *", HOUR);
  told();
  for (let round = 0; round < 30; round += 1) {
    clock.offset += 20;
    await clock.pass(MINUTE);
  }
  assert.deepEqual(told(), []);
});

test("an agent that did not run for hours looks when it goes on", async () => {
  const { clock, told } = world(START, "0 2 * * *", HOUR);
  told();
  clock.freeze(2 * HOUR + 30 * MINUTE);
  await clock.pass(SECOND);
  assert.match(told()[0] ?? "", /nightly open until 06-01 03:00$/);
});

test("a new configuration tells what is in it, and nothing of what is not", async () => {
  const { clock, windows, told } = world(START + 2 * HOUR, "0 2 * * *", HOUR);
  told();
  windows.configure(new Map([["other", { calendar: calendar("30 2 * * *", HOUR) }]]));
  assert.deepEqual(told(), ["06-01 02:00 other closed"]);
  await clock.pass(HOUR);
  assert.deepEqual(told(), ["06-01 02:30 other open until 06-01 03:30"]);
  windows.configure(new Map());
  assert.equal(clock.waiting, 0);
});
