/** Drills on a real agent: the fault is made, found, healed, undone, and reported. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import type { DrillReport } from "../../src/api/drill-answers.ts";
import type { RequestOf } from "../../src/api/contract.ts";
import { AgentLab, ONE_COPY, until } from "./agent-lab.ts";

const IS_ROOT = process.getuid?.() === 0;

/** Answers at a port that the system gave, written to the file. */
const SERVER = `
const http = require("node:http");
const server = http.createServer((_request, response) => response.end("ok"));
server.listen(Number(process.argv[1]), "127.0.0.1");
`;

async function lab(t: TestContext, monitors: string, resources = ""): Promise<AgentLab> {
  const made = new AgentLab();
  t.after(() => made.close(t));
  const web = resources || `      web: { exec: [${ONE_COPY}, ${made.folder}/web] }`;
  made.configure(`groups:\n  shop:\n    resources:\n${web}\nmonitors:\n${monitors}\n`);
  await made.startSpawner();
  await made.startAgent().ready;
  return made;
}

/** A web server of its own, with a monitor that asks it often and restarts it. */
async function webLab(t: TestContext, recovery: string): Promise<AgentLab> {
  const port = await freePort();
  const own = await lab(
    t,
    `  page: { http: "http://127.0.0.1:${port}/", target: shop/web, interval: 300ms, timeout: 600ms, retries: 0, recovery: { ${recovery} } }`,
    `      web: { exec: ["${process.execPath}", -e, ${JSON.stringify(SERVER)}, "${port}"], stop-timeout: 1s }`,
  );
  await isWell(own);
  return own;
}

async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function isWell(own: AgentLab): Promise<void> {
  await until("all is well", async () => {
    const now = await own.client.call("status", {});
    if (!now.ok) return false;
    const { groups, monitors, plans } = now.value;
    return (
      plans.length === 0 &&
      groups.every(({ phase }) => phase === "active") &&
      monitors.every(({ status }) => status === "ok")
    );
  });
}

async function begin(own: AgentLab, request: RequestOf<"drillBegin">): Promise<DrillReport> {
  const begun = await own.client.call("drillBegin", request, 60_000);
  assert(begun.ok, JSON.stringify(begun));
  assert.equal(begun.value.verdict, "running");
  return begun.value;
}

async function ended(own: AgentLab, id: number): Promise<DrillReport> {
  return await until("the drill has ended", async () => {
    const shown = await own.client.call("drill", { id });
    return shown.ok && shown.value.verdict !== "running" ? shown.value : null;
  });
}

function stateOf(pid: number): string {
  return /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
}

async function mainPid(own: AgentLab): Promise<number> {
  const now = await own.client.call("status", {});
  return now.ok ? (now.value.groups[0]?.resources[0]?.pids[0] ?? 0) : 0;
}

test("kill: found by the monitor of its life, healed by one step, and the report is kept", async (t) => {
  const own = await lab(t, "  word: { type: message }");
  await own.active();
  const { id } = await begin(own, { kind: "kill", target: "shop/web" });
  const report = await ended(own, id);
  assert.equal(report.verdict, "recovered", JSON.stringify(report));
  assert.equal(report.detectedBy, "shop-web-process");
  assert.equal(report.steps, 1);
  assert.equal(report.undoneMs !== null, true);
  const ids = report.events.map((one) => one.id);
  for (const one of ["monitor-failed", "step-begun", "step-finished"])
    assert.ok(ids.includes(one), one);
  assert.deepEqual(readdirSync(join(own.paths.state, "drills")), ["1.json"]);
  const list = await own.client.call("drills", {});
  assert.deepEqual(list.ok && list.value.drills.map((one) => [one.id, one.verdict]), [
    [1, "recovered"],
  ]);
  const shown = await own.client.call("monitor", { name: "shop-web-process" });
  assert(shown.ok);
  const { proven } = shown.value.monitor;
  assert.ok(proven.detected.provenWall !== null && !proven.detected.isOld);
  assert.ok(proven.steps.find(({ step }) => step === "reactivation")?.provenWall !== null);
  assert.equal(proven.steps.find(({ step }) => step === "reboot")?.provenWall, null);
});

test("freeze: only who reads an answer notices; the restart ends the fault before its time", async (t) => {
  const own = await webLab(t, "final-action: none");
  const { id } = await begin(own, { kind: "freeze", target: "page", forMs: 120_000 });
  const report = await ended(own, id);
  assert.equal(report.verdict, "recovered", JSON.stringify(report));
  assert.equal(report.detectedBy, "page");
  assert.ok(report.steps >= 1);
  assert.ok((report.undoneMs ?? 0) < 120_000);
});

