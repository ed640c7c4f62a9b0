/** Every route on the socket of the web program, as everybody who may be at its other end. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { AccessGate } from "../../src/agent/access-gate.ts";
import { type Control, type Handlers, serveControl } from "../../src/agent/control.ts";
import { ROUTES, type RouteName } from "../../src/api/contract.ts";
import { hasRight, ROLES, type Role } from "../../src/api/route.ts";
import { succeed } from "../../src/base/result.ts";
import { loadConfig } from "../../src/config/load.ts";
import { createAccessFiles } from "../../src/host/access-files.ts";
import { createClock } from "../../src/host/clock.ts";
import { askRaw, askWeb, type SignedIn, type WebAsk } from "./web-talk.ts";

const PASSWORD = "correct horse battery";
const LOCAL = { "x-solosafe-client": "127.0.0.1" };
const folder = mkdtempSync(join(tmpdir(), "solosafe access-"));
const paths = { run: folder };
const socket = join(folder, "web.sock");
const loaded = loadConfig("monitors: { a: { message: 10m, target: none } }", "/etc/solosafe.yaml");
assert(loaded.ok);
let config = loaded.config;
const bugs: unknown[] = [];
const reached: string[] = [];

const gate = new AccessGate({
  clock: createClock(),
  files: createAccessFiles(folder),
  config: () => config,
  tell: () => {},
  giveBackMemory: () => {},
  onFault: (_what, error) => bugs.push(error),
});

/** Those of access are real, of all others it is enough to know that they were reached. */
const handlers: Handlers = new Proxy(gate.handlers() as Handlers, {
  get: (own, name) =>
    Reflect.get(own, name) ??
    (async () => {
      reached.push(String(name));
      return succeed({});
    }),
});

let control: Control | null = null;
const people = new Map<string, SignedIn>();
const tokens = new Map<string, string>();

before(async () => {
  control = await serveControl({
    socket,
    handlers,
    follow: () => ({ stop: () => {} }),
    lastEvent: () => 0,
    clock: createClock(),
    identify: gate.identify,
    isOwnersAlone: true,
    audit: (asked) => gate.audit(asked),
    onBug: (error) => bugs.push(error),
  });
  const root = { name: "root", role: "administrator" } as const;
  const { userAdd, tokenAdd } = gate.handlers();
  for (const role of ROLES.toReversed()) {
    const added = await userAdd({ name: role, role, password: PASSWORD }, root);
    assert(added.ok, JSON.stringify(added));
    const body = { user: role, password: PASSWORD };
    const begun = await askWeb(paths, "POST", "/v1/session/begin", { body });
    assert.equal(begun.status, 200, JSON.stringify(begun.body));
    const { secret, who } = begun.body as unknown as { secret: string; who: { csrf: string } };
    people.set(role, { secret, csrf: who.csrf });
    const token = await tokenAdd({ name: `t-${role}`, role, route: null, forMs: null }, root);
    assert(token.ok);
    tokens.set(role, token.value.secret);
  }
  const metrics = { name: "metrics", role: "viewer", route: "metrics", forMs: null } as const;
  const limited = await tokenAdd(metrics, root);
  assert(limited.ok);
  tokens.set("metrics", limited.value.secret);
});

after(async () => {
  await control?.close();
  await gate.leave();
  rmSync(folder, { recursive: true });
});

/** Bodies that no route takes, so that nothing is done and 400 means that it would have been. */
async function statusOf(name: RouteName, ask: WebAsk): Promise<number> {
  const { method, path } = ROUTES[name];
  if (method === "GET") return (await askWeb(paths, method, `${path}?nobody=knows`, ask)).status;
  return (await askWeb(paths, method, path, { ...ask, body: { nobody: "knows" } })).status;
}

const NAMES = Object.keys(ROUTES) as RouteName[];

function expected(name: RouteName, role: Role, isToken: boolean): boolean {
  const { reach, isForPeople, isOwn, role: needed, changesWhatRuns } = ROUTES[name];
  if (reach !== "everywhere" || changesWhatRuns) return false;
  return hasRight(role, isOwn ? "viewer" : needed) && !(isToken && isForPeople);
}

