import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import type { CommandAnswer, ServerStatus } from "../../src/api/answers.ts";
import { AgentLab, ONE_COPY, sorted, until } from "./agent-lab.ts";

/** Nothing is left for it to do: whoever keeps it running does not start it again. */
const LEFT_FOR_GOOD = 6;

async function lab(t: TestContext, more = ""): Promise<AgentLab> {
  const made = new AgentLab();
  t.after(() => made.close(t));
  made.configure(
    [
      "groups:",
      "  shop:",
      "    resources:",
      `      db: { exec: [${ONE_COPY}, ${made.folder}/db] }`,
      `      web: { exec: [${ONE_COPY}, ${made.folder}/web], after: [db] }`,
      more,
    ].join("\n"),
  );
  await made.startSpawner();
  return made;
}

async function status(from: AgentLab): Promise<ServerStatus> {
  const answer = await from.client.call("status", {});
  assert(answer.ok, JSON.stringify(answer));
  return answer.value;
}

async function command(
  from: AgentLab,
  name: "start" | "stop" | "restart",
  target: string,
): Promise<CommandAnswer> {
  const answer = await from.client.call(name, { name: target, waitMs: 60_000 });
  assert(answer.ok, JSON.stringify(answer));
  return answer.value;
}

const pidsOf = (of: ServerStatus): number[] =>
  of.groups.flatMap((group) => group.resources.flatMap((one) => one.pids));

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

test("a group starts, and what is killed is started again", async (t) => {
  const own = await lab(t);
  await own.startAgent().ready;
  const before = await own.active();
  assert.equal(before.isHealthy, true);
  // That a disk is slow is noted too, until it has saved.
  await until("this alone is noted", async () => {
    const { notes } = await status(own);
    return notes.map(({ id }) => id).join() === "server-actions-simulated";
  });
  const drill = await own.client.call("drillBegin", { kind: "kill", target: "shop/web" });
  assert(drill.ok);
  await own.started("web", 2);
  const after = await own.active();
  await own.started("db", 1);
  assert.equal(after.incidents.length, 1);
  assert.deepEqual(
    after.incidents[0]?.steps.map((step) => step.step),
    ["reactivation"],
  );
});

test("TERM: the agent leaves, applications go on, the next agent takes them up", async (t) => {
  const own = await lab(t);
  const first = own.startAgent();
  await first.ready;
  const pids = pidsOf(await own.active());
  assert.equal(await own.stopAgent(first), 0);
  assert.ok(pids.length === 2 && pids.every(isAlive));
  await own.startAgent().ready;
  assert.deepEqual(sorted(pidsOf(await own.active())), sorted(pids));
  await own.started("web", 1);
  const told = await until("it is told", async () => {
    const events = await own.client.call("events", {});
    return events.ok && events.value.events.find((event) => event.id === "agent-restarted");
  });
  const { unwatched, ...others } = told.fields;
  assert.deepEqual(others, { plans: 0, resources: 2, isExact: true });
  assert.ok(typeof unwatched === "number" && unwatched > 0);
});

test("TERM with --stop-apps-on-exit stops everything in order first", async (t) => {
  const own = await lab(t);
  const run = own.startAgent("--stop-apps-on-exit");
  await run.ready;
  const pids = pidsOf(await own.active());
  assert.equal(await own.stopAgent(run), LEFT_FOR_GOOD);
  assert.ok(!pids.some(isAlive));
  const stopped = run.stderr().matchAll(/"event":"resource-stopped".*?"resource":"([^"]+)"/g);
  assert.deepEqual(
    [...stopped].map((match) => match[1]),
    ["shop/web", "shop/db"],
  );
});

test("a second agent on the folder refuses, says who runs, and changes nothing", async (t) => {
  const own = await lab(t);
  const first = own.startAgent();
  await first.ready;
  const second = own.startAgent();
  assert.equal(await second.end, 4);
  assert.match(
    second.stderr(),
    new RegExp(`another agent runs.*pid ${first.process.pid}, since 2`),
  );
  assert.equal((await status(own)).agent.pid, first.process.pid);
});

