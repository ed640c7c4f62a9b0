import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import type { ConfigAppliedAnswer, ConfigPlan } from "../../src/api/config-answers.ts";
import type { ServerStatus } from "../../src/api/answers.ts";
import { Prng } from "../simulation/prng.ts";
import { AgentLab, ONE_COPY, until } from "./agent-lab.ts";

const KILLS = Number(process.env["SOLOSAFE_KILLS"] ?? 12);
const SEED = Number(process.env["SOLOSAFE_SEED"] ?? Date.now() % 1_000_000);

/** One resource a line; what stands behind its command is given with it, FOLDER for the lab's. */
function configOf(own: AgentLab, resources: Readonly<Record<string, string>>, more = ""): string {
  const lines = Object.entries(resources).map(
    ([name, rest]) =>
      `      ${name}: { exec: [${ONE_COPY}, "${own.folder}/${name}"]${rest.replace("FOLDER", own.folder)} }`,
  );
  return `version: 1\ngroups:\n  shop:\n    resources:\n${lines.join("\n")}\n${more}`;
}

async function lab(t: TestContext, resources: Readonly<Record<string, string>>, more = "") {
  const own = new AgentLab();
  t.after(() => own.close(t));
  own.configure(configOf(own, resources, more));
  await own.startSpawner();
  return own;
}

async function status(own: AgentLab): Promise<ServerStatus> {
  const answer = await own.client.call("status", {});
  assert(answer.ok, JSON.stringify(answer));
  return answer.value;
}

async function planOf(
  own: AgentLab,
  given: { text: string } | { version: number },
  more: object = {},
): Promise<{ plan: ConfigPlan; token: string }> {
  const answer = await own.client.call("planConfig", { ...given, ...more });
  assert(answer.ok, JSON.stringify(answer));
  const { plan, token } = answer.value;
  assert(plan !== null && token !== null, JSON.stringify(answer.value));
  return { plan, token };
}

async function change(
  own: AgentLab,
  text: string,
  more: object = {},
): Promise<ConfigAppliedAnswer> {
  const { token } = await planOf(own, { text }, more);
  const applied = await own.client.call("applyConfig", { text, token });
  assert(applied.ok, JSON.stringify(applied));
  return applied.value;
}

async function rollBack(own: AgentLab, version: number, more: object = {}): Promise<void> {
  const { token } = await planOf(own, { version }, more);
  const done = await own.client.call("rollbackConfig", { version, token });
  assert(done.ok, JSON.stringify(done));
}