test("planned: made by the agent itself in its window, and told as an event", async (t) => {
  const own = new AgentLab();
  t.after(() => own.close());
  own.configure(`groups:
  shop:
    resources:
      web: { exec: [${ONE_COPY}, ${own.folder}/web] }
windows:
  always: { cron: "0 0 * * *", for: 7d, suspend: [] }
drills:
  web-dies: { kind: kill, target: shop/web, window: always }
`);
  await own.startSpawner();
  await own.startAgent().ready;
  const made = await until("it is made and over", async () => {
    const list = await own.client.call("drills", {});
    const [last] = list.ok ? list.value.drills : [];
    return list.ok && last && last.verdict !== "running" ? list.value : null;
  });
  assert.equal(made.drills[0]?.verdict, "recovered", JSON.stringify(made));
  assert.equal(made.drills[0]?.planned, "web-dies");
  const [planned] = made.planned;
  assert.equal(planned?.provenWall, made.drills[0]?.beganWall);
  assert.equal(planned?.isWaiting, false);
  const events = await until("its end is told", async () => {
    const page = await own.client.call("events", {});
    const told = page.ok ? page.value.events.filter(({ id }) => id.startsWith("drill-")) : [];
    return told.length > 1 ? told : null;
  });
  for (const id of ["drill-begun", "drill-ended"])
    assert.ok(
      events.some((one) => one.id === id),
      id,
    );
});

test("slow: what answers late is found; without a step it is well when the fault is undone", async (t) => {
  const own = await webLab(
    t,
    "reactivation-threshold: 0, group-restart-threshold: 0, final-action: none",
  );
  const pid = await mainPid(own);
  const { id } = await begin(own, { kind: "slow", target: "page", forMs: 10_000, pauseMs: 1500 });
  const report = await ended(own, id);
  assert.equal(report.verdict, "recovered", JSON.stringify(report));
  assert.equal(report.detectedBy, "page");
  assert.equal(report.steps, 0);
  assert.ok((report.recoveredMs ?? 0) >= (report.undoneMs ?? Number.POSITIVE_INFINITY));
  assert.equal(await mainPid(own), pid);
  assert.notEqual(stateOf(pid), "T");
});

test("nobody looks: the drill says so", async (t) => {
  const own = await lab(t, "  word: { type: message, target: shop/web }");
  await own.active();
  const { id } = await begin(own, { kind: "freeze", target: "shop/web", forMs: 500 });
  const report = await ended(own, id);
  assert.equal(report.verdict, "not-detected", JSON.stringify(report));
});

test("killed agent: the next one undoes the fault, and the report says that it was cut short", async (t) => {
  const own = await lab(t, "  word: { type: message }");
  await own.active();
  const pid = await mainPid(own);
  const { id } = await begin(own, { kind: "freeze", target: "shop/web", forMs: 600_000 });
  await until("it is frozen", () => stateOf(pid) === "T");
  await own.stopAgent(own.agent, "SIGKILL");
  const second = own.startAgent();
  await second.ready;
  await until("it goes on", () => stateOf(pid) !== "T");
  assert.equal((await ended(own, id)).verdict, "cut-short");
  // An agent that leaves in order undoes what it broke.
  await begin(own, { kind: "freeze", target: "shop/web", forMs: 600_000 });
  await until("it is frozen again", () => stateOf(pid) === "T");
  await own.stopAgent(second);
  assert.notEqual(stateOf(pid), "T");
});

test("one at a time, ended by a person, and only what can be broken", async (t) => {
  const own = await lab(
    t,
    "  word: { type: message }\n  far: { tcp: '127.0.0.1:1', interval: 1h }",
  );
  await own.active();
  const pid = await mainPid(own);
  const none = await own.client.call("drillEnd", {});
  assert.equal(!none.ok && none.problem.code, "drill/none");
  const { id } = await begin(own, { kind: "freeze", target: "shop/web", forMs: 600_000 });
  for (const [request, code] of [
    [{ kind: "kill", target: "shop/web" }, "drill/busy"],
    [{ kind: "kill", target: "nothing" }, "drill/busy"],
  ] as const) {
    const refused = await own.client.call("drillBegin", request);
    assert.equal(!refused.ok && refused.problem.code, code);
  }
  const stopped = await own.client.call("drillEnd", {});
  assert(stopped.ok, JSON.stringify(stopped));
  assert.equal(stopped.value.id, id);
  assert.equal(stopped.value.verdict, "cut-short");
  await until("it goes on", () => stateOf(pid) !== "T");
  for (const [request, code] of [
    [{ kind: "kill", target: "shop/wep" }, "name/unknown"],
    [{ kind: "fill", target: "shop/web" }, "drill/no-monitor"],
    [{ kind: "fill", target: "far" }, "drill/no-folder"],
    [{ kind: "kill", target: "far" }, "drill/no-resource"],
    [{ kind: "link", target: "far" }, "drill/no-namespace"],
  ] as const) {
    const refused = await own.client.call("drillBegin", request);
    assert.equal(!refused.ok && refused.problem.code, code, JSON.stringify(refused));
  }
});

