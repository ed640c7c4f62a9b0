import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { byKernel, type Caller } from "../../src/agent/caller.ts";
import {
  type Control,
  type ControlParts,
  type Handlers,
  serveControl,
} from "../../src/agent/control.ts";
import { createClient, EXIT_CODES } from "../../src/api/client.ts";
import { ROUTES, type RouteName, type StreamLine } from "../../src/api/contract.ts";
import { BODY_MAX, hasRight, HEARTBEAT_MS, ROLES } from "../../src/api/route.ts";
import { fail, succeed } from "../../src/base/result.ts";
import { createClock } from "../../src/host/clock.ts";
import { until } from "../process/lab.ts";
import { FakeClock } from "./fake-clock.ts";

const ADMINISTRATOR: Caller = { name: "root", role: "administrator" };
const DONE = { outcome: "done", reason: "", events: [] } as const;

/** Every route answers that it was asked, but for those a test puts in. */
function handlers(own: Partial<Handlers> = {}): Handlers {
  const asked = async () => succeed({ ...DONE, events: [] });
  const refused = async () =>
    fail({ status: 409, code: "test/refused", message: "not now", hint: "later" } as const);
  return {
    version: refused,
    status: refused,
    start: asked,
    stop: asked,
    restart: asked,
    suspend: asked,
    resume: asked,
    monitors: async () => succeed({ monitors: [] }),
    monitor: refused,
    rehearse: asked,
    clear: asked,
    events: async () => succeed({ events: [], firstSeq: 1, lastSeq: 0 }),
    explain: refused,
    reboots: refused,
    boots: refused,
    availability: refused,
    metrics: async () => succeed("up 1\n"),
    alerts: refused,
    evidence: refused,
    evidenceFile: refused,
    clearReboots: asked,
    message: async ({ monitor }) => succeed({ monitor }),
    drillBegin: refused,
    drillEnd: refused,
    drills: refused,
    drill: refused,
    sessionBegin: refused,
    sessionByCode: refused,
    sessionEnd: refused,
    whoAmI: refused,
    passwordChange: refused,
    users: refused,
    userAdd: refused,
    userChange: refused,
    userRemove: refused,
    tokens: refused,
    tokenAdd: refused,
    tokenRemove: refused,
    audit: refused,
    webCode: refused,
    webSetup: refused,
    webStatus: refused,
    webSettings: refused,
    webReport: refused,
    heartbeat: refused,
    server: refused,
    serverAction: refused,
    mailTest: refused,
    mailTestEnd: refused,
    report: refused,
    reportMail: refused,
    destinationTest: refused,
    destinationTestEnd: refused,
    watch: refused,
    config: refused,
    reload: refused,
    planConfig: refused,
    applyConfig: refused,
    rollbackConfig: refused,
    configHistory: refused,
    configVersion: refused,
    stopAll: asked,
    ...own,
  };
}

interface Served {
  readonly socket: string;
  readonly control: Control;
  readonly bugs: unknown[];
}

async function serve(t: TestContext, own: Partial<ControlParts> = {}, deep = ""): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), "solosafe-control-"));
  mkdirSync(join(folder, deep), { recursive: true });
  const socket = join(folder, deep, "control.sock");
  const bugs: unknown[] = [];
  const control = await serveControl({
    socket,
    handlers: handlers(),
    follow: () => ({ stop: () => {} }),
    lastEvent: () => 0,
    clock: createClock(),
    identify: byKernel(() => ADMINISTRATOR),
    audit: () => {},
    onBug: (error) => bugs.push(error),
    ...own,
  });
  t.after(async () => {
    await control.close();
    rmSync(folder, { recursive: true });
  });
  return { socket, control, bugs };
}

