/** Rehearsals, observe mode and planned windows on a real agent, as a person types and reads them. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import test, { type TestContext } from "node:test";
import { cli, type Said } from "../cli/run-cli.ts";
import { AgentLab, ONE_COPY, until } from "./agent-lab.ts";

async function lab(t: TestContext, mode: string, more = ""): Promise<AgentLab> {
  const made = new AgentLab();
  t.after(() => made.close(t));
  made.configure(`mode: ${mode}
reboots: { least-uptime: 0s, escalate-after: 0s }
groups: { shop: { resources: { web: { exec: [${ONE_COPY}, ${made.folder}/web] } } } }
monitors:
  page:
    type: script
    command: [/bin/true]
    interval: 300ms
    retries: 0
    target: shop/web
    recovery: { reactivation-threshold: 1, group-restart-threshold: 1, final-action: reboot }
${more}`);
  await made.startSpawner();
  await made.startAgent().ready;
  return made;
}

function typed(own: AgentLab, ...words: string[]): Promise<Said> {
  return cli(words, { environment: { SOLOSAFE_STATE: own.folder } });
}

async function isWell(own: AgentLab): Promise<void> {
  await until("all is well", async () => {
    const now = await own.client.call("status", {});
    return (
      now.ok &&
      now.value.plans.length === 0 &&
      now.value.monitors.every((one) => one.status === "ok")
    );
  });
}

/** Texts of the events so far, without their times. */
async function story(own: AgentLab): Promise<string> {
  const said = await typed(own, "events", "--last", "200");
  return said.out;
}

test("enforce: a rehearsal really restarts, only tells the final action, and ends clean", async (t) => {
  const own = await lab(t, "enforce");
  await isWell(own);
  const begun = await typed(own, "rehearse", "page");
  assert.equal(begun.code, 0, begun.err);
  assert.match(begun.out, /Monitor `page` fails from its next probe on/);
  const told = await until("the final action was told", async () => {
    const text = await story(own);
    return /Would reboot the server now/.test(text) ? text : null;
  });
  assert.match(told, /`root` rehearses a failure of monitor `page`/);
  assert.match(told, /Reactivation of resource `shop\/web` begins \(1 of 1\)/);
  assert.match(told, /Restart of group `shop` begins \(1 of 1\)/);
  await own.started("web", 3);
  const shown = await typed(own, "status");
  assert.match(shown.out, /page .*rehearsed: it fails on purpose/);
  const ended = await typed(own, "rehearse", "page", "--end");
  assert.match(ended.out, /Monitor `page` tells the truth again/);
  await isWell(own);
  const after = await own.client.call("monitor", { name: "page" });
  assert(after.ok);
  const { ladder, isRehearsed, proven } = after.value.monitor;
  assert.deepEqual(
    [isRehearsed, ladder.reactivations, ladder.groupRestarts, ladder.isExhausted],
    [false, 0, 0, false],
  );
  // The steps were real; that the monitor finds a failure was not shown by a dummy.
  const walls = new Map(proven.steps.map((one) => [one.step, one.provenWall !== null]));
  assert.deepEqual(
    [proven.detected.provenWall, walls.get("reactivation"), walls.get("reboot")],
    [null, true, false],
  );
  const list = await typed(own, "monitor", "list");
  assert.match(list.out, /monitor +type +status +for +recovers +last proven\n +page .* never /);
  const one = await typed(own, "monitor", "show", "page");
  assert.match(one.out, /last proven +never\n +reactivation +\S+ ago, it was done on \d{4}-/);
  assert.match(one.out, /\n +reboot +never\n/);
  assert.equal((await own.client.call("reboots", {})).ok, true);
});

test("observe: a rehearsal says what would have been done, step by step, and does nothing", async (t) => {
  const own = await lab(t, "observe");
  // What a person asks for is done in observe mode, too.
  await typed(own, "start", "shop", "--no-wait");
  await own.started("web", 1);
  await until("page was judged", async () => {
    const now = await own.client.call("monitor", { name: "page" });
    return now.ok && ["ok", "waiting"].includes(now.value.monitor.status);
  });
  const begun = await typed(own, "rehearse", "page");
  assert.equal(begun.code, 0, begun.err);
  const told = await until("all steps were told", async () => {
    const text = await story(own);
    return /Would reboot the server now/.test(text) ? text : null;
  });
  assert.match(told, /would have/i);
  assert.doesNotMatch(told, /begins \(1 of/);
  await own.started("web", 1);
  const reboots = await own.client.call("reboots", {});
  assert(reboots.ok);
  assert.deepEqual(reboots.value.counted, []);
  await typed(own, "rehearse", "page", "--end");
  const status = await typed(own, "status");
  assert.match(status.out, /Observe mode: everything is watched and decided, nothing is done/);
});

test("a window that is open at the start suspends; taken out of the configuration it does no more", async (t) => {
  const window = 'windows: { always: { cron: "* * * * *", for: 1h, suspend: [shop] } }\n';
  const own = await lab(t, "enforce", window);
  await until("it is suspended", async () => {
    const said = await typed(own, "status");
    return /Suspended: group:shop, for \d+m.* \(by the planned window always\)\./.test(said.out);
  });
  const explained = await typed(own, "explain", "page");
  assert.match(explained.out, /planned window `always`/);
  const refused = await typed(own, "resume", "shop");
  assert.equal(refused.code, 4, refused.out);
  assert.match(refused.err, /always/);
  const shown = await typed(own, "config", "show");
  assert.match(shown.out, /windows:\n +always:\n/);
  own.configure(
    `groups: { shop: { resources: { web: { exec: [${ONE_COPY}, ${own.folder}/web] } } } }\n`,
  );
  const reloaded = await own.client.call("reload", {});
  assert.deepEqual(reloaded.ok && reloaded.value.problems, []);
  await until("nothing is suspended", async () => {
    const now = await own.client.call("status", {});
    return now.ok && now.value.suspensions.length === 0;
  });
  await isWell(own);
  writeFileSync(
    own.paths.config,
    'windows: { bad: { cron: "61 * * * *", for: 1h, suspend: all } }\n',
  );
  const bad = await own.client.call("reload", {});
  const problems = bad.ok ? bad.value.problems.join("\n") : "";
  assert.match(problems, /windows\.bad\.cron: `61` is not possible as minute/);
});

test("the configuration that the agent has in force can be played", async (t) => {
  const own = await lab(t, "enforce");
  const said = await typed(own, "simulate", "--running", "--fail", "page");
  assert.equal(said.code, 0, said.err);
  assert.match(said.out, /reactivation of shop\/web \(1 of 1\)/);
  assert.match(said.out, /^It ends/m);
});
