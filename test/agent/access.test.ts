import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { WEB_SOCKET } from "../../src/base/paths.ts";
import { AgentLab, until } from "./agent-lab.ts";
import { askWeb, OUTSIDE, signIn } from "./web-talk.ts";

const PASSWORD = "correct horse battery";
const CONFIG = `
monitors:
  outside: { message: 10m, target: none }
`;

const lab = new AgentLab();
const { paths } = lab;

before(async () => {
  lab.configure(CONFIG);
  await lab.startSpawner();
  await lab.startAgent().ready;
});

after(async () => {
  await lab.close();
});

test("before anybody has a password the page is for this server only, and nobody signs in", async () => {
  const settings = await askWeb(paths, "GET", "/v1/web/settings", { client: null });
  assert.equal(settings.status, 200, JSON.stringify(settings.body));
  const { port, isPublic, hasPassword } = settings.body as Record<string, unknown>;
  assert.deepEqual(
    { port, isPublic, hasPassword },
    { port: 29_003, isPublic: false, hasPassword: false },
  );
  const body = { user: "admin", password: PASSWORD };
  assert.equal((await askWeb(paths, "POST", "/v1/session/begin", { body })).status, 401);
  const outside = await askWeb(paths, "POST", "/v1/session/begin", { body, client: OUTSIDE });
  assert.equal(outside.body.error?.code, "access/not-from-there");
  // Where the product is installed, the group of the web program may connect, too.
  assert.equal(statSync(join(paths.run, WEB_SOCKET)).mode & 0o607, 0o600);
  assert.equal(existsSync(join(paths.state, "access.json")), false);
});

test("the kernel's word gives nothing on the socket of the web program", async () => {
  const status = await askWeb(paths, "GET", "/v1/status");
  assert.equal(status.status, 401);
  assert.equal((await askWeb(paths, "GET", "/v1/status", { client: null })).status, 400);
  assert.equal((await askWeb(paths, "GET", "/v1/web/settings")).status, 403);
  assert.equal((await askWeb(paths, "POST", "/v1/web/setup", { body: {} })).status, 403);
  const onControl = await lab.client.call("webSettings", {});
  assert.ok(!onControl.ok && onControl.problem.kind === "no-permission");
});

test("a password set by root opens the page, and signs in", async () => {
  const setup = await lab.client.call("webSetup", { password: PASSWORD });
  assert.ok(setup.ok, JSON.stringify(setup));
  assert.equal(setup.value.isPublic, true);
  const file = join(paths.state, "access.json");
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.doesNotMatch(readFileSync(file, "utf8"), new RegExp(PASSWORD));
  const body = { user: "admin", password: PASSWORD };
  const begun = await askWeb(paths, "POST", "/v1/session/begin", { body, client: OUTSIDE });
  assert.equal(begun.status, 200, JSON.stringify(begun.body));
  const { secret, who } = begun.body as unknown as { secret: string; who: Record<string, unknown> };
  assert.deepEqual([who["user"], who["role"], who["by"]], ["admin", "administrator", "session"]);
  const status = await askWeb(paths, "GET", "/v1/status", { client: OUTSIDE, secret });
  assert.equal(status.status, 200);
  assert.doesNotMatch(readFileSync(file, "utf8"), new RegExp(secret));
});

test("what changes something needs what only our page knows", async () => {
  const { secret, csrf } = await signIn(paths, "admin", PASSWORD);
  const body = { scope: "all", forMs: 60_000 };
  for (const wrong of [undefined, "", csrf.slice(1), secret]) {
    const ask = { secret, body, ...(wrong === undefined ? {} : { csrf: wrong }) };
    const refused = await askWeb(paths, "POST", "/v1/suspend", ask);
    assert.equal(refused.body.error?.code, "access/csrf");
  }
  assert.equal((await askWeb(paths, "POST", "/v1/suspend", { secret, csrf, body })).status, 200);
  const resumed = { secret, csrf, body: { scope: "all" } };
  assert.equal((await askWeb(paths, "POST", "/v1/resume", resumed)).status, 200);
  await until("the history names who did it", async () => {
    const events = await lab.client.call("events", { limit: 50 });
    assert.ok(events.ok);
    const { fields } = events.value.events.find(({ id }) => id === "suspended") ?? {};
    return fields?.["by"] === "admin";
  });
});

test("who signs out is out, and a session of a restarted agent goes on", async () => {
  const left = await signIn(paths, "admin", PASSWORD);
  const stays = await signIn(paths, "admin", PASSWORD);
  assert.equal((await askWeb(paths, "POST", "/v1/session/end", { ...left, body: {} })).status, 200);
  assert.equal((await askWeb(paths, "GET", "/v1/session", left)).status, 401);
  await lab.stopAgent(lab.agent);
  await lab.startAgent().ready;
  assert.equal((await askWeb(paths, "GET", "/v1/session", left)).status, 401);
  assert.equal((await askWeb(paths, "GET", "/v1/session", stays)).status, 200);
});

test("everything that changed something is in the audit trail, without secrets", async () => {
  const trail = await lab.client.call("audit", {});
  assert.ok(trail.ok, JSON.stringify(trail));
  const rows = trail.value.entries.map(({ who, by, what, result }) => [who, by, what, result]);
  assert.ok(rows.some((row) => row.join() === "admin,session,suspend,access/csrf"));
  assert.ok(rows.some((row) => row.join() === "admin,session,suspend,done"));
  assert.ok(rows.some((row) => row.join() === ",none,sessionBegin,access/wrong"));
  assert.ok(trail.value.entries.some(({ what, by }) => what === "webSetup" && by === "kernel"));
  const seqs = trail.value.entries.map(({ seq }) => seq);
  assert.deepEqual(
    seqs,
    seqs.toSorted((one, other) => other - one),
  );
  assert.doesNotMatch(JSON.stringify(trail.value), new RegExp(PASSWORD));
});

test("a file of users that cannot be used is kept aside, and only root comes in", async () => {
  const stays = await signIn(paths, "admin", PASSWORD);
  await lab.stopAgent(lab.agent);
  writeFileSync(join(paths.state, "access.json"), "{");
  await lab.startAgent().ready;
  assert.equal((await askWeb(paths, "GET", "/v1/session", stays)).status, 401);
  const body = { user: "admin", password: PASSWORD };
  assert.equal((await askWeb(paths, "POST", "/v1/session/begin", { body })).status, 401);
  const status = await lab.client.call("webStatus", {});
  assert.ok(status.ok);
  assert.match(status.value.accessFault ?? "", /not valid/);
  const lost = await until("the loss is told", async () => {
    const events = await lab.client.call("events", { limit: 50 });
    assert.ok(events.ok);
    return events.value.events.find(({ id }) => id === "access-lost");
  });
  assert.equal(existsSync(String(lost.fields["kept"])), true);
  assert.ok((await lab.client.call("webSetup", { password: PASSWORD })).ok);
  assert.ok((await signIn(paths, "admin", PASSWORD)).secret);
});

test("no reboot by hand without a guard, and none of the wrong server", async () => {
  const facts = await lab.client.call("server", {});
  assert.ok(facts.ok);
  assert.match(facts.value.refusal ?? "", /no guard runs/);
  const { secret, csrf } = await signIn(paths, "admin", PASSWORD);
  const body = { action: "reboot", name: facts.value.name };
  const refused = await askWeb(paths, "POST", "/v1/server/action", { secret, csrf, body });
  assert.equal(refused.status, 409, JSON.stringify(refused.body));
});
