/** Drills in planned windows: when each is made, when it waits, and when it is skipped with a word. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DrillSchedule } from "../../src/agent/drill-schedule.ts";
import type { DrillOrder } from "../../src/agent/drill-order.ts";
import type { Drills } from "../../src/agent/drills.ts";
import type { View } from "../../src/agent/view.ts";
import type { DrillSummary } from "../../src/api/drill-answers.ts";
import { HOUR, MINUTE, SECOND } from "../../src/base/duration.ts";
import { fail, succeed } from "../../src/base/result.ts";
import { cronFor } from "../../src/config/cron.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { LoadedConfig } from "../../src/config/loaded-config.ts";
import type { Model } from "../../src/core/model.ts";
import type { State } from "../../src/core/state.ts";
import { drillReport } from "../cli/fake-agent.ts";
import { parseScenario } from "../../src/simulate/parse.ts";
import { playScenario } from "../../src/simulate/play.ts";
import { FakeClock } from "./fake-clock.ts";

const cron = await cronFor("windows");

const TEXT = `
groups:
  shop: { resources: { app: { exec: /srv/app } } }
  mail: { resources: { box: { exec: /srv/box } } }
windows:
  sunday: { cron: "0 4 * * *", zone: UTC, for: 1h, suspend: [] }
drills:
  app-dies: { kind: kill, target: shop/app, window: sunday }
  box-hangs: { kind: freeze, target: mail/box, window: sunday, for: 2m }
`;

function load(text: string): LoadedConfig {
  const loaded = loadConfig(text, "/etc/solosafe.yaml", cron);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.config;
}

/** The model and state of a server to which this has happened. */
function server(lines: string, spec = load(TEXT).model): { model: Model; state: State } {
  let found: { model: Model; state: State } | null = null;
  const text = `${lines}\n`;
  playScenario(parseScenario(text, spec), ({ model, after }) => {
    found = { model, state: after };
  });
  assert.ok(found);
  return found;
}

const WELL = server("01:00 end");
const ILL = server("00:00 shop-app-process failed\n00:01 end");

/** Begins every drill that it is asked for; the test ends it. */
class FakeDrills implements Pick<Drills, "list" | "busyWith" | "make"> {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  get list(): readonly DrillSummary[] {
    return this.#world.list;
  }

  get busyWith(): string | null {
    return this.#world.busyWith;
  }

  async make({ kind, target, planned }: DrillOrder) {
    const { list, clock, story } = this.#world;
    const beganWall = clock.wall();
    const id = list.length + 1;
    const report = drillReport({ id, kind, target, planned, beganWall, verdict: "running" });
    list.unshift(report);
    story.push(`${kind} ${target}`);
    this.#world.busyWith = "a drill";
    return succeed(report);
  }
}

class World {
  readonly clock = new FakeClock();
  readonly list: DrillSummary[] = [];
  readonly schedule: DrillSchedule;
  /** What was made and told. */
  story: string[] = [];
  now = WELL;
  config = load(TEXT);
  busyWith: string | null = null;
  refusal: string | null = null;

