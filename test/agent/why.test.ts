/** Why the boot before ended, found out by a real agent and read as a person reads it. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { cli, type Said } from "../cli/run-cli.ts";
import { AgentLab, until } from "./agent-lab.ts";

async function lab(t: TestContext): Promise<AgentLab> {
  const own = new AgentLab();
  t.after(() => own.close(t));
  own.configure("groups: {}\nmonitors: {}\n");
  await own.startSpawner();
  await own.startAgent().ready;
  return own;
}

function typed(own: AgentLab, ...words: string[]): Promise<Said> {
  return cli(words, { environment: { SOLOSAFE_STATE: own.folder } });
}

function typedInJapanese(own: AgentLab, ...words: string[]): Promise<Said> {
  return cli(words, { environment: { SOLOSAFE_STATE: own.folder, LANG: "ja_JP.UTF-8" } });
}

async function reported(own: AgentLab, count: number) {
  return await until(`report ${count} is there`, async () => {
    const answer = await own.client.call("boots", {});
    assert.ok(answer.ok, JSON.stringify(answer));
    return answer.value.boots.length === count ? answer.value : null;
  });
}

const INTENT = { kind: "reboot", monitor: "page", bootId: "1", uptime: 1, wall: 1 };

test("a server that was rebooted says why, once", async (t) => {
  const own = await lab(t);
  const fresh = await typed(own, "why");
  assert.equal(fresh.code, 0, fresh.err);
  assert.match(fresh.out, /came onto this server in this boot/);

  await own.reboot({ intent: INTENT });
  const { boots, isThisBoot } = await reported(own, 1);
  assert.ok(isThisBoot);
  assert.equal(`${boots[0]?.verdict} ${boots[0]?.confidence}`, "by-solosafe certain");
  const why = await typed(own, "why");
  assert.match(why.out, /SoloSafe ended the boot before: it decided to reboot the server because/);
  assert.match(why.out, /What speaks for it:\n- The record of boots holds the order \(reboot\)/);
  const list = await typed(own, "why", "--list");
  assert.match(list.out, /^1 .* by SoloSafe +certain +\d+d/m);

  // Another agent of the same boot does not look again.
  await own.stopAgent(own.agent);
  await own.startAgent().ready;
  await reported(own, 1);
  const events = await own.client.call("events", { limit: 100 });
  assert.ok(events.ok);
  const told = events.value.events.filter((one) => one.id.startsWith("rebooted-"));
  assert.deepEqual(
    told.map(({ id, fields }) => [id, fields["action"], fields["monitor"]]),
    [["rebooted-by-solosafe", "reboot", "page"]],
  );
});

test("reports of several boots, in the reader's language, and one that is not there", async (t) => {
  const own = await lab(t);
  await own.reboot({ mark: "closed", intent: null });
  await reported(own, 1);
  const answer = await typedInJapanese(own, "why", "1");
  assert.equal(answer.code, 0, answer.err);
  assert.match(answer.out, /根拠：/);
  const json = JSON.parse((await typed(own, "why", "--json")).out);
  assert.equal(json.boots[0].verdict, "by-person");
  const missing = await typedInJapanese(own, "why", "7");
  assert.equal(missing.code, 2);
  assert.match(missing.err, /報告7はありません/);
});

test("a report that cannot be understood is passed over", async (t) => {
  const own = await lab(t);
  await own.reboot({ intent: INTENT });
  await reported(own, 1);
  await own.stopAgent(own.agent);
  writeFileSync(join(own.paths.state, "boots", "2.json"), '{"v":1,"report":{"id":2');
  await own.startAgent().ready;
  await reported(own, 1);
});