test("reports of drills that are no reports are read over, and their numbers not given again", async (t) => {
  const own = new AgentLab();
  t.after(() => own.close(t));
  own.configure(
    `groups: { shop: { resources: { web: { exec: [${ONE_COPY}, ${own.folder}/web] } } } }`,
  );
  const folder = join(own.paths.state, "drills");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "7.json"), "{ not json");
  writeFileSync(join(folder, "8.json"), '{"v":1,"undo":{"is":"remove"}}');
  await own.startSpawner();
  await own.startAgent().ready;
  await own.active();
  const { id } = await begin(own, { kind: "kill", target: "shop/web" });
  assert.equal(id, 9);
});

test("fill: a file system that a monitor watches, up to one per cent, never one that is needed", {
  skip: IS_ROOT ? false : "only root mounts a scratch file system",
}, async (t) => {
  const mount = mkdtempSync(join(tmpdir(), "solosafe-fill-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m", "none", mount]);
  t.after(() => {
    execFileSync("umount", ["-l", mount]);
    rmSync(mount, { recursive: true, force: true });
  });
  const own = await lab(
    t,
    `  data: { disk: ${mount}, interval: 300ms, retries: 0, recovery: { target: none } }
  root: { disk: ${tmpdir()}, interval: 1h, recovery: { target: none } }`,
  );
  await isWell(own);
  const needed = await own.client.call("drillBegin", { kind: "fill", target: "root" }, 60_000);
  assert.equal(!needed.ok && needed.problem.code, "drill/refused", JSON.stringify(needed));
  const { id } = await begin(own, { kind: "fill", target: "data", forMs: 600_000 });
  const found = await until("it is found", async () => {
    const shown = await own.client.call("drill", { id });
    return shown.ok && shown.value.detectedMs !== null ? shown.value : null;
  });
  assert.equal(found.detectedBy, "data");
  const stopped = await own.client.call("drillEnd", {}, 60_000);
  assert.equal(stopped.ok && stopped.value.undoFault, null, JSON.stringify(stopped));
  assert.deepEqual(
    readdirSync(mount).filter((name) => name.includes("drill")),
    [],
  );
});

test("link: a virtual interface in a namespace, whose peer then has no carrier; never a real one", {
  skip: IS_ROOT ? false : "only root makes network namespaces",
}, async (t) => {
  const [inside, outside] = ["in", "out"].map((one) => `solosafe-${process.pid}-${one}`);
  assert.ok(inside !== undefined && outside !== undefined);
  const ip = (...words: string[]): string => execFileSync("ip", words, { encoding: "utf8" });
  for (const one of [inside, outside]) {
    ip("netns", "add", one);
    t.after(() => ip("netns", "delete", one));
  }
  ip("-n", outside, "link", "add", "near", "type", "veth", "peer", "far", "netns", inside);
  ip("-n", outside, "link", "set", "near", "up");
  ip("-n", inside, "link", "set", "far", "up");
  const isCarried = (): boolean =>
    / LOWER_UP|,LOWER_UP/.test(ip("-n", outside, "link", "show", "near"));
  await until("the link is up", isCarried);
  const own = await lab(t, "  word: { type: message }");
  for (const [namespace, name] of [
    [inside, "lo"],
    [inside, "nothing"],
    ["nowhere", "far"],
  ] as const) {
    const refused = await own.client.call(
      "drillBegin",
      { kind: "link", target: "word", namespace, interface: name },
      60_000,
    );
    assert(!refused.ok, name);
    assert.match(refused.problem.code, /^drill\//);
  }
  await begin(own, { kind: "link", target: "word", namespace: inside, interface: "far" });
  await until("the link is down", () => !isCarried());
  const stopped = await own.client.call("drillEnd", {}, 60_000);
  assert(stopped.ok, JSON.stringify(stopped));
  assert.equal(stopped.value.undoFault, null);
  await until("the link is up again", isCarried);
});
