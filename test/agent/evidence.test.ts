/** Evidence of a real agent: before the stop of what hangs, beside the start of what has ended. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import type { EventRecord } from "../../src/api/answers.ts";
import { AgentLab, ONE_COPY, until } from "./agent-lab.ts";

async function lab(t: TestContext, more = ""): Promise<AgentLab> {
  const own = new AgentLab();
  t.after(() => own.close(t));
  own.configure(`groups:
  shop:
    resources:
      web: { exec: [${ONE_COPY}, ${own.folder}/web] }
monitors:
  page: { type: message, retries: 0, target: shop/web, recovery: { final-action: none } }
${more}`);
  await own.startSpawner();
  await own.startAgent().ready;
  await own.active();
  return own;
}

async function events(own: AgentLab): Promise<readonly EventRecord[]> {
  const now = await own.client.call("events", { limit: 200 });
  assert.ok(now.ok, JSON.stringify(now));
  return now.value.events;
}

async function failPage(own: AgentLab): Promise<void> {
  const told = await own.client.call("message", {
    monitor: "page",
    outcome: "failed",
    text: "the page is blank",
  });
  assert.ok(told.ok, JSON.stringify(told));
}

test("what lives is looked at before it is stopped", async (t) => {
  const own = await lab(t);
  const before = await own.active();
  const pid = before.groups[0]?.resources[0]?.pids[0];
  await failPage(own);
  const all = await until("it was stopped", async () => {
    const now = await events(own);
    return now.some(({ id }) => id === "resource-stopped") ? now : null;
  });
  const ids = all.map(({ id }) => id);
  if (!ids.includes("evidence-kept")) {
    // The machine was too busy for it; then the stop has waited as long as it may.
    const stopped = all.find(({ id }) => id === "resource-stopped");
    assert.ok(Number(stopped?.fields["took"]) >= 10_000, JSON.stringify(stopped));
    return;
  }
  assert.ok(ids.indexOf("evidence-kept") < ids.indexOf("resource-stopped"), ids.join());
  const kept = all.find(({ id }) => id === "evidence-kept");
  const folder = String(kept?.fields["folder"]);
  assert.ok(kept?.incident && folder.startsWith(join(own.paths.state, "evidence", kept.incident)));
  assert.match(readFileSync(join(folder, `process-${pid}.txt`), "utf8"), /^== status\n/);
  assert.equal(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")).isAlive, true);
});

test("what has ended is started at once, and looked at afterwards", async (t) => {
  const own = await lab(t);
  const before = await own.active();
  process.kill(before.groups[0]?.resources[0]?.pids[0] ?? 0, "SIGKILL");
  const all = await until("evidence was kept", async () => {
    const now = await events(own);
    return now.some(({ id }) => id === "evidence-kept") ? now : null;
  });
  const ids = all.map(({ id }) => id);
  assert.ok(ids.indexOf("step-finished") < ids.indexOf("evidence-kept"), ids.join());
  const folder = String(all.find(({ id }) => id === "evidence-kept")?.fields["folder"]);
  assert.equal(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")).isAlive, false);
  assert.ok(existsSync(join(folder, "output.txt")));
});

test("nothing is kept where nobody wants it", async (t) => {
  const own = await lab(t, "evidence: { enabled: false }\n");
  await failPage(own);
  await until("it was stopped", async () => {
    const now = await events(own);
    return now.some(({ id }) => id === "resource-stopped");
  });
  assert.equal(
    (await events(own)).some(({ id }) => id === "evidence-kept"),
    false,
  );
  assert.equal(existsSync(join(own.paths.state, "evidence")), false);
});

test("what was kept can be read over the agent, and nothing else", async (t) => {
  const own = await lab(t);
  const folder = join(own.paths.state, "evidence/20260131-1/1-shop_web");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "output.txt"), "x".repeat(20_000));
  const all = await own.client.call("evidence", {});
  assert.ok(all.ok, JSON.stringify(all));
  const [taking] = all.value.takings;
  assert.deepEqual([taking?.name, taking?.bytes, taking?.files], ["1-shop_web", 20_000, []]);
  const one = await own.client.call("evidence", { incident: "20260131-1" });
  assert.ok(one.ok && one.value.takings[0]?.files[0]?.name === "output.txt");
  const file = { incident: "20260131-1", taking: "1-shop_web", file: "output.txt" };
  const begin = await own.client.call("evidenceFile", file);
  assert.ok(begin.ok && begin.value.next !== null, JSON.stringify(begin));
  const rest = await own.client.call("evidenceFile", { ...file, from: begin.value.next });
  assert.ok(rest.ok && rest.value.next === null);
  assert.equal(begin.value.text.length + rest.value.text.length, 20_000);
  const missing = await own.client.call("evidenceFile", { ...file, file: "other.txt" });
  assert.ok(!missing.ok && missing.problem.kind === "usage", JSON.stringify(missing));
  const outside = await own.client.call("evidenceFile", { ...file, taking: "1-../../.." });
  assert.equal(outside.ok, false);
});
