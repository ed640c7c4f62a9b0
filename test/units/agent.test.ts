import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { AgentLab, type AgentRun, until } from "../agent/agent-lab.ts";
import { CRASHED, FakeSystemd, type FakeUnit, RUNNING, STOPPED } from "./fake-systemd.ts";

interface Scene {
  readonly lab: AgentLab;
  readonly systemd: FakeSystemd;
  readonly web: FakeUnit;
  readonly agent: () => AgentRun;
}

/** A real agent whose system bus is in this process. */
async function scene(t: TestContext, more = ""): Promise<Scene> {
  const systemd = new FakeSystemd();
  await systemd.start();
  const lab = new AgentLab();
  t.after(async () => {
    await lab.close(t);
    await systemd.close();
  });
  lab.configure(`groups: { shop: { resources: { web: { service: web${more} } } } }\n`);
  await lab.startSpawner();
  const web = systemd.add("web.service");
  const behind = ["env", `DBUS_SYSTEM_BUS_ADDRESS=unix:path=${systemd.socket}`];
  return { lab, systemd, web, agent: () => lab.startAgentBehind(behind) };
}

/** Ids of the events of the resource and its monitor so far. */
async function events({ lab }: Scene): Promise<string[]> {
  const answer = await lab.client.call("events", { limit: 1000 });
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.value.events.map((one) => one.id);
}

const told = (one: Scene, id: string, times = 1): Promise<unknown> =>
  until(`${id} is told`, async () => {
    const found = (await events(one)).filter((event) => event === id);
    return found.length >= times;
  });

test("a service is started, started again when it crashes, and left alone when it is stopped", async (t) => {
  const own = await scene(t);
  await own.agent().ready;
  await told(own, "resource-ready");
  assert.equal(own.systemd.asked("StartUnit"), 1);

  own.systemd.change(own.web, CRASHED);
  await told(own, "resource-ready", 2);
  assert.equal(own.web.active, "active");
  assert.equal(own.systemd.asked("StartUnit"), 2);

  own.systemd.finish(own.web, own.systemd.begin(own.web), "done", STOPPED);
  await told(own, "resource-stopped-outside");
  own.systemd.finish(own.web, own.systemd.begin(own.web), "done", RUNNING);
  await told(own, "resource-back");
  assert.equal(own.systemd.asked("StartUnit"), 2);
  // A probe may have found the crash before it was told.
  assert.ok((await events(own)).filter((id) => id === "resource-ended").length <= 1);
});

test("stopped by others it is started again where that was asked for", async (t) => {
  const own = await scene(t, ", outside-stop: restore");
  await own.agent().ready;
  await told(own, "resource-ready");
  own.systemd.finish(own.web, own.systemd.begin(own.web), "done", STOPPED);
  await told(own, "resource-ready", 2);
  assert.equal(own.systemd.asked("StartUnit"), 2);
});

test("a new agent takes it as it is, and a bus that dies starts and stops nothing", async (t) => {
  const own = await scene(t);
  const first = own.agent();
  await first.ready;
  await told(own, "resource-ready");
  first.process.kill("SIGKILL");
  await first.end;
  const before = own.systemd.asked("Subscribe");
  await own.agent().ready;
  await until("the new one listens", () => own.systemd.asked("Subscribe") > before);
  await own.systemd.stopBus();
  const heard = own.systemd.asked("Subscribe");
  await own.systemd.start();
  await until("it listens again", () => own.systemd.asked("Subscribe") > heard);
  assert.equal(own.systemd.asked("StartUnit"), 1);
  assert.equal(own.systemd.asked("StopUnit"), 0);
  own.systemd.change(own.web, CRASHED);
  await until("it is started again", () => own.systemd.asked("StartUnit") > 1);
  await until("it is active", () => own.web.active === "active");
});

test("the bus is there later than the agent: nothing is done before it is known", async (t) => {
  const own = await scene(t);
  await own.systemd.stopBus();
  await own.agent().ready;
  await own.systemd.start();
  await told(own, "resource-started");
  assert.equal(own.web.active, "active");
});

test("an agent without units does not come onto the bus", async (t) => {
  const own = await scene(t);
  own.lab.configure("monitors: { local: { tcp: 127.0.0.1:1 } }\n");
  await own.agent().ready;
  await until("it probes", async () => {
    const answer = await own.lab.client.call("status", {});
    return answer.ok && answer.value.monitors.every((one) => one.status !== "waiting");
  });
  assert.equal(own.systemd.clients, 1, "the fake manager itself");
});
