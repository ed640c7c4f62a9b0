/** Measured availability of a real agent with a real application. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import type { AvailabilityRow } from "../../src/api/availability-answers.ts";
import { cli, type Said } from "../cli/run-cli.ts";
import { AgentLab, ONE_COPY, until } from "./agent-lab.ts";

async function lab(t: TestContext): Promise<AgentLab> {
  const own = new AgentLab();
  t.after(() => own.close(t));
  own.configure(
    `groups: { shop: { resources: { web: { exec: [${ONE_COPY}, ${own.folder}/web] } } } }\nmonitors: {}\n`,
  );
  await own.startSpawner();
  await own.startAgent().ready;
  await own.active();
  return own;
}

function typed(own: AgentLab, ...words: string[]): Promise<Said> {
  return cli(["report", "availability", ...words], { environment: { SOLOSAFE_STATE: own.folder } });
}

async function row(own: AgentLab, name: string): Promise<AvailabilityRow> {
  const answer = await own.client.call("availability", {});
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.value.rows.find((one) => one.name === name) ?? assert.fail(`no row ${name}`);
}

test("a killed application counts as down, a stopped one as planned", async (t) => {
  const own = await lab(t);
  await until("it is up", async () => (await row(own, "shop")).up > 0);
  assert.equal((await row(own, "shop")).failures, 0);
  const [pid] = (await own.active()).groups[0]?.resources[0]?.pids ?? [];
  assert.ok(pid);
  process.kill(pid, "SIGKILL");
  await own.started("web", 2);
  const failed = await until("the failure is counted", async () => {
    const now = await row(own, "shop");
    return now.failures === 1 && now.down > 0 ? now : null;
  });
  assert.equal((await row(own, "server")).down, 0);
  const stopped = await own.client.call("stop", { name: "shop", waitMs: 60_000 });
  assert.ok(stopped.ok, JSON.stringify(stopped));
  await until("planned time passes", async () => (await row(own, "shop")).planned > failed.planned);
  assert.equal((await row(own, "shop")).failures, 1);

  const said = await typed(own);
  assert.equal(said.code, 0, said.err);
  assert.match(said.out, /the server +100 %/);
  assert.match(said.out, /group shop/);
  assert.match((await typed(own, "--month", "2001-01")).out, /Nothing was measured/);
  assert.equal((await typed(own, "--month", "01-2001")).code, 2);
});

test("an outage of the server counts by what ended the boot before", async (t) => {
  const own = await lab(t);
  await own.reboot({ mark: "closed", intent: null });
  const planned = await until("the time away is counted", async () => {
    const now = await row(own, "server");
    return now.planned >= 3_600_000 ? now : null;
  });
  assert.equal(planned.failures, 0);

  const order = { kind: "reboot", monitor: "page", bootId: "1", uptime: 1, wall: 1 };
  await own.reboot({ mark: "open", intent: order });
  const down = await until("the outage is counted", async () => {
    const now = await row(own, "server");
    return now.down >= 3_600_000 ? now : null;
  });
  assert.equal(down.failures, 1);
  assert.ok((await row(own, "shop")).down >= 3_600_000);
  // Events of the boot that was cut off may be lost: nobody may take the new ones for those.
  const events = await own.client.call("events", { limit: 1 });
  assert.ok(events.ok && events.value.lastSeq > 100_000 && events.value.firstSeq < 1000);
});

test("a ledger that cannot be understood is kept aside", async (t) => {
  const own = await lab(t);
  await own.stopAgent(own.agent);
  writeFileSync(join(own.paths.state, "availability.json"), '{"v":1,"led');
  const again = own.startAgent();
  await again.ready;
  assert.equal((await row(own, "server")).failures, 0);
  assert.match(again.stderr(), /begins anew/);
});