for (const role of ROLES) {
  for (const isToken of [false, true]) {
    test(`a ${isToken ? "token" : "user"} with the role ${role} reaches exactly the routes of it`, async () => {
      const signed = people.get(role);
      const ask = isToken ? { secret: tokens.get(role) ?? "" } : { ...signed };
      for (const name of NAMES) {
        const status = await statusOf(name, ask);
        assert.equal(status, expected(name, role, isToken) ? 400 : 403, `${name}: ${status}`);
      }
    });
  }
}

test("nobody reaches what needs nobody's name, and nothing else", async () => {
  for (const name of NAMES) {
    const { reach, role, changesWhatRuns } = ROUTES[name];
    const isClosed = reach !== "everywhere" || changesWhatRuns;
    const status = await statusOf(name, {});
    assert.equal(status, isClosed ? 403 : role === "anyone" ? 400 : 401, `${name}: ${status}`);
  }
});

test("the web program itself reaches its own routes and nothing else", async () => {
  for (const name of NAMES) {
    const status = await statusOf(name, { client: null, ...people.get("administrator") });
    const { reach } = ROUTES[name];
    const wanted = reach === "program" ? 400 : reach === "local" ? 403 : 400;
    assert.equal(status, wanted, name);
  }
  const answer = await askWeb(paths, "GET", "/v1/users", {
    client: null,
    ...people.get("administrator"),
  });
  assert.equal(answer.body.error?.code, "request/no-client");
});

test("a token for one route is good for that one", async () => {
  const secret = tokens.get("metrics") ?? "";
  reached.length = 0;
  assert.equal((await askWeb(paths, "GET", "/metrics", { secret })).status, 200);
  assert.equal((await askWeb(paths, "GET", "/v1/status", { secret })).status, 403);
  assert.equal((await askWeb(paths, "GET", "/v1/session", { secret })).status, 403);
  assert.deepEqual(reached, ["metrics"]);
});

test("what runs is changed from the page only where the file allows it", async () => {
  const ask = { ...people.get("administrator"), body: { text: "", token: "x" } };
  const refused = await askWeb(paths, "POST", "/v1/config/apply", ask);
  assert.equal(refused.body.error?.code, "access/edit-scripts");
  const before = config;
  config = { ...before, page: { ...before.page, editsScripts: true } };
  reached.length = 0;
  assert.equal((await askWeb(paths, "POST", "/v1/config/apply", ask)).status, 200);
  config = before;
  assert.deepEqual(reached, ["applyConfig"]);
});

const secret = (): string => people.get("viewer")?.secret ?? "";

test("Basic is for tools: right, wrong, and broken", async () => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
  const ask = (authorization: string): Promise<number> =>
    askWeb(paths, "GET", "/v1/session", { authorization }).then(({ status }) => status);
  assert.equal(await ask(basic(`viewer:${PASSWORD}`)), 200);
  assert.equal(await ask(basic(`viewer:${PASSWORD}`)), 200);
  assert.equal(await ask(basic("viewer:wrong")), 401);
  assert.equal(await ask(basic("viewer")), 401);
  assert.equal(await ask("Basic ????"), 401);
});

const NOT_SIGNED_IN: readonly (readonly [string, () => string])[] = [
  ["no scheme", () => secret()],
  ["another scheme", () => `Digest ${secret()}`],
  ["a shorter secret", () => `Bearer ${secret().slice(0, -1)}`],
  ["a longer secret", () => `Bearer ${secret()}A`],
  ["another letter", () => `Bearer ${secret().slice(0, -2)}__`],
  ["two secrets", () => `Bearer ${secret()} ${secret()}`],
  ["a number under which one is kept", () => `Bearer ${"a".repeat(64)}`],
  ["nothing", () => "Bearer "],
  ["a name of every object", () => "Bearer __proto__"],
  ["much", () => `Bearer ${"x".repeat(5000)}`],
];

