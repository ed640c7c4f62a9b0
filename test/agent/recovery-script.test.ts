import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { AgentLab, type AgentRun, ONE_COPY, until } from "./agent-lab.ts";

const CONFIGURATION = (folder: string): string => `
groups:
  shop:
    resources:
      web: { exec: [${ONE_COPY}, ${folder}/web] }
monitors:
  backup:
    type: message
    interval: 1h
    recovery:
      target: shop/web
      script: { run: [${ONE_COPY}, ${folder}/script], timeout: 10m }
      reactivation-threshold: 1
      group-restart-threshold: 0
      final-action: none
`;

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

/** A lab with an agent whose recovery script has begun, and the script's pid. */
async function withScript(
  t: TestContext,
): Promise<{ own: AgentLab; first: AgentRun; script: number }> {
  const own = new AgentLab();
  t.after(() => own.close(t));
  own.configure(CONFIGURATION(own.folder));
  await own.startSpawner();
  const first = own.startAgent();
  await first.ready;
  await own.client.call("message", { monitor: "backup", outcome: "ok", text: "" });
  await own.active();
  await own.client.call("message", { monitor: "backup", outcome: "failed", text: "tape full" });
  await until("the script runs", () => own.lines("script.starts").length === 1);
  const script = Number(own.lines("script.starts")[0]);
  return { own, first, script };
}

for (const signal of ["SIGKILL", "SIGTERM"] as const) {
  test(`${signal} while a recovery script runs: it is ended, and the ladder goes on`, async (t) => {
    const { own, first, script } = await withScript(t);
    const state = join(own.paths.state, "state.json");
    await until("it is saved", () => readFileSync(state, "utf8").includes('"kind":"script"'));
    await own.stopAgent(first, signal);
    await until("the script was ended", () => !isAlive(script));

    await own.startAgent().ready;
    const steps = await until("the next step is done", async () => {
      const now = await own.client.call("status", {});
      const all = now.ok ? (now.value.incidents[0]?.steps ?? []) : [];
      return all.length === 2 && all.every((one) => one.result !== null) ? all : null;
    });
    assert.deepEqual(
      steps.map(({ step, result }) => [step, result]),
      [
        ["script", "nothing is left of what was begun"],
        ["reactivation", "done"],
      ],
    );
    await until("the program runs again", () => own.lines("web.starts").length === 2);
    assert.equal(own.lines("script.starts").length, 1);
    assert.deepEqual([...own.lines("web.violations"), ...own.lines("script.violations")], []);
  });
}

test("a person suspends the group while a recovery script runs: the script is ended", async (t) => {
  const { own, script } = await withScript(t);
  await own.client.call("suspend", { scope: "group:shop", forMs: null });
  await until("the script was ended", () => !isAlive(script));
  await until("its plan has ended", async () => {
    const now = await own.client.call("status", {});
    return now.ok && now.value.plans.length === 0;
  });
});