  constructor() {
    this.schedule = new DrillSchedule({
      clock: this.clock,
      drills: new FakeDrills(this),
      view: () => this.#view(),
      prepare: async (request, by, planned) => {
        if (this.refusal !== null) return fail({ code: "drill/refused", message: this.refusal });
        assert.match(by, /^the plan `/);
        return succeed({ ...request, by, planned } as unknown as DrillOrder);
      },
      tell: (news) => {
        assert.ok(news.is === "skipped");
        this.story.push(`skipped ${news.drill}: ${news.because} ${news.name}`.trimEnd());
      },
    });
  }

  #view(): View {
    const { model, state } = this.now;
    const { clock, config } = this;
    return { model, state, config, wall: clock.wall() } as unknown as View;
  }

  /** The drill that runs is over. */
  over(): void {
    this.busyWith = null;
    const [last] = this.list;
    if (last) this.list[0] = { ...last, verdict: "recovered" };
  }

  open(forMs = HOUR): void {
    this.schedule.window("sunday", true, this.clock.wall() + forMs);
  }

  close(): void {
    this.schedule.window("sunday", false, this.clock.wall());
  }
}

test("one after the other, each once while the window is open, and again in the next", async () => {
  const world = new World();
  world.schedule.begin();
  world.open();
  await world.clock.pass(20 * SECOND);
  assert.deepEqual(world.story, ["kill shop/app"]);
  world.over();
  await world.clock.pass(20 * SECOND);
  assert.deepEqual(world.story, ["kill shop/app", "freeze mail/box"]);
  world.over();
  await world.clock.pass(30 * MINUTE);
  // The calendar may say the same again; a new agent hears it for the first time.
  world.schedule.window("sunday", true, world.clock.wall() + 29 * MINUTE + 20 * SECOND);
  await world.clock.pass(20 * MINUTE);
  assert.equal(world.story.length, 2);
  assert.equal(world.clock.waiting, 0);
  world.close();
  await world.clock.pass(23 * HOUR);
  world.open();
  await world.clock.pass(MINUTE);
  assert.deepEqual(world.story.slice(2), ["kill shop/app"]);
});

test("it waits until the server is well", async () => {
  const world = new World();
  world.schedule.begin();
  world.now = ILL;
  world.open();
  await world.clock.pass(40 * MINUTE);
  assert.deepEqual(world.story, []);
  world.now = WELL;
  await world.clock.pass(10 * SECOND);
  assert.deepEqual(world.story, ["kill shop/app"]);
});

test("never while another drill runs", async () => {
  const world = new World();
  world.schedule.begin();
  world.busyWith = "drill 7 is still running";
  world.open();
  await world.clock.pass(59 * MINUTE + 30 * SECOND);
  world.close();
  assert.deepEqual(world.story, [
    "skipped box-hangs: other-drill",
    "skipped app-dies: other-drill",
  ]);
});

test("what cannot be made is skipped once with the reason, as soon as too little time is left", async () => {
  const world = new World();
  world.schedule.begin();
  world.now = ILL;
  world.open();
  await world.clock.pass(57 * MINUTE + 10 * SECOND);
  assert.deepEqual(world.story, ["skipped box-hangs: incident shop"]);
  await world.clock.pass(2 * MINUTE);
  assert.equal(world.story[1], "skipped app-dies: incident shop");
  world.close();
  assert.equal(world.story.length, 2);
  world.open(30 * SECOND);
  await world.clock.pass(10 * SECOND);
  assert.deepEqual(world.story.slice(2), [
    "skipped app-dies: window-ends",
    "skipped box-hangs: window-ends",
  ]);
});

test("a window that is closed early skips what is left", async () => {
  const world = new World();
  world.schedule.begin();
  world.open();
  world.close();
  assert.deepEqual(world.story, [
    "skipped app-dies: window-ends",
    "skipped box-hangs: window-ends",
  ]);
  await world.clock.pass(MINUTE);
  assert.equal(world.story.length, 2);
});

test("one that is refused is skipped, the other made", async () => {
  const world = new World();
  world.schedule.begin();
  world.refusal = "no process of shop/app runs";
  world.open();
  await world.clock.pass(6 * SECOND);
  assert.deepEqual(world.story, ["skipped app-dies: refused no process of shop/app runs"]);
  world.refusal = null;
  await world.clock.pass(6 * SECOND);
  assert.deepEqual(world.story.slice(1), ["freeze mail/box"]);
});

test("what an earlier agent made since the window opened is not made again", async () => {
  const world = new World();
  const since = world.clock.wall() - 10 * MINUTE;
  world.list.push(
    drillReport({ planned: "app-dies", beganWall: since + MINUTE, verdict: "cut-short" }),
    drillReport({ planned: "box-hangs", beganWall: since - MINUTE }),
  );
  world.schedule.window("sunday", true, since + HOUR);
  await world.clock.pass(MINUTE);
  assert.deepEqual(world.story, [], "before the reports are read nothing is made");
  world.schedule.begin();
  await world.clock.pass(MINUTE);
  assert.deepEqual(world.story, ["freeze mail/box"]);
});

test("another configuration: what is gone is not made, what is new is", async () => {
  const world = new World();
  world.schedule.begin();
  world.now = ILL;
  world.open();
  await world.clock.pass(MINUTE);
  world.config = load(TEXT.replaceAll("app-dies", "app-ends").replace(/ {2}box-hangs.*\n/, ""));
  world.schedule.configure();
  world.now = WELL;
  await world.clock.pass(MINUTE);
  assert.deepEqual(world.story, ["kill shop/app"]);
  world.over();
  await world.clock.pass(MINUTE);
  assert.equal(world.story.length, 1);
});

test("in observe mode nothing is broken", async () => {
  const world = new World();
  world.schedule.begin();
  world.now = server("01:00 end", { ...load(TEXT).model, mode: "observe" });
  world.open();
  await world.clock.pass(HOUR);
  assert.deepEqual(world.story, ["skipped box-hangs: observe", "skipped app-dies: observe"]);
});

test("the list says when each is made next, what came of it, and when it was last proven", async () => {
  const world = new World();
  world.schedule.begin();
  const wall = world.clock.wall();
  world.list.push(
    drillReport({ id: 9, planned: "app-dies", beganWall: wall - HOUR, verdict: "not-recovered" }),
    drillReport({ id: 8, planned: null, beganWall: wall - 2 * HOUR }),
    drillReport({ id: 7, planned: "app-dies", beganWall: wall - 3 * HOUR }),
  );
  const [dies, hangs] = world.schedule.list;
  assert.deepEqual(dies?.last, { id: 9, wall: wall - HOUR, verdict: "not-recovered" });
  assert.equal(dies.provenWall, wall - 3 * HOUR);
  assert.equal(dies.isWaiting, false);
  const next = new Date(dies.nextWall ?? 0);
  assert.equal(next.getUTCHours(), 4);
  assert.ok(next.getTime() > wall && next.getTime() <= wall + 24 * HOUR);
  assert.deepEqual([hangs?.last, hangs?.provenWall, hangs?.kind], [null, null, "freeze"]);
  world.open();
  assert.ok(world.schedule.list.every(({ isWaiting }) => isWaiting));
  world.schedule.stop();
  await world.clock.pass(HOUR);
  assert.deepEqual(world.story, []);
});