test("without any valid configuration the agent says every problem and does not start", async (t) => {
  const own = await lab(t);
  own.configure("groups:\n  shop:\n    resorces: {}\n    after: [nothing]\n");
  const run = own.startAgent();
  assert.equal(await run.end, 1);
  assert.match(run.stderr(), /solosafe\.yaml:3:5: .*resorces/);
  assert.match(run.stderr(), /solosafe\.yaml:4:/);
  await lastConfiguration(own);
});

/** So that the lab can stop what runs. */
async function lastConfiguration(own: AgentLab): Promise<void> {
  own.configure("groups: {}\nmonitors: {}\n");
}

test("a configuration that broke: the last good one is in force, and it is said", async (t) => {
  const own = await lab(t);
  const first = own.startAgent();
  await first.ready;
  const pids = pidsOf(await own.active());
  await own.stopAgent(first);
  own.configure("groups: [\n");
  await own.startAgent().ready;
  const now = await own.active();
  assert.deepEqual(sorted(pidsOf(now)), sorted(pids));
  assert.ok(now.notes.some((note) => note.id === "config-faulty"));
  const fault = await until("the fault is told", async () => {
    const events = await own.client.call("events", {});
    return events.ok && events.value.events.find((event) => event.id === "config-fault");
  });
  assert.match(String(fault?.fields["fault"]), /solosafe\.yaml:\d+:\d+/);
});

test("reload applies a valid file and refuses a broken one", async (t) => {
  const own = await lab(t);
  await own.startAgent().ready;
  await own.active();
  const good = readFileSync(own.paths.config, "utf8");
  own.configure("groups: [\n");
  const refused = await own.client.call("reload", {});
  assert(refused.ok);
  assert.equal(refused.value.changes, 0);
  assert.equal(refused.value.problems.length, 1);
  own.configure(`${good}\n      extra: { exec: [${ONE_COPY}, ${own.folder}/extra] }\n`);
  const applied = await own.client.call("reload", {});
  assert(applied.ok);
  assert.deepEqual(applied.value.problems, []);
  assert.ok(applied.value.changes > 0);
  assert.equal((await command(own, "start", "shop/extra")).outcome, "done");
  await own.started("extra", 1);
  await own.started("web", 1);
});

test("what a person stopped stays stopped when the agent is killed at once", async (t) => {
  const own = await lab(t);
  const first = own.startAgent();
  await first.ready;
  await own.active();
  assert.equal((await command(own, "stop", "shop")).outcome, "done");
  await own.stopAgent(first, "SIGKILL");
  await own.startAgent().ready;
  const now = await status(own);
  assert.equal(now.groups[0]?.goal, "inactive");
  assert.deepEqual(pidsOf(now), []);
  await own.started("web", 1);
});

test("a state that was spoilt is kept aside, told, and applications are adopted", async (t) => {
  const own = await lab(t);
  const first = own.startAgent();
  await first.ready;
  const pids = pidsOf(await own.active());
  await own.stopAgent(first);
  writeFileSync(join(own.paths.state, "state.json"), '{"version":1,"at":');
  const second = own.startAgent();
  await second.ready;
  assert.deepEqual(sorted(pidsOf(await own.active())), sorted(pids));
  await until("it is told", () => second.stderr().includes('"event":"state-lost"'));
  assert.ok(readdirSync(own.paths.state).some((name) => name.startsWith("state.json.bad-")));
});

test("all state is lost while applications run: they are found again, not started twice", async (t) => {
  const own = await lab(t);
  const first = own.startAgent();
  await first.ready;
  const pids = pidsOf(await own.active());
  await own.stopAgent(first, "SIGKILL");
  rmSync(own.paths.state, { recursive: true });
  mkdirSync(own.paths.state);
  await own.startAgent().ready;
  assert.deepEqual(sorted(pidsOf(await own.active())), sorted(pids));
  await own.started("web", 1);
  assert.deepEqual(own.lines("web.violations"), []);
});

