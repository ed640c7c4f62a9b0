import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { rmSync } from "node:fs";
import { afterEach, beforeEach, describe, test } from "node:test";
import { fail } from "../../src/base/result.ts";
import { Bus, type BusCall } from "../../src/host/systemd/bus.ts";
import type { UnitTiming } from "../../src/host/systemd/unit-row.ts";
import { type UnitChange, Units } from "../../src/host/systemd/units.ts";
import {
  BUS,
  CRASHED,
  FakeSystemd,
  IMPATIENT_BUS,
  PATIENCE_MS,
  pathOf,
  RUNNING,
  STOPPED,
  until,
} from "./fake-systemd.ts";

const UNIT_TIMING: UnitTiming = { upMs: PATIENCE_MS, freshMs: 0, roundMs: 1, againMs: 5 };
/** Where nobody comes onto the bus. */
const NOBODY = { upMs: 20 };

let systemd: FakeSystemd;
let units: Units;
let told: UnitChange[];
let opened: Units[] = [];

function open(timing: Partial<UnitTiming> = {}, bus = BUS): Units {
  const one = new Units(new Bus(systemd.socket, bus), { ...UNIT_TIMING, ...timing });
  opened.push(one);
  one.onChange((change) => told.push(change));
  return one;
}

beforeEach(async () => {
  systemd = new FakeSystemd();
  await systemd.start();
  told = [];
  units = open();
});
afterEach(async () => {
  for (const one of opened) one.close();
  opened = [];
  await systemd.close();
});

/** What was told about a unit, shortly: `active running`, with `job` when somebody stopped it. */
function story(name: string): string[] {
  return told
    .filter(({ facts }) => facts.name === name)
    .map(({ facts }) => `${facts.active} ${facts.sub}${facts.isStoppedByJob ? " by a job" : ""}`);
}

const watch = async (...names: readonly string[]): Promise<void> => {
  units.watch("test", new Set(names));
  await until(() => names.every((name) => story(name).length > 0));
};

async function state(name: string): Promise<string> {
  const answer = await units.look(name);
  return answer.ok ? `${answer.value.load} ${answer.value.active}` : answer.problem.code;
}

