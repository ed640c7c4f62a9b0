/** The alert log of a real agent, searched as a person does, with and without it. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { cli, type Said } from "../cli/run-cli.ts";
import { AgentLab, until } from "./agent-lab.ts";

async function lab(t: TestContext): Promise<AgentLab> {
  const own = new AgentLab();
  t.after(() => own.close(t));
  own.configure(`groups: {}
monitors:
  page: { type: message, retries: 0 }
`);
  await own.startSpawner();
  await own.startAgent().ready;
  const told = await own.client.call("message", {
    monitor: "page",
    outcome: "failed",
    text: "=the page, is blank",
  });
  assert.ok(told.ok, JSON.stringify(told));
  await until("it failed", async () => {
    const now = await own.client.call("events", { limit: 100 });
    return now.ok && now.value.events.some(({ id }) => id === "monitor-failed");
  });
  return own;
}

function typed(own: AgentLab, ...words: string[]): Promise<Said> {
  return cli(["alerts", ...words], { environment: { SOLOSAFE_STATE: own.folder } });
}

test("the alert log is searched in a process of its own, and without the agent", async (t) => {
  const own = await lab(t);
  const all = await typed(own);
  assert.equal(all.code, 0, all.err);
  assert.match(all.out, /agent: The agent watches[\s\S]*monitor: Monitor `page` failed/);
  const found = await typed(own, "--grep", "is blank", "--severity", "error", "--json");
  const { alerts } = JSON.parse(found.out);
  assert.deepEqual(
    alerts.map(({ id, module }: { id: string; module: string }) => [id, module]).slice(0, 1),
    [["monitor-failed", "monitor"]],
  );
  const csv = await typed(own, "--grep", "monitor-failed", "--csv");
  assert.match(csv.out, /^received,time,.*\r\n.*,monitor,monitor-failed,error,"Monitor/);
  const paged = await typed(own, "--last", "2", "--json");
  assert.equal(JSON.parse(paged.out).alerts.length, 2);
  assert.equal((await typed(own, "--grep", "nobody said this")).out, "No alerts.");

  await own.stopAgent(own.agent);
  const alone = await typed(own, "--grep", "is blank", "--severity", "error");
  assert.equal(alone.code, 0, alone.err);
  assert.match(alone.out, /Monitor `page` failed/);
  assert.match(alone.err, /The agent is not running/);
  rmSync(join(own.paths.state, "history"), { recursive: true });
  assert.equal((await typed(own)).code, 3);
  await own.startAgent().ready;
});

test("what cannot be asked for is said", async (t) => {
  const own = await lab(t);
  for (const [words, said] of [
    [["--severity", "bad"], /there is no severity `bad`/],
    [["--module", "nothing"], /there is no module `nothing`/],
    [["--since", "soon"], /a time cannot be read/],
    [["--last", "0"], /--last needs a number/],
  ] as const) {
    const answer = await typed(own, ...words);
    assert.equal(answer.code, 2, words.join(" "));
    assert.match(answer.err, said);
  }
});
