import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { ServiceDriver } from "../../src/host/service-driver.ts";
import { ServiceRecords } from "../../src/host/service-records.ts";
import type { ServiceTiming } from "../../src/host/service-work.ts";
import { Bus } from "../../src/host/systemd/bus.ts";
import type { UnitTiming } from "../../src/host/systemd/unit-row.ts";
import { Units } from "../../src/host/systemd/units.ts";
import type { OperationRequest, ServiceParams } from "../../src/ports/driver.ts";
import {
  BUS,
  CRASHED,
  FakeSystemd,
  type FakeUnit,
  PATIENCE_MS,
  RUNNING,
  STOPPED,
  until,
} from "./fake-systemd.ts";

const UNIT: UnitTiming = { upMs: PATIENCE_MS, freshMs: 0, roundMs: 1, againMs: 5 };
const SERVICE: ServiceTiming = { leftMs: 30, killMs: PATIENCE_MS, againMs: 10 };
/** Where nobody comes onto the bus. */
const NOBODY = { upMs: 20 };
const ID = "shop/web";
const NAME = "web.service";

let systemd: FakeSystemd;
let web: FakeUnit;
let driver: ServiceDriver;
let opened: Units[] = [];
/** What was told of the resource without our doing. */
let story: string[];

function open(unit: Partial<UnitTiming> = {}, killMs = SERVICE.killMs): ServiceDriver {
  const units = new Units(new Bus(systemd.socket, BUS), { ...UNIT, ...unit });
  opened.push(units);
  const timing = { ...SERVICE, killMs };
  const one = new ServiceDriver(units, join(systemd.folder, "units"), timing);
  one.onEnded((id, how) => story.push(`${id} ended: ${how}`));
  one.onStoppedOutside((id, isStopped) =>
    story.push(`${id} ${isStopped ? "stopped outside" : "is back"}`),
  );
  one.onRestartedOutside((id, count) => story.push(`${id} restarted, ${count} in all`));
  const params: ServiceParams = { type: "service", id: ID, kind: "resident", unit: NAME };
  one.configure(new Map([[ID, params]]));
  return one;
}

/** Another driver takes the place of the first. */
function openAnew(unit: Partial<UnitTiming>, killMs?: number): ServiceDriver {
  for (const one of opened) one.close();
  return open(unit, killMs);
}

const request = (event: OperationRequest["event"], timeoutMs = PATIENCE_MS, op = "op-1") => ({
  op,
  resource: ID,
  event,
  attempt: 1,
  reason: "a test",
  timeoutMs,
});
const start = (timeoutMs?: number) => driver.start(request("START", timeoutMs));
const stop = (timeoutMs?: number) => driver.stop(request("STOP", timeoutMs));
/** Everything that was asked, without looks. */
const asked = () => systemd.calls.filter((call) => !/^(Get|Load|Subscribe)/.test(call));

beforeEach(async () => {
  systemd = new FakeSystemd();
  await systemd.start();
  web = systemd.add(NAME);
  story = [];
  driver = open();
});
afterEach(async () => {
  for (const one of opened) one.close();
  opened = [];
  await systemd.close();
});

/** The unit is up, and known to be. */
async function up(): Promise<void> {
  Object.assign(web, RUNNING);
  assert.deepEqual([...(await driver.observe())], [[ID, { is: "running" }]]);
}

