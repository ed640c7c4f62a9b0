/** Two real agents: one hears the other's heartbeat, and tells when it is gone. */
import assert from "node:assert/strict";
import { createServer, request as ask } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import { test, type TestContext } from "node:test";
import type { HeardBeat, HeardServer } from "../../src/api/contract-heard.ts";
import { AgentLab, until } from "./agent-lab.ts";
import { askWeb } from "./web-talk.ts";

/** However slow the machine is, the next heartbeat comes within this time. */
const LONG_MS = 10 * 60_000;
const SHORT_MS = 2000;

/** What a server says before it reboots. */
const BEAT: HeardBeat = {
  v: 1,
  server: "shop1",
  title: "",
  bootId: "b1",
  seq: 5,
  wall: 1_000_000,
  nextWithinMs: 180_000,
  state: "going-down",
  failed: [],
  announced: "reboot",
};

interface Way {
  readonly url: string;
  /** What heartbeats promise by the time they arrive. */
  nextWithinMs: number;
  /** Heartbeats that have been sent and are not answered. */
  passing: number;
}

/** Stands for the page of the hearing server: passes heartbeats on to its control socket. */
async function openWay(t: TestContext, socketPath: string): Promise<Way> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    way.passing += 1;
    response.once("close", () => (way.passing -= 1));
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const beat: object = JSON.parse(Buffer.concat(chunks).toString());
      const passed = ask({ socketPath, path: request.url, method: "POST" }, (answer) => {
        answer.resume();
        response.writeHead(answer.statusCode ?? 500).end();
      });
      passed.on("error", () => response.writeHead(502).end());
      passed.end(JSON.stringify({ ...beat, nextWithinMs: way.nextWithinMs }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/v1/heartbeat`;
  const way: Way = { url, nextWithinMs: LONG_MS, passing: 0 };
  return way;
}

async function heard(lab: AgentLab): Promise<HeardServer> {
  // Who listens to others is loaded after the agent is ready.
  return await until("it listens", async () => {
    const status = await lab.client.call("status", {});
    assert.ok(status.ok, JSON.stringify(status));
    return status.value.heard[0] ?? null;
  });
}

async function told(lab: AgentLab, id: string): Promise<readonly Record<string, unknown>[]> {
  const page = await lab.client.call("events", { limit: 1000 });
  assert.ok(page.ok);
  return page.value.events.filter((event) => event.id === id).map(({ fields }) => fields);
}

test("a killed server is told of, also over a restart of who hears, and when it is back", async (t) => {
  const hearer = new AgentLab();
  t.after(() => hearer.close(t));
  const sender = new AgentLab();
  t.after(() => sender.close(t));
  hearer.configure(`servers-heard: { other: { server: ${JSON.stringify(hostname())} } }
monitors: { none: { type: message } }
`);
  await hearer.startSpawner();
  await hearer.startAgent().ready;
  const way = await openWay(t, hearer.paths.control);
  sender.configure(`server: { title: The other }
heartbeat: { url: "${way.url}", every: 10s }
monitors: { page: { type: message } }
`);
  await sender.startSpawner();
  await sender.startAgent().ready;
  await until("it is heard", async () => (await heard(hearer)).state === "well");
  assert.equal((await heard(hearer)).title, "The other");

  way.nextWithinMs = SHORT_MS;
  await until("it promises less", async () => (await heard(hearer)).silenceMs === SHORT_MS);
  await sender.stopAgent(sender.agent, "SIGKILL");
  await until("nothing is on its way", () => way.passing === 0);
  const silences = await until("its silence is told", async () => {
    const { isSilent } = await heard(hearer);
    const events = await told(hearer, "server-silent");
    return isSilent && events.length > 0 ? events : null;
  });
  assert.deepEqual([silences.at(-1)?.["server"], silences.at(-1)?.["announced"]], ["other", null]);
  assert.equal(silences.at(-1)?.["state"], "well");

  await hearer.stopAgent(hearer.agent);
  await hearer.startAgent().ready;
  await until("it knows what it told", async () => (await heard(hearer)).isSilent);
  way.nextWithinMs = LONG_MS;
  await sender.startAgent().ready;
  const back = await until("it is heard again", async () => {
    const events = await told(hearer, "server-heard-again");
    return events.length === silences.length ? events.at(-1) : null;
  });
  assert.equal(back["isRebooted"], false);
  assert.equal((await told(hearer, "server-silent")).length, silences.length);

  await sender.stopAgent(sender.agent);
  const left = await until("its leave is heard", async () => {
    const now = await heard(hearer);
    return now.state === "leaving" ? now : null;
  });
  assert.equal(left.isSilent, false);
  assert.equal(left.silenceMs, 15 * 60_000);
});

test("an announced reboot is known until the server is back, and strangers are refused", async (t) => {
  const hearer = new AgentLab();
  t.after(() => hearer.close(t));
  hearer.configure(`servers-heard: { shop1: {} }
monitors: { none: { type: message } }
`);
  await hearer.startSpawner();
  await hearer.startAgent().ready;
  const given = await hearer.client.call("heartbeat", BEAT);
  assert.deepEqual(given, { ok: true, value: { silenceMs: 15 * 60_000 } });
  for (const [wrong, code] of [
    [BEAT, "heartbeat/old"],
    [{ ...BEAT, server: "shop9" }, "heartbeat/unknown-server"],
    [{ ...BEAT, nextWithinMs: 1 }, "request/not-valid"],
  ] as const) {
    const refused = await hearer.client.call("heartbeat", wrong);
    assert.equal(refused.ok ? "taken" : refused.problem.code, code);
  }
  // Even when nobody could write down anything any more.
  await until("it is on the disk", () =>
    hearer.lines("state/servers-heard.json").join().includes("reboot"),
  );
  await hearer.stopAgent(hearer.agent, "SIGKILL");
  await hearer.startAgent().ready;
  await until("it is known again", async () => (await heard(hearer)).announced === "reboot");
  const back = {
    ...BEAT,
    bootId: "b2",
    seq: 1,
    state: "well",
    announced: null,
  } satisfies HeardBeat;
  assert.ok((await hearer.client.call("heartbeat", back)).ok);
  assert.equal((await heard(hearer)).announced, null);
  assert.deepEqual(await told(hearer, "server-silent"), []);
});

test("the page's way: a token for this route and this server is enough, and for nothing else", async (t) => {
  const hearer = new AgentLab();
  t.after(() => hearer.close(t));
  hearer.configure(`servers-heard: { shop1: { token: shop1 }, shop2: { token: shop2 } }
monitors: { none: { type: message } }
`);
  await hearer.startSpawner();
  await hearer.startAgent().ready;
  const wish = { name: "shop1", role: "viewer", route: "heartbeat", forMs: null } as const;
  const token = await hearer.client.call("tokenAdd", wish);
  assert.ok(token.ok, JSON.stringify(token));
  const { secret } = token.value;
  const send = async (server: string, own: { secret?: string }): Promise<number> => {
    const body = { ...BEAT, server };
    return (await askWeb(hearer.paths, "POST", "/v1/heartbeat", { ...own, body })).status;
  };
  assert.equal(await send("shop1", { secret }), 200);
  assert.equal(await send("shop2", { secret }), 403);
  assert.equal(await send("shop3", { secret }), 404);
  assert.equal(await send("shop1", {}), 401);
  assert.equal((await askWeb(hearer.paths, "GET", "/v1/status", { secret })).status, 403);
  assert.equal((await heard(hearer)).state, "going-down");
});