/** Sends what no client of ours would send. */
function send(
  socketPath: string,
  method: string,
  path: string,
  body: string,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

test("every route has a role, a name of its own and a path of its own", () => {
  const routes = Object.entries(ROUTES);
  assert.ok(routes.length > 20);
  for (const [name, route] of routes) {
    assert.ok([...ROLES, "anyone"].includes(route.role), name);
    assert.equal(route.name, name);
    // Prometheus asks for that path everywhere.
    assert.match(route.path, /^\/(?:v1\/[a-z/-]+|metrics)$/);
  }
  assert.equal(new Set(routes.map(([, route]) => route.method + route.path)).size, routes.length);
});

test("what changes something is not for viewers", () => {
  for (const route of Object.values(ROUTES)) {
    // What a server tells of itself changes nothing here: its token needs the least right there is.
    if (route.method === "POST" && !route.isOwn && route.name !== "heartbeat") {
      assert.notEqual(route.role, "viewer", route.name);
    }
  }
});

test("a handler gets the request with its defaults filled in, and who asks", async (t) => {
  const seen: unknown[] = [];
  const stop: Handlers["stop"] = async (asked, caller) => {
    seen.push(asked, caller.name);
    return succeed({ ...DONE, events: [] });
  };
  const { socket } = await serve(t, { handlers: handlers({ stop }) });
  const answer = await createClient(socket).call("stop", { name: "shop/web" });
  assert.equal(answer.ok, true);
  assert.deepEqual(seen, [{ name: "shop/web", waitMs: 0 }, "root"]);
});

test("numbers in a query arrive as numbers", async (t) => {
  const seen: unknown[] = [];
  const events: Handlers["events"] = async (asked) => {
    seen.push(asked);
    return succeed({ events: [], firstSeq: 1, lastSeq: 0 });
  };
  const { socket } = await serve(t, { handlers: handlers({ events }) });
  assert.equal((await createClient(socket).call("events", { after: 5, limit: 10 })).ok, true);
  assert.deepEqual(seen, [{ after: 5, limit: 10 }]);
});

for (const role of ROLES) {
  test(`a ${role} may call exactly the routes of its role`, async (t) => {
    const { socket } = await serve(t, {
      identify: byKernel(() => ({ name: "somebody", role })),
    });
    for (const name of Object.keys(ROUTES) as RouteName[]) {
      const { method, path, role: needed, isStream, reach } = ROUTES[name];
      if (isStream || reach === "program") continue;
      const { status } = await send(socket, method, path, "");
      const isAllowed = hasRight(role, needed);
      assert.equal(status !== 403, isAllowed, `${name}: ${status}`);
    }
  });
}

test("somebody the kernel does not vouch for may do nothing", async (t) => {
  const { socket } = await serve(t, { identify: byKernel(() => null) });
  const answer = await createClient(socket).call("version", {});
  assert(!answer.ok);
  assert.equal(answer.problem.kind, "no-permission");
  assert.equal(EXIT_CODES[answer.problem.kind], 4);
});

test("a refusal carries its code, sentence and hint to the caller", async (t) => {
  const { socket } = await serve(t);
  const answer = await createClient(socket).call("status", {});
  assert.deepEqual(answer, {
    ok: false,
    problem: { kind: "refused", code: "test/refused", message: "not now", hint: "later" },
  });
});

const BAD: readonly (readonly [string, string, string, string, number])[] = [
  ["no such route", "GET", "/v1/nothing", "", 404],
  ["a wrong method", "GET", "/v1/stop", "", 404],
  ["no JSON", "POST", "/v1/stop", "{", 400],
  ["no object", "POST", "/v1/stop", "[]", 400],
  ["a missing key", "POST", "/v1/stop", "{}", 400],
  ["an unknown key", "POST", "/v1/stop", '{"name":"shop","force":true}', 400],
  ["a wrong type", "POST", "/v1/stop", '{"name":7}', 400],
  ["a name with a path in it", "POST", "/v1/stop", '{"name":"../etc"}', 400],
  ["a negative wait", "POST", "/v1/stop", '{"name":"shop","waitMs":-1}', 400],
  ["a suspension of a year", "POST", "/v1/suspend", '{"scope":"all","forMs":31536000000}', 400],
  ["a page of a million", "GET", "/v1/events?limit=1000000", "", 400],
  ["a page of words", "GET", "/v1/events?limit=many", "", 400],
  ["a body that is too long", "POST", "/v1/stop", `"${"x".repeat(BODY_MAX)}"`, 400],
  ["a query of nonsense", "GET", "/v1/status?%ff=%00", "", 400],
];

for (const [what, method, path, body, status] of BAD) {
  test(`${what} is answered with ${status} and a sentence`, async (t) => {
    const { socket, bugs } = await serve(t);
    const answer = await send(socket, method, path, body);
    assert.equal(answer.status, status, answer.text);
    const { error }: { error: { code: string; message: string } } = JSON.parse(answer.text);
    assert.match(error.code, /^request\//);
    assert.ok(error.message.length > 5);
    assert.deepEqual(bugs, []);
  });
}

test("garbage instead of HTTP harms nobody", async (t) => {
  const { socket } = await serve(t);
  const garbage = connect(socket);
  garbage.on("error", () => {});
  garbage.end(Buffer.alloc(100_000, 0xff));
  const isClosed = new Promise<void>((resolve) => garbage.on("close", () => resolve()));
  garbage.resume();
  await isClosed;
  assert.equal((await createClient(socket).call("monitors", {})).ok, true);
});

test("a handler that throws is a bug: answered, told, and the next call works", async (t) => {
  const restart: Handlers["restart"] = () => {
    throw new Error("planted");
  };
  const { socket, bugs } = await serve(t, { handlers: handlers({ restart }) });
  const answer = await createClient(socket).call("restart", { name: "shop" });
  assert(!answer.ok);
  assert.equal(EXIT_CODES[answer.problem.kind], 70);
  assert.match(String(bugs[0]), /planted/);
  assert.equal((await createClient(socket).call("monitors", {})).ok, true);
});

test("no socket and a dead agent's socket both mean that the agent is not running", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "solosafe-control-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const answer = await createClient(join(folder, "control.sock")).call("version", {});
  assert(!answer.ok);
  assert.equal(EXIT_CODES[answer.problem.kind], 3);
});

test("the agent that takes long is given up at the deadline", async (t) => {
  const never: Handlers["version"] = () => new Promise(() => {});
  const { socket } = await serve(t, { handlers: handlers({ version: never }) });
  const answer = await createClient(socket).call("version", {}, 100);
  assert(!answer.ok);
  assert.equal(answer.problem.code, "agent/no-answer");
});

test("the socket is for the agent's user and group only", async (t) => {
  const { socket } = await serve(t);
  assert.equal(statSync(socket).mode & 0o777, 0o660);
});

test("a socket whose path is longer than the kernel takes works all the same", async (t) => {
  const deep = join(...Array.from({ length: 8 }, () => "a-rather-deep-folder"));
  const { socket } = await serve(t, {}, deep);
  assert.ok(Buffer.byteLength(socket) > 107);
  assert.equal((await createClient(socket).call("monitors", {})).ok, true);
});

const line = (seq: number): StreamLine => ({
  type: "event",
  event: { seq, wall: 1, id: "monitor-known", incident: null, fields: { monitor: "web" } },
});

test("a stream carries events and ends when the reader leaves", async (t) => {
  let isStopped = false;
  const { socket } = await serve(t, {
    follow: ({ after }, write) => {
      write(line((after ?? 0) + 1));
      return {
        stop: () => {
          isStopped = true;
        },
      };
    },
  });
  const leave = new AbortController();
  const seen: StreamLine[] = [];
  const end = await createClient(socket).follow(
    { after: 41 },
    (one) => {
      seen.push(one);
      if (one.type === "event") leave.abort();
    },
    leave.signal,
  );
  assert.equal(end.ok, true);
  assert.deepEqual(seen, [{ type: "heartbeat", lastEvent: 0 }, line(42)]);
  await until("the stream was stopped", () => isStopped);
});

test("a reader that does not read is dropped, not waited for", async (t) => {
  let isStopped = false;
  let write: (one: StreamLine) => void = () => {};
  const { socket } = await serve(t, {
    follow: (_request, give) => {
      write = give;
      return {
        stop: () => {
          isStopped = true;
        },
      };
    },
  });
  const reader = connect(socket);
  reader.on("error", () => {});
  reader.write("GET /v1/events/stream HTTP/1.1\r\nHost: agent\r\n\r\n");
  await new Promise((resolve) => reader.once("data", resolve));
  reader.pause();
  await until("the reader was dropped", () => {
    for (let count = 0; count < 200; count += 1) write(line(count));
    return isStopped;
  });
  reader.destroy();
});

test("when the agent leaves a stream ends as cut off", async (t) => {
  const { socket, control } = await serve(t);
  const following = createClient(socket).follow(
    {},
    () => void control.close(),
    new AbortController().signal,
  );
  const end = await following;
  assert(!end.ok);
  assert.equal(end.problem.code, "agent/cut-off");
});

test("a stream ends with the session that it was begun in", async (t) => {
  const clock = new FakeClock();
  let isOver = false;
  const none = { from: null, csrf: null, session: null, route: null } as const;
  const remote = { ...none, by: "session", isOver: () => isOver } as const;
  const { socket } = await serve(t, {
    clock,
    identify: () => succeed({ name: "naoko", role: "viewer", remote }),
  });
  const seen: StreamLine[] = [];
  const following = createClient(socket).follow(
    {},
    (one) => seen.push(one),
    new AbortController().signal,
  );
  await until("it has begun", () => seen.length === 1);
  await clock.pass(HEARTBEAT_MS);
  await until("it goes on", () => seen.length === 2);
  isOver = true;
  await clock.pass(HEARTBEAT_MS);
  const end = await following;
  assert(!end.ok);
  assert.equal(seen.length, 2);
});

test("not one line more is sent when the session is over, between two heartbeats either", async (t) => {
  let isOver = false;
  let sendLine: (line: StreamLine) => void = () => {};
  const none = { from: null, csrf: null, session: null, route: null } as const;
  const remote = { ...none, by: "session", isOver: () => isOver } as const;
  const { socket } = await serve(t, {
    clock: new FakeClock(),
    identify: () => succeed({ name: "naoko", role: "viewer", remote }),
    follow: (_request, send) => {
      sendLine = send;
      return { stop: () => {} };
    },
  });
  const seen: StreamLine[] = [];
  const { signal } = new AbortController();
  const following = createClient(socket).follow({}, (one) => seen.push(one), signal);
  await until("it has begun", () => seen.length === 1);
  sendLine({ type: "heartbeat", lastEvent: 7 });
  await until("it goes on", () => seen.length === 2);
  isOver = true;
  sendLine({ type: "heartbeat", lastEvent: 8 });
  assert.equal((await following).ok, false);
  assert.equal(seen.length, 2);
});