describe("a good day", () => {
  test("a unit is read, and its changes are told", async () => {
    const web = systemd.add("web.service", RUNNING);
    await watch("web.service");
    systemd.change(web, CRASHED);
    await until(() => story("web.service").length > 1);
    assert.deepEqual(story("web.service"), ["active running", "failed failed"]);
    assert.equal(told.at(-1)?.facts.result, "exit-code");
    assert.equal(told.at(-1)?.facts.mainEnd, "exit code 3 (OCF: not implemented)");
  });

  test("a stop job of somebody else is told from an end", async () => {
    const web = systemd.add("web.service", RUNNING);
    await watch("web.service");
    systemd.finish(web, systemd.begin(web), "done", STOPPED);
    await until(() => story("web.service").at(-1) === "inactive dead by a job");
    systemd.change(web, RUNNING);
    await until(() => story("web.service").at(-1) === "active running");
    systemd.change(web, STOPPED);
    await until(() => story("web.service").at(-1) === "inactive dead");
  });

  test("a stop job of ours is not somebody else's, nor what it pulls along", async () => {
    const web = systemd.add("web.service", RUNNING);
    const app = systemd.add("app.service", RUNNING);
    web.onStop = (unit, job) => {
      systemd.finish(app, systemd.begin(app), "done", STOPPED);
      systemd.finish(unit, job, "done", STOPPED);
    };
    await watch("web.service", "app.service");
    assert.ok((await units.transact("StopUnit", "web.service")).ok);
    await until(() => story("app.service").length > 1 && story("web.service").length > 1);
    assert.equal(story("web.service").at(-1), "inactive dead");
    assert.equal(story("app.service").at(-1), "inactive dead");
  });

  test("a package upgrade that restarts a unit leaves it active", async () => {
    const web = systemd.add("web.service", RUNNING);
    await watch("web.service");
    const job = systemd.begin(web);
    systemd.change(web, { ...STOPPED, active: "deactivating", sub: "stop-sigterm" });
    systemd.change(web, { active: "activating", sub: "start" });
    systemd.finish(web, job, "done", RUNNING);
    await until(() => story("web.service").at(-1) === "active running" && web.job === 0);
    assert.ok(!story("web.service").some((one) => one.includes("by a job")));
  });

  for (const name of ["db@main.service", "a-b_c.d:e\\x2d.service", `${"x".repeat(192)}.service`]) {
    test(`a unit called ${name.slice(0, 30)}`, async () => {
      const unit = systemd.add(name, RUNNING);
      await watch(name);
      systemd.change(unit, CRASHED);
      await until(() => story(name).at(-1) === "failed failed");
      assert.match(pathOf(name), /^\/org\/freedesktop\/systemd1\/unit\/[A-Za-z0-9_]+$/);
    });
  }

  test("another name of a unit is the unit", async () => {
    systemd.add("mysql.service", { alias: "mariadb.service" });
    const real = systemd.add("mariadb.service", RUNNING);
    await watch("mysql.service");
    systemd.finish(real, systemd.begin(real), "done", STOPPED);
    await until(() => story("mysql.service").at(-1) === "inactive dead by a job");
  });

  test("a unit that is masked, and one that is not there", async () => {
    const web = systemd.add("web.service", STOPPED);
    await watch("web.service", "none.service");
    Object.assign(web, { load: "masked" });
    systemd.managerSignal("Reloading", "b", [true]);
    systemd.managerSignal("Reloading", "b", [false]);
    await until(() => told.at(-1)?.facts.load === "masked" || told.at(-2)?.facts.load === "masked");
    assert.equal(await state("web.service"), "masked inactive");
    assert.equal(await state("none.service"), "not-found inactive");
  });

  test("500 units that change at once are told once a round, with hardly a question", async () => {
    units.close();
    units = open({ freshMs: 60_000 });
    const names = Array.from({ length: 500 }, (_, at) => `app@${at}.service`);
    for (const name of names) systemd.add(name, RUNNING);
    await watch(...names);
    await until(() => told.length >= 500);
    told = [];
    systemd.calls.length = 0;
    for (const name of names) {
      const unit = systemd.units.get(name);
      assert.ok(unit);
      systemd.change(unit, { active: "deactivating", sub: "stop" });
      systemd.change(unit, CRASHED);
    }
    await until(() => names.every((name) => story(name).at(-1) === "failed failed"));
    assert.ok(told.length <= 1500, `${told.length} changes were told`);
    for (const name of names) assert.equal(await state(name), "loaded failed");
    assert.deepEqual(systemd.calls, []);
  });

  test("who is no longer watched is not told", async () => {
    const web = systemd.add("web.service", RUNNING);
    const app = systemd.add("app.service", RUNNING);
    await watch("web.service", "app.service");
    units.watch("test", new Set(["app.service"]));
    systemd.change(web, CRASHED);
    systemd.change(app, CRASHED);
    await until(() => story("app.service").at(-1) === "failed failed");
    assert.deepEqual(story("web.service"), ["active running"]);
  });
});