test("a frozen tree goes on by itself after its time", async (t) => {
  const own = await lab(t);
  await own.startAgent().ready;
  const [pid = 0] = (await own.active()).groups[0]?.resources[0]?.pids ?? [];
  const state = (): string =>
    /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
  const frozen = await own.client.call("drillBegin", {
    kind: "freeze",
    target: "shop/db",
    // Long enough to be seen by who is kept from looking for a while.
    forMs: 10_000,
  });
  assert(frozen.ok);
  // The signal is taken when the process gets a processor, and that may be busy.
  await until("it is frozen", () => state() === "T");
  await until("it goes on", () => state() === "S");
});

test("commands on names that are not there, and on what cannot be, are refused with a reason", async (t) => {
  const own = await lab(t);
  await own.startAgent().ready;
  await own.active();
  const cases = [
    [await own.client.call("start", { name: "shopp" }), "name/unknown"],
    [await own.client.call("stop", { name: "shop/nothing" }), "name/unknown"],
    [await own.client.call("resume", { scope: "group:shop" }), "command/refused"],
    [await own.client.call("suspend", { scope: "monitor:nothing" }), "name/unknown"],
    [await own.client.call("rehearse", { monitor: "nothing" }), "name/unknown"],
    [
      await own.client.call("message", { monitor: "shop-db-process", outcome: "ok", text: "" }),
      "message/wrong-type",
    ],
    [await own.client.call("drillBegin", { kind: "kill", target: "shop" }), "drill/no-resource"],
    [
      await own.client.call("watch", { group: "shop", name: "x", pid: process.pid }),
      "watch/not-ours",
    ],
  ] as const;
  for (const [answer, code] of cases) {
    assert(!answer.ok);
    assert.equal(answer.problem.code, code);
    assert.ok(answer.problem.message.length > 10);
  }
});

test("a message monitor takes an outside tool's word at once", async (t) => {
  const own = await lab(t, "monitors:\n  backup: { type: message, interval: 1h }\n");
  await own.startAgent().ready;
  await own.active();
  await own.client.call("message", { monitor: "backup", outcome: "failed", text: "tape is full" });
  const failed = await until("the monitor failed", async () => {
    const now = await own.client.call("monitor", { name: "backup" });
    return now.ok && now.value.monitor.status === "failed" ? now.value.monitor : null;
  });
  assert.match(failed.reason, /tape is full/);
});

test("a suspended group is not healed; resumed, it is", async (t) => {
  const own = await lab(t);
  await own.startAgent().ready;
  await own.active();
  await own.client.call("suspend", { scope: "group:shop", forMs: null });
  await own.client.call("drillBegin", { kind: "kill", target: "shop/web" });
  await until("the end was noticed", async () => {
    const web = (await status(own)).groups[0]?.resources[1];
    return web?.phase === "failed";
  });
  const explained = await own.client.call("explain", { name: "shop/web" });
  assert(explained.ok);
  assert.ok(explained.value.statements.some((one) => one.id === "suspended"));
  await own.started("web", 1);
  await own.client.call("resume", { scope: "group:shop" });
  await own.active();
  await own.started("web", 2);
});

test("stop-all answers when everything has stopped, and the agent leaves", async (t) => {
  const own = await lab(t);
  const run = own.startAgent();
  await run.ready;
  const pids = pidsOf(await own.active());
  const answer = await own.client.call("stopAll", { waitMs: 60_000 });
  assert(answer.ok, JSON.stringify(answer));
  assert.equal(answer.value.outcome, "done");
  assert.ok(!pids.some(isAlive));
  assert.equal(await run.end, LEFT_FOR_GOOD);
});
