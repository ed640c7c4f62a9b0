/** When a planned report is sent, whatever the clock does and whoever was away. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PlannedReport } from "../../src/agent/planned-report.ts";
import type { ReportAnswer } from "../../src/api/report-answers.ts";
import { DAY, HOUR, MINUTE } from "../../src/base/duration.ts";
import type { ReportPeriod } from "../../src/base/report-days.ts";
import { cronFor } from "../../src/config/cron.ts";
import type { LoadedReport } from "../../src/config/report-calendar.ts";
import { FakeClock } from "./fake-clock.ts";

// Days are those of this server's calendar.
process.env["TZ"] = "UTC";
const { readCron } = await cronFor("report");
/** A Thursday. */
const START = Date.parse("2026-06-04T12:00:00Z");

class CalendarClock extends FakeClock {
  offset: number;

  constructor(wall: number) {
    super();
    this.offset = wall - this.now();
  }

  override wall(): number {
    return this.now() + this.offset;
  }
}

function weekly(cron = "0 12 * * 1", period: ReportPeriod = "week", zone = "UTC"): LoadedReport {
  const read = readCron?.(cron);
  assert.ok(read?.ok);
  return { calendar: { times: read.value, zone, forMs: 0 }, period, name: `${cron} ${zone}` };
}

function answer(from: string, to: string, isRead: boolean): ReportAnswer {
  return {
    from,
    to,
    wall: 0,
    availability: [],
    incidents: isRead ? [] : null,
    moreIncidents: 0,
    boots: [],
    drills: [],
    waiting: [],
    monitors: { count: 0, unknown: [], neverProven: [], notProven: [] },
  };
}

/** One server over several agents: what was saved stays. */
class World {
  readonly clock: CalendarClock;
  readonly files = new Map<string, string>();
  readonly faults: string[] = [];
  isRead = true;
  #sent: string[] = [];

  constructor(wall = START) {
    this.clock = new CalendarClock(wall);
  }

  agent(planned: LoadedReport | null): PlannedReport {
    const report = new PlannedReport({
      clock: this.clock,
      files: {
        replace: async (name, text) => void this.files.set(name, text),
        readAtStart: (name) => ({ ok: true, value: this.files.get(name) ?? null }),
        keepAside: () => null,
      },
      make: async ({ from, to }) => answer(from, to, this.isRead),
      send: async ({ from, to, incidents }) => {
        const at = new Date(this.clock.wall()).toISOString().slice(5, 16).replace("T", " ");
        this.#sent.push(`${at}: ${from} to ${to}${incidents === null ? " without history" : ""}`);
      },
      onFault: (what, error) => this.faults.push(`${what}: ${String(error)}`),
    });
    report.configureFirst(planned);
    report.begin();
    return report;
  }

  /** What was sent since the last look. */
  sent(): readonly string[] {
    const all = this.#sent;
    this.#sent = [];
    return all;
  }
}

test("each Monday at noon, about the seven days before", async () => {
  const world = new World();
  world.agent(weekly());
  await world.clock.pass(12 * DAY);
  assert.deepEqual(world.sent(), [
    "06-08 12:00: 2026-06-01 to 2026-06-07",
    "06-15 12:00: 2026-06-08 to 2026-06-14",
  ]);
  assert.deepEqual(world.faults, []);
});

test("one that was missed is sent once, two minutes after the next start", async () => {
  const world = new World();
  const before = world.agent(weekly());
  await world.clock.pass(HOUR);
  before.stop();
  // Two Mondays go by.
  await world.clock.pass(13 * DAY);
  assert.deepEqual(world.sent(), []);
  world.agent(weekly());
  await world.clock.pass(MINUTE);
  assert.deepEqual(world.sent(), []);
  await world.clock.pass(2 * DAY);
  assert.deepEqual(world.sent(), ["06-17 13:02: 2026-06-08 to 2026-06-14"]);
});

test("one that was sent is not sent again by the next agent", async () => {
  const world = new World();
  const before = world.agent(weekly());
  await world.clock.pass(4 * DAY + HOUR);
  assert.equal(world.sent().length, 1);
  before.stop();
  world.agent(weekly());
  await world.clock.pass(DAY);
  assert.deepEqual(world.sent(), []);
});