describe("starting", () => {
  test("failures are cleared, then it is started", async () => {
    Object.assign(web, CRASHED);
    assert.deepEqual(await start(), { result: "done", reason: "web.service is active" });
    assert.deepEqual(asked(), [`ResetFailedUnit ${NAME}`, `StartUnit ${NAME} replace`]);
    assert.deepEqual(story, []);
  });

  test("one that is active is not started again", async () => {
    Object.assign(web, RUNNING);
    assert.deepEqual(await start(), { result: "done", reason: "it was active already" });
    assert.deepEqual(asked(), []);
  });

  const refused: readonly [string, Partial<FakeUnit>, RegExp][] = [
    ["masked", { load: "masked" }, /masked: somebody forbade/],
    ["not there", { load: "not-found" }, /there is no unit web\.service/],
    ["broken", { load: "bad-setting" }, /cannot read the file of web\.service/],
  ];
  for (const [what, more, reason] of refused) {
    test(`one that is ${what} is not started`, async () => {
      Object.assign(web, more);
      const end = await start();
      assert.equal(end.result, "failed");
      assert.match(end.reason, reason);
      assert.deepEqual(asked(), []);
    });
  }

  const ends: readonly [string, string, Partial<FakeUnit>, string, RegExp][] = [
    ["its program fails", "failed", CRASHED, "failed", /^failed \(exit-code, exit code 3/],
    [
      "systemd's own timeout",
      "failed",
      { ...CRASHED, result: "timeout", exit: [2, 15] },
      "timed-out",
      /timeout, signal TERM/,
    ],
    ["somebody cancels it", "canceled", STOPPED, "failed", /cancelled by somebody else/],
    ["what it needs fails", "dependency", STOPPED, "failed", /a unit that it needs/],
    ["it ends at once", "done", STOPPED, "failed", /RemainAfterExit=yes/],
    ["a word of later times", "dreamt", STOPPED, "failed", /ended as dreamt/],
  ];
  for (const [what, word, more, result, reason] of ends) {
    test(`a start job that ends because ${what} is ${result}`, async () => {
      web.onStart = (unit, job) => systemd.finish(unit, job, word, more);
      const end = await start();
      assert.equal(end.result, result);
      assert.match(end.reason, reason);
      assert.deepEqual(story, []);
    });
  }

  test("a start that takes too long stalls, and a stop takes its place", async () => {
    web.onStart = (unit) => systemd.change(unit, { active: "activating", sub: "start" });
    const end = await start(50);
    assert.equal(end.result, "timed-out");
    assert.equal((await stop()).result, "done");
    assert.equal(web.active, "inactive");
  });

  test("a stop supersedes a start that runs", async () => {
    web.onStart = (unit) => systemd.change(unit, { active: "activating", sub: "start" });
    const first = start();
    await until(() => systemd.asked("StartUnit") === 1);
    const second = driver.stop(request("STOP", PATIENCE_MS, "op-2"));
    assert.deepEqual(await first, { result: "failed", reason: "a stop took its place" });
    assert.equal((await second).result, "done");
  });

  test("without a bus it fails with what is wrong", async () => {
    await systemd.stopBus();
    driver = openAnew(NOBODY);
    const end = await start();
    assert.equal(end.result, "failed");
    assert.match(end.reason, /the system bus cannot be used/);
  });

  test("the bus dies in the middle: the job is found again", async () => {
    let job = 0;
    web.onStart = (unit, number) => {
      job = number;
      systemd.change(unit, { active: "activating", sub: "start" });
    };
    const end = start();
    // Before the answer nobody knows the job, and the start has failed.
    const records = new ServiceRecords(join(systemd.folder, "units"));
    await until(async () => (await records.read(ID)) !== null);
    await systemd.stopBus();
    await systemd.start();
    systemd.calls.length = 0;
    await until(() => systemd.asked("GetAll") > 1);
    systemd.finish(web, job, "done", RUNNING);
    assert.equal((await end).result, "done");
    assert.equal(systemd.asked("StartUnit"), 0);
    assert.deepEqual(story, []);
  });
});

describe("stopping", () => {
  test("it is stopped, and that is nobody's failure", async () => {
    await up();
    assert.deepEqual(await stop(), { result: "done", reason: "web.service is stopped" });
    assert.deepEqual(asked(), [`StopUnit ${NAME} replace`]);
    assert.equal((await start()).result, "done");
    assert.deepEqual(story, []);
  });

  test("one that is not active is stopped", async () => {
    assert.deepEqual(await stop(), { result: "done", reason: "it was not active" });
    assert.deepEqual(asked(), []);
  });

  test("one that does not stop in time is killed", async () => {
    await up();
    web.onStop = (unit, job) => {
      systemd.change(unit, { active: "deactivating", sub: "stop-sigterm" });
      void until(() => systemd.asked("KillUnit") > 0).then(() =>
        systemd.finish(unit, job, "done", { ...CRASHED, result: "signal" }),
      );
    };
    const end = await stop(50);
    assert.deepEqual(end, {
      result: "done",
      reason: "web.service did not stop in time and was killed",
    });
    assert.deepEqual(asked(), [`StopUnit ${NAME} replace`, `KillUnit ${NAME} all 9`]);
  });

  test("one that cannot be killed is not proved empty", async () => {
    driver = openAnew({}, 60);
    await up();
    web.onStop = (unit) => systemd.change(unit, { active: "deactivating", sub: "stop-sigkill" });
    const end = await stop(50);
    assert.equal(end.result, "still-populated");
  });
});

describe("its life", () => {
  test("a crash is an end", async () => {
    await up();
    systemd.change(web, CRASHED);
    await until(() => story.length > 0);
    assert.deepEqual(story, [
      `${ID} ended: failed (exit-code, exit code 3 (OCF: not implemented))`,
    ]);
  });

  test("an end without a job is an end, also a good one", async () => {
    await up();
    systemd.change(web, STOPPED);
    await until(() => story.length > 0);
    assert.deepEqual(story, [`${ID} ended: inactive (exit code 0)`]);
  });

  test("a person stops it, and starts it again", async () => {
    await up();
    systemd.finish(web, systemd.begin(web), "done", STOPPED);
    await until(() => story.length > 0);
    systemd.finish(web, systemd.begin(web), "done", RUNNING);
    await until(() => story.length > 1);
    assert.deepEqual(story, [`${ID} stopped outside`, `${ID} is back`]);
  });

  test("a person's stop that ends badly is a stop all the same", async () => {
    await up();
    systemd.finish(web, systemd.begin(web), "done", { ...CRASHED, exit: [1, 143] });
    await until(() => story.length > 0);
    assert.deepEqual(story, [`${ID} stopped outside`]);
  });

  test("a package upgrade restarts it: nothing is told while the job runs, nor after it", async () => {
    await up();
    const job = systemd.begin(web);
    systemd.change(web, { ...STOPPED, job });
    await new Promise((resolve) => setTimeout(resolve, 30));
    systemd.finish(web, job, "done", RUNNING);
    systemd.change(web, { mainPid: 99 });
    await until(() => driver.tree(ID).main !== null || web.mainPid === 99);
    assert.deepEqual(story, []);
  });

  test("an upgrade whose new version does not start is a failure", async () => {
    await up();
    systemd.finish(web, systemd.begin(web), "failed", CRASHED);
    await until(() => story.length > 0);
    assert.match(story.join(), /ended: failed/);
  });

  test("a start by others whose program crashes at once is a failure, not a stop", async () => {
    await up();
    systemd.finish(web, systemd.begin(web), "done", RUNNING);
    systemd.change(web, CRASHED);
    await until(() => story.length > 0);
    assert.match(story.join(), /ended: failed/);
  });

  test("Restart=always: each restart is told, and the end when systemd gives up", async () => {
    await up();
    for (const restarts of [1, 2, 3]) {
      systemd.change(web, { active: "activating", sub: "auto-restart", result: "signal" });
      systemd.finish(web, systemd.begin(web), "done", { ...RUNNING, restarts });
      await until(() => story.length === restarts);
    }
    systemd.change(web, { ...CRASHED, result: "start-limit-hit" });
    await until(() => story.length > 3);
    assert.deepEqual(story, [
      `${ID} restarted, 1 in all`,
      `${ID} restarted, 2 in all`,
      `${ID} restarted, 3 in all`,
      `${ID} ended: failed (start-limit-hit, exit code 3 (OCF: not implemented))`,
    ]);
  });

  test("it is masked while it is down: nobody is to start it", async () => {
    await up();
    Object.assign(web, { load: "masked" });
    systemd.managerSignal("Reloading", "b", [false]);
    systemd.change(web, STOPPED);
    await until(() => story.length > 0);
    assert.deepEqual(story, [`${ID} stopped outside`]);
  });

  test("it ended well while the bus was away: somebody may have meant it", async () => {
    await up();
    await systemd.stopBus();
    Object.assign(web, STOPPED);
    await systemd.start();
    await until(() => story.length > 0);
    assert.deepEqual(story, [`${ID} stopped outside`]);
  });

  test("its program ended well by itself while the bus was away: that is an end", async () => {
    await up();
    await systemd.stopBus();
    Object.assign(web, { ...STOPPED, times: [10, 11, 20, 19] });
    await systemd.start();
    await until(() => story.length > 0);
    assert.match(story.join(), /ended: inactive/);
  });

  test("it failed while the bus was away: that is an end", async () => {
    await up();
    await systemd.stopBus();
    Object.assign(web, CRASHED);
    await systemd.start();
    await until(() => story.length > 0);
    assert.match(story.join(), /ended: failed/);
  });

  test("what is not configured any more tells nothing", async () => {
    await up();
    driver.configure(new Map());
    systemd.change(web, CRASHED);
    await systemd.leave();
    assert.deepEqual(story, []);
    assert.ok(!driver.has(ID));
  });
});

describe("a new agent", () => {
  const cases: readonly [string, Partial<FakeUnit>, unknown][] = [
    ["active", RUNNING, { is: "running" }],
    ["starting by itself", { active: "activating", sub: "start" }, { is: "running" }],
    ["inactive, and forgotten by systemd", STOPPED, { is: "stoppedOutside" }],
    ["stopped by a job", { ...STOPPED, times: [10, 11, 20, 21] }, { is: "stoppedOutside" }],
    [
      "stopped by a job, badly",
      { ...CRASHED, exit: [1, 143], times: [10, 11, 20, 21] },
      { is: "stoppedOutside" },
    ],
    [
      "stopped, its program having ended long ago",
      { ...STOPPED, times: [10, 12, 20, 11] },
      { is: "stoppedOutside" },
    ],
    [
      "ended by itself, though well",
      { ...STOPPED, times: [10, 11, 20, 19] },
      { is: "ended", how: "inactive (exit code 0)" },
    ],
    [
      "stopped, started again and never active",
      { ...CRASHED, times: [30, 11, 20, 31] },
      { is: "ended", how: "failed (exit-code, exit code 3 (OCF: not implemented))" },
    ],
    [
      "killed because it did not stop in time",
      { ...CRASHED, result: "timeout", exit: [2, 9], times: [10, 11, 20, 21] },
      { is: "ended", how: "failed (timeout, signal KILL)" },
    ],
    ["masked", { ...STOPPED, load: "masked" }, { is: "stoppedOutside" }],
    [
      "failed",
      { ...CRASHED, exit: [2, 9] },
      { is: "ended", how: "failed (exit-code, signal KILL)" },
    ],
  ];
  for (const [what, more, want] of cases) {
    test(`finds a unit that is ${what}, and tells nothing more of it`, async () => {
      Object.assign(web, more);
      assert.deepEqual([...(await driver.observe())], [[ID, want]]);
      systemd.change(web, { changedAtMs: 1 });
      await until(() => systemd.asked("GetAll") > 1);
      await opened[0]?.look(NAME);
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.deepEqual(story, []);
    });
  }

  const seenLate: readonly [string, FakeUnit["times"], RegExp][] = [
    ["ended", [0, 0, 0, 0], /ended: inactive/],
    ["ended by itself", [10, 11, 20, 19], /ended: inactive/],
    ["was stopped", [10, 11, 20, 21], /stopped outside/],
  ];
  for (const [what, times, want] of seenLate) {
    test(`without a bus takes it to run, and sees later that it ${what}`, async () => {
      Object.assign(web, { times });
      await systemd.stopBus();
      driver = openAnew(NOBODY);
      assert.deepEqual([...(await driver.observe())], [[ID, { is: "running" }]]);
      await systemd.start();
      await until(() => story.length > 0);
      assert.match(story.join(), want);
    });
  }

  test("does not take our own stop for somebody else's, nor the next one for ours", async () => {
    await up();
    await stop();
    assert.deepEqual([...(await open().observe())], [[ID, { is: "empty" }]]);
    const third = open();
    assert.deepEqual([...(await third.observe())], [[ID, { is: "empty" }]]);
    systemd.finish(web, systemd.begin(web), "done", RUNNING);
    await until(() => story.length > 0);
    Object.assign(web, STOPPED);
    const records = new ServiceRecords(join(systemd.folder, "units"));
    await until(async () => (await records.read(ID)) === null);
    assert.deepEqual([...(await open().observe())], [[ID, { is: "stoppedOutside" }]]);
  });

  test("waits for the start that an earlier one began", async () => {
    const job = systemd.begin(web);
    systemd.change(web, { active: "activating", sub: "start" });
    const folder = join(systemd.folder, "units");
    await new ServiceRecords(folder).write(ID, { op: "op-1", doing: "start", job });
    assert.deepEqual([...(await driver.observe())], [[ID, { is: "busy", op: "op-1" }]]);
    assert.ok(driver.hasBegun("op-1"));
    const end = driver.resume("op-1", PATIENCE_MS);
    systemd.finish(web, job, "done", RUNNING);
    assert.deepEqual(await end, { result: "done", reason: "web.service is active" });
    assert.deepEqual(asked(), []);
    assert.equal(await new ServiceRecords(folder).read(ID), null);
  });

  test("takes a job as it finds it when the note is of another, or no note", async () => {
    systemd.begin(web);
    systemd.change(web, RUNNING);
    const records = new ServiceRecords(join(systemd.folder, "units"));
    await records.write(ID, { op: "op-1", doing: "start", job: 1 });
    assert.deepEqual([...(await driver.observe())], [[ID, { is: "running" }]]);
    assert.ok(!driver.hasBegun("op-1"));
    assert.equal(await records.read(ID), null);
  });
});
