/** Who is at the other end of the web program, while time passes and the disk comes and goes. */
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import { AccessGate } from "../../src/agent/access-gate.ts";
import { DAY, SECOND } from "../../src/base/duration.ts";
import { loadConfig } from "../../src/config/load.ts";
import { FakeAccessFiles } from "./fake-access-files.ts";
import { FakeClock } from "./fake-clock.ts";

const loaded = loadConfig("monitors: { a: { message: 10m, target: none } }", "/etc/solosafe.yaml");
assert(loaded.ok);
const { config } = loaded;
const ROOT = { name: "root", role: "administrator" } as const;

function open(files = new FakeAccessFiles()) {
  const clock = new FakeClock();
  const parts = { clock, files, config: () => config, tell: () => {}, giveBackMemory: () => {} };
  const gate = new AccessGate({ ...parts, onFault: () => {} });
  const codeOf = async (secret: string, client = "127.0.0.1"): Promise<string> => {
    const headers = { "x-solosafe-client": client, authorization: `Bearer ${secret}` };
    const result = await gate.identify({ headers } as unknown as IncomingMessage, "status");
    return result.ok ? result.value.name : result.problem.code;
  };
  return { clock, files, gate, codeOf };
}

async function addToken({ gate }: ReturnType<typeof open>, forMs: number | null): Promise<string> {
  const wish = { name: "deploy", role: "viewer", route: null, forMs } as const;
  const added = await gate.handlers().tokenAdd(wish, ROOT);
  assert(added.ok, JSON.stringify(added));
  return added.value.secret;
}

test("a token ends when its time is over, and when it is removed", async () => {
  const own = open();
  const secret = await addToken(own, 30 * DAY);
  await own.clock.pass(29 * DAY);
  assert.equal(await own.codeOf(secret), "deploy");
  await own.clock.pass(DAY);
  assert.equal(await own.codeOf(secret), "access/not-signed-in");
  assert.equal((await own.gate.handlers().tokenRemove({ name: "deploy" }, ROOT)).ok, true);
  const endless = await addToken(own, null);
  await own.clock.pass(1000 * DAY);
  assert.equal(await own.codeOf(endless), "deploy");
  assert.equal((await own.gate.handlers().tokenRemove({ name: "deploy" }, ROOT)).ok, true);
  assert.equal(await own.codeOf(endless), "access/not-signed-in");
});

test("a token cannot be made for a route that there is not, or that needs more", async () => {
  const { tokenAdd } = open().gate.handlers();
  const codeOf = async (route: string): Promise<string> => {
    const added = await tokenAdd({ name: "x", role: "viewer", route, forMs: null }, ROOT);
    return added.ok ? "added" : added.problem.code;
  };
  assert.equal(await codeOf("nothing"), "access/no-such-route");
  assert.equal(await codeOf("toString"), "access/no-such-route");
  assert.equal(await codeOf("users"), "access/no-such-route");
  assert.equal(await codeOf("stop"), "access/role-too-weak");
  assert.equal(await codeOf("metrics"), "added");
});

test("a session by code is good on this server only, and until a password is set", async () => {
  const own = open();
  const { webCode, webSetup, sessionByCode } = own.gate.handlers();
  const setup = { user: "admin", password: "correct horse battery" };
  const begin = async (): Promise<string> => {
    const code = await webCode({}, ROOT);
    assert(code.ok);
    const begun = await sessionByCode({ code: code.value.code }, ROOT);
    assert(begun.ok);
    return begun.value.secret;
  };
  // The first makes the user, the second gives the one that is there another password.
  for (const _of of ["first", "second"]) {
    const secret = await begin();
    assert.equal(await own.codeOf(secret, "::1"), "one-time-code");
    assert.ok((await webSetup(setup, ROOT)).ok);
    assert.equal(await own.codeOf(secret), "access/not-signed-in");
  }
  const secret = await begin();
  assert.equal(await own.codeOf(secret, "192.0.2.7"), "access/not-signed-in");
  assert.equal(await own.codeOf(secret), "one-time-code");
});

test("a file that cannot be read is tried again, and everybody in it comes in then", async () => {
  const before = open();
  const secret = await addToken(before, null);
  before.files.readFault = "EIO: i/o error";
  const own = open(before.files);
  assert.equal(await own.codeOf(secret), "access/not-read");
  own.files.readFault = null;
  await own.clock.pass(5 * SECOND);
  assert.equal(await own.codeOf(secret), "access/not-read");
  await own.clock.pass(6 * SECOND);
  assert.equal(await own.codeOf(secret), "deploy");
});