for (const [what, header] of NOT_SIGNED_IN) {
  test(`an authorization with ${what} is nobody's`, async () => {
    const { status } = await askWeb(paths, "GET", "/v1/session", { authorization: header() });
    assert.equal(status, 401);
  });
}

test("a session is new at each sign-in, whatever came along", async () => {
  const body = { user: "viewer", password: PASSWORD };
  const fixed = people.get("viewer")?.secret ?? "";
  const begun = await askWeb(paths, "POST", "/v1/session/begin", { body, secret: fixed });
  assert.equal(begun.status, 200);
  assert.notEqual((begun.body as unknown as SignedIn).secret, fixed);
});

const CLIENTS: readonly (readonly [string, number])[] = [
  ["127.0.0.1", 200],
  ["::1", 200],
  ["::ffff:127.0.0.1", 200],
  ["192.0.2.7", 200],
  ["2001:db8::7", 200],
  ["fe80::1%eth0", 200],
  ["", 400],
  ["localhost", 400],
  ["127.0.0.1:443", 400],
  ["127.0.0.1, 192.0.2.7", 400],
  ["[::1]", 400],
  ["999.0.0.1", 400],
];

for (const [client, status] of CLIENTS) {
  test(`a client \`${client}\` is answered with ${status}`, async () => {
    const answer = await askWeb(paths, "GET", "/v1/session", { client, secret: secret() });
    assert.equal(answer.status, status);
  });
}

test("only those whom the configuration allows come in from outside; this server always does", async () => {
  const before = config;
  config = { ...before, page: { ...before.page, allow: ["198.51.100.0/24", "2001:db8::/32"] } };
  const seen = [];
  for (const client of ["198.51.100.9", "::ffff:198.51.100.9", "2001:db8::9", "192.0.2.7", "::1"]) {
    seen.push((await askWeb(paths, "GET", "/v1/session", { client, secret: secret() })).status);
  }
  config = { ...before, page: { ...before.page, isPublic: false } };
  seen.push((await askWeb(paths, "GET", "/v1/session", { client: "198.51.100.9" })).status);
  config = before;
  assert.deepEqual(seen, [200, 200, 200, 403, 200, 403]);
});

const BROKEN: readonly (readonly [string, string, number])[] = [
  ["no JSON", "{", 400],
  ["an array", "[]", 400],
  ["null", "null", 400],
  ["a number for a name", '{"user":7,"password":"x"}', 400],
  ["a key too many", '{"user":"a","password":"b","role":"administrator"}', 400],
  ["a prototype", '{"__proto__":{"role":"administrator"},"user":"a"}', 400],
  ["much too much", `{"user":"${"x".repeat(100_000)}"}`, 400],
  ["a password of a megabyte's length", `{"user":"a","password":"${"x".repeat(1000)}"}`, 400],
];

for (const [what, body, status] of BROKEN) {
  test(`a sign-in with ${what} is answered with ${status}`, async () => {
    assert.equal((await askRaw(socket, "POST", "/v1/session/begin", LOCAL, body)).status, status);
  });
}

test("a header twice, a header too long and garbage harm nobody", async () => {
  const twice = { "x-solosafe-client": ["127.0.0.1", "127.0.0.1"] };
  assert.equal((await askRaw(socket, "GET", "/v1/session", twice, "")).status, 400);
  const long = { ...LOCAL, authorization: `Bearer ${"x".repeat(20_000)}` };
  assert.equal((await askRaw(socket, "GET", "/v1/session", long, "")).status, 431);
  const garbage = connect(socket);
  garbage.on("error", () => {});
  const isClosed = new Promise((resolve) => garbage.once("close", resolve));
  garbage.end(Buffer.alloc(100_000, 0xff));
  garbage.resume();
  await isClosed;
  assert.equal((await askWeb(paths, "GET", "/v1/session", { secret: secret() })).status, 200);
  assert.deepEqual(bugs, []);
});