async function inForce(own: AgentLab): Promise<number | null> {
  const history = await own.client.call("configHistory", {});
  assert(history.ok, JSON.stringify(history));
  return history.value.inForce;
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

test("only what changed is touched; --restart restarts exactly what has another program", async (t) => {
  const own = await lab(t, { db: "", web: "" });
  await own.startAgent().ready;
  await own.active();
  const text = configOf(own, { db: "", web: ", environment: { COLOUR: red }" });
  const { plan } = await planOf(own, { text });
  assert.deepEqual([plan.atNextStart, plan.stops, plan.starts], [["shop/web"], [], []]);
  const restarting = await planOf(own, { text }, { isRestarting: true });
  assert.deepEqual(restarting.plan.atNextStart, []);
  assert.deepEqual([restarting.plan.stops, restarting.plan.starts], [["shop/web"], ["shop/web"]]);
  await change(own, text);
  await own.active();
  await own.started("web", 1);
  const blue = text.replace("red", "blue");
  assert.deepEqual((await change(own, blue, { isRestarting: true })).restarted, ["shop/web"]);
  await own.started("web", 2);
  await own.active();
  await own.started("db", 1);
});

test("applied during an incident: the running action ends, the incident is withdrawn", async (t) => {
  // Its stop goes on until this test has done, and then leaves the rest to TERM.
  const stop = `[/bin/sh, -c, 'until [ -e "$0" ]; do sleep 0.05; done; exit 1', "FOLDER/go"]`;
  const slow = { web: `, stop: ${stop}, stop-timeout: 1m` };
  const word = "{ type: message, target: shop/web, recovery: { final-action: none } }";
  const own = await lab(t, slow, `monitors:\n  word: ${word}\n`);
  await own.startAgent().ready;
  const ready = own.client.call("message", { monitor: "word", outcome: "ok", text: "" });
  assert((await ready).ok);
  await own.active();
  await own.client.call("message", { monitor: "word", outcome: "failed", text: "broken" });
  const before = await until("the reactivation runs", async () => {
    const now = await status(own);
    return now.plans.length > 0 && now.incidents.length === 1 ? now : null;
  });
  const { plan } = await planOf(own, { text: configOf(own, slow) });
  assert.deepEqual(
    plan.withdrawn.map(({ id }) => id),
    before.incidents.map(({ id }) => id),
  );
  await change(own, configOf(own, slow));
  assert.deepEqual((await status(own)).incidents, []);
  assert.equal(own.lines("web.starts").length, 1);
  writeFileSync(join(own.folder, "go"), "");
  await own.started("web", 2);
  await own.active();
  const events = await until("what was applied is told", async () => {
    const answer = await own.client.call("events", {});
    assert(answer.ok);
    const { events: all } = answer.value;
    return all.some(({ id }) => id === "config-applied") && all;
  });
  const verdicts = events.filter(({ id }) => id === "incident-ended");
  assert.deepEqual(
    verdicts.map(({ fields }) => fields["verdict"]),
    ["withdrawn"],
  );
  const applied = events.find(({ id }) => id === "config-applied");
  assert.equal(applied?.fields["version"], "2");
});

test("what is removed goes on running, and its removal can be undone without a second copy", async (t) => {
  const own = await lab(t, { db: "", web: "" });
  await own.startAgent().ready;
  const before = await own.active();
  const web = before.groups[0]?.resources.find(({ id }) => id === "shop/web")?.pids[0] ?? 0;
  const text = configOf(own, { db: "" });
  const { plan } = await planOf(own, { text });
  assert.deepEqual([plan.leftRunning, plan.stops], [["shop/web"], []]);
  const { undo } = await change(own, text);
  await own.active();
  assert.ok(isAlive(web));
  // It may be another program by now, and is taken all the same: the plan says so.
  const back = (await planOf(own, { version: undo ?? 0 })).plan;
  assert.deepEqual([back.starts, back.adopted], [[], ["shop/web"]]);
  await rollBack(own, undo ?? 0);
  const after = await until("web is active again", async () => {
    const now = await own.active();
    return now.groups[0]?.resources.length === 2 ? now : null;
  });
  const again = after.groups[0]?.resources.find(({ id }) => id === "shop/web");
  assert.equal(again?.phase, "active");
  // Taken as it is: the same process, neither stopped nor started.
  assert.deepEqual(again?.pids, [web]);
  await own.started("web", 1);
  process.kill(web, "SIGKILL");
  await until("it is watched again", () => own.lines("web.starts").length === 2);
  assert.ok(!existsSync(join(own.folder, "web.violations")));
});

test("the last good configuration is that of the history, and what broke the file is not lost", async (t) => {
  const own = await lab(t, { db: "" });
  const first = own.startAgent();
  await first.ready;
  await own.active();
  const text = configOf(own, { db: "", web: "" });
  assert.equal((await change(own, text)).version, 2);
  await own.stopAgent(first);
  own.configure("groups: [\n");
  await own.startAgent().ready;
  await until("the history was read", async () => (await inForce(own)) === 2);
  const now = await own.active();
  assert.equal(now.groups[0]?.resources.length, 2);
  const refused = await own.client.call("planConfig", { version: 1 });
  assert(refused.ok);
  assert.equal(refused.value.obstacle?.code, "config/file-changed");
  await rollBack(own, 1, { isOverwriting: true });
  assert.equal(readFileSync(own.paths.config, "utf8"), configOf(own, { db: "" }));
  const kept = await own.client.call("configVersion", { version: 3 });
  assert(kept.ok);
  assert.equal(kept.value.text, "groups: [\n");
});

test("a configuration of almost a megabyte travels, is applied and undone", async (t) => {
  const own = await lab(t, { db: "" });
  await own.startAgent().ready;
  await own.active();
  const text = configOf(own, { db: "" }, `# ${"x".repeat(98)}\n`.repeat(10_000));
  assert.ok(text.length > 1_000_000);
  const { undo } = await change(own, text);
  assert.equal(readFileSync(own.paths.config, "utf8"), text);
  await rollBack(own, undo ?? 0);
  assert.equal(readFileSync(own.paths.config, "utf8"), configOf(own, { db: "" }));
});

test(`kill -9 of the agent ${KILLS} times while it applies (seed ${SEED})`, async (t) => {
  const random = new Prng(SEED);
  const own = await lab(t, { db: "" });
  const texts = [configOf(own, { db: "" }), configOf(own, { db: "" }, "mode: enforce\n")];
  let applied = 0;
  // So long an agent lives at most: long enough to apply something, whatever machine this is.
  let longest = 120;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const run = own.startAgent();
    await run.ready;
    await until("what is in force is in the history", async () => (await inForce(own)) !== null);
    const isOver = new Promise<void>((resolve) => setTimeout(resolve, random.between(1, longest)));
    let isDead = false;
    const before = applied;
    const applying = (async () => {
      for (let turn = kill; !isDead; turn += 1) {
        const text = texts[turn % 2] ?? "";
        const planned = await own.client.call("planConfig", { text });
        if (!planned.ok || planned.value.token === null) return;
        const { token } = planned.value;
        const done = await own.client.call("applyConfig", { text, token });
        if (!done.ok) return;
        applied += 1;
      }
    })();
    await isOver;
    isDead = true;
    await own.stopAgent(run, "SIGKILL");
    await applying;
    if (applied === before) longest = Math.round(longest * 1.5);
    assert.ok(texts.includes(readFileSync(own.paths.config, "utf8")), "the file is whole");
  }
  await own.startAgent().ready;
  const version = await until("what is in force is in the history", () => inForce(own));
  const kept = await own.client.call("configVersion", { version });
  assert(kept.ok);
  assert.equal(kept.value.text, readFileSync(own.paths.config, "utf8"));
  const names = readdirSync(join(own.paths.state, "config"));
  assert.ok(
    names.every((name) => /^\d+\.(?:json|yaml)$/.test(name)),
    names.join(),
  );
  assert.ok(!existsSync(`${own.paths.config}.new`));
  t.diagnostic(`${applied} applied, ${names.length / 2} versions`);
  // A run in which nothing was applied would prove nothing.
  assert.ok(applied > 0);
});