describe("a bad day", () => {
  test("no bus: nothing is known, and it is found when it comes", async () => {
    systemd.add("web.service", RUNNING);
    await systemd.stopBus();
    units = open(NOBODY);
    units.watch("test", new Set(["web.service"]));
    await until(async () => {
      const answer = await units.look("web.service");
      assert.ok(!answer.ok);
      assert.equal(answer.problem.code, "bus/missing");
      assert.ok(answer.problem.hint);
      return answer.problem.message.includes("ENOENT");
    });
    await systemd.start();
    await until(() => story("web.service").at(-1) === "active running");
  });

  test("a bus that dies and comes back: what happened meanwhile was not heard", async () => {
    const web = systemd.add("web.service", RUNNING);
    await watch("web.service");
    await systemd.stopBus();
    Object.assign(web, STOPPED);
    await systemd.start();
    await until(() => story("web.service").at(-1) === "inactive dead");
    assert.equal(told.at(-1)?.isUnheard, true);
    systemd.change(web, RUNNING);
    await until(() => told.at(-1)?.isUnheard === false);
  });

  test("a bus that does not say whose systemd's name is, is asked anew", async () => {
    let asked = 0;
    class Forgetful extends Bus {
      override call(call: BusCall): ReturnType<Bus["call"]> {
        if (call.member !== "GetNameOwner" || ++asked > 2) return super.call(call);
        const code = "org.freedesktop.DBus.Error.NoReply";
        return Promise.resolve(fail({ code, message: "no answer in time" }));
      }
    }
    units = new Units(new Forgetful(systemd.socket, BUS), UNIT_TIMING);
    opened.push(units);
    units.onChange((change) => told.push(change));
    systemd.add("web.service", RUNNING);
    await watch("web.service");
    assert.equal(asked, 3);
  });

  test("systemd that executes itself anew is followed", async () => {
    const web = systemd.add("web.service", RUNNING);
    units.close();
    units = open(NOBODY);
    await watch("web.service");
    await systemd.leave();
    assert.match(await state("web.service"), /missing|Name/);
    await systemd.join();
    await until(() => told.length > 1);
    systemd.change(web, CRASHED);
    await until(() => story("web.service").at(-1) === "failed failed");
  });

  test("systemd that answers after a minute is not waited for", async () => {
    const web = systemd.add("web.service", RUNNING);
    units.close();
    units = open({}, IMPATIENT_BUS);
    await watch("web.service");
    systemd.isSilent = true;
    assert.match(await state("web.service"), /NoReply|missing/);
    systemd.change(web, CRASHED);
    systemd.isSilent = false;
    await until(() => story("web.service").at(-1) === "failed failed");
  });

  test("answers that are no properties are a fault, and the next good one counts", async () => {
    systemd.add("web.service", RUNNING);
    await watch("web.service");
    for (const garbage of [
      { signature: "s", body: ["nonsense"] },
      { signature: "a{sv}", body: [[["ActiveState", ["u", 7]]]] },
      { signature: "ai", body: [[1, 2, 3]] },
    ]) {
      systemd.garbage = garbage;
      assert.equal(await state("web.service"), "systemd/garbage");
    }
    systemd.garbage = null;
    assert.equal(await state("web.service"), "loaded active");
  });

  test("signals that are not what they ought to be change nothing", async () => {
    const web = systemd.add("web.service", RUNNING);
    await watch("web.service");
    systemd.managerSignal("JobRemoved", "s", ["web.service"]);
    systemd.managerSignal("JobRemoved", "ssss", ["1", "2", "web.service", "done"]);
    const path = pathOf("web.service");
    systemd.signal(path, "org.freedesktop.DBus.Properties", "PropertiesChanged", "u", [1]);
    assert.equal(await state("web.service"), "loaded active");
    systemd.change(web, CRASHED);
    await until(() => story("web.service").at(-1) === "failed failed");
  });

  test("what others tell in systemd's name is not believed", async () => {
    const web = systemd.add("web.service", RUNNING);
    await watch("web.service");
    const liar = new FakeSystemd();
    Object.assign(liar, { socket: systemd.socket });
    await liar.join(false);
    liar.change(liar.add("web.service"), CRASHED);
    systemd.change(web, { mainPid: 12 });
    await until(() => told.at(-1)?.facts.mainPid === 12);
    assert.deepEqual([...new Set(story("web.service"))], ["active running"]);
    await liar.stopBus();
    rmSync(liar.folder, { recursive: true, force: true });
  });
});

describe("a bus that is none", () => {
  const answers: readonly [string, (socket: Socket) => void][] = [
    ["says nothing", () => {}],
    ["hangs up", (socket) => socket.destroy()],
    ["sends garbage", (socket) => socket.write(Buffer.alloc(70_000, 0xff))],
    ["refuses to let in", (socket) => socket.write("REJECTED NOTHING\r\n")],
    ["lets in and sends garbage", (socket) => socket.write(`OK 12\r\n${"\u0000".repeat(64)}`)],
    ["lets in and says nothing", (socket) => socket.write("OK 1234\r\n")],
  ];
  for (const [what, answer] of answers) {
    test(`it ${what}: it is a fault, and asked again later`, async () => {
      await systemd.stopBus();
      let calls = 0;
      const server = createServer((socket) => {
        calls += 1;
        socket.on("error", () => {});
        socket.once("data", () => answer(socket));
      });
      await new Promise<void>((resolve) => server.listen(systemd.socket, resolve));
      units = open(NOBODY, IMPATIENT_BUS);
      assert.equal(await state("web.service"), "bus/missing");
      await until(() => calls > 1);
      units.close();
      await new Promise((resolve) => server.close(resolve));
    });
  }
});