test("another calendar begins now: nothing was missed of it", async () => {
  const world = new World();
  const report = world.agent(weekly("0 12 * * *", "day"));
  await world.clock.pass(HOUR);
  report.configure(weekly("0 9 * * *", "day"));
  await world.clock.pass(2 * HOUR);
  assert.deepEqual(world.sent(), []);
  await world.clock.pass(DAY);
  assert.deepEqual(world.sent(), ["06-05 09:00: 2026-06-04 to 2026-06-04"]);
  report.configure(null);
  await world.clock.pass(7 * DAY);
  assert.deepEqual(world.sent(), []);
});

test("a clock that is set forward over a time sends once; back again, nothing twice", async () => {
  const world = new World();
  world.agent(weekly());
  await world.clock.pass(HOUR);
  world.clock.offset += 5 * DAY;
  await world.clock.pass(10 * MINUTE);
  assert.deepEqual(world.sent(), ["06-09 13:02: 2026-06-01 to 2026-06-07"]);
  world.clock.offset -= 5 * DAY;
  await world.clock.pass(12 * HOUR);
  assert.deepEqual(world.sent(), []);
});

test("a server that starts in 1970 until the network tells the time sends nothing twice", async () => {
  const world = new World();
  world.agent(weekly()).stop();
  world.clock.offset -= START;
  world.agent(weekly());
  await world.clock.pass(HOUR);
  world.clock.offset += START;
  await world.clock.pass(HOUR);
  assert.deepEqual(world.sent(), []);
  await world.clock.pass(5 * DAY);
  assert.equal(world.sent().length, 1);
});

test("a clock that was years ahead by mistake keeps no report back for years", async () => {
  const world = new World();
  const ahead = world.agent(weekly());
  world.clock.offset += 3650 * DAY;
  await world.clock.pass(10 * MINUTE);
  assert.equal(world.sent().length, 1);
  ahead.stop();
  world.clock.offset -= 3650 * DAY;
  world.agent(weekly());
  await world.clock.pass(8 * DAY);
  assert.deepEqual(world.sent(), ["06-08 12:00: 2026-06-01 to 2026-06-07"]);
});

test("a time that the clock jumps over is at the jump; one that comes twice comes once", async () => {
  for (const [start, cron, want] of [
    ["2026-03-28T12:00:00Z", "30 2 * * *", ["03-29 01:00", "03-30 00:30"]],
    ["2026-10-24T12:00:00Z", "30 2 * * *", ["10-25 00:30", "10-26 01:30"]],
  ] as const) {
    const world = new World(Date.parse(start));
    world.agent(weekly(cron, "day", "Europe/Berlin"));
    await world.clock.pass(2 * DAY);
    assert.deepEqual(
      world.sent().map((one) => one.slice(0, 11)),
      want,
    );
  }
});

test("the days are those of the zone in which the time is written", async () => {
  for (const [start, cron, period, zone, want] of [
    ["2026-01-31T12:00", "0 7 1 * *", "month", "Asia/Tokyo", "22:00: 2026-01-01 to 2026-01-31"],
    ["2026-01-31T12:00", "0 7 1 * *", "day", "Asia/Tokyo", "22:00: 2026-01-31 to 2026-01-31"],
    [
      "2026-01-31T12:00",
      "0 20 * * *",
      "week",
      "America/New_York",
      "01:00: 2026-01-24 to 2026-01-30",
    ],
  ] as const) {
    const world = new World(Date.parse(`${start}Z`));
    world.agent(weekly(cron, period, zone));
    await world.clock.pass(DAY);
    assert.deepEqual(
      world.sent().map((one) => one.slice(6)),
      [want],
    );
  }
});

test("a history that cannot be read is tried again; then the report goes without it", async () => {
  const world = new World(Date.parse("2026-06-08T11:59:00Z"));
  world.agent(weekly());
  world.isRead = false;
  await world.clock.pass(20 * MINUTE);
  assert.deepEqual(world.sent(), ["06-08 12:05: 2026-06-01 to 2026-06-07 without history"]);
  world.isRead = true;
  await world.clock.pass(7 * DAY);
  assert.deepEqual(world.sent(), ["06-15 12:00: 2026-06-08 to 2026-06-14"]);
});

test("what an earlier agent left and cannot be understood begins anew", async () => {
  const world = new World();
  world.files.set("report.json", '{"v":1,"name":');
  world.agent(weekly());
  await world.clock.pass(5 * DAY);
  assert.equal(world.sent().length, 1);
});
