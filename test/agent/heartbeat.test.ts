import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import * as z from "zod/mini";
import { beat } from "../../src/api/contract-heard.ts";
import { BEAT_PAUSE_MOST_MS } from "../../src/base/beat.ts";
import { fail, type Result, succeed } from "../../src/base/result.ts";
import { Heartbeat } from "../../src/agent/heartbeat.ts";
import type { Event } from "../../src/core/event.ts";
import { initialState } from "../../src/core/initial.ts";
import { createModel } from "../../src/core/model.ts";
import type { GivenOrder, State } from "../../src/core/state.ts";
import type { HttpRequest, HttpResponse } from "../../src/ports/host.ts";
import { parseScenario } from "../../src/simulate/parse.ts";
import { AgentLab, until } from "./agent-lab.ts";
import { FakeClock } from "./fake-clock.ts";

const MODEL = createModel(parseScenario("group shop: web\n").spec);
const CONFIG = {
  url: "https://beat.example.org/secret-path",
  everyMs: 60_000,
  timeoutMs: 10_000,
  tokenFile: "/etc/solosafe/heartbeat.token",
  verify: true,
};
const ORDER: GivenOrder = {
  id: "o1",
  kind: "reboot",
  reason: "page failed",
  deadlineAt: 1,
  saveOp: null,
  cause: "page",
  incident: "1",
  areGroupsStopped: false,
};

interface Said {
  readonly state: string;
  readonly announced: string | null;
  readonly seq: number;
  readonly failed: readonly string[];
}

/** A heartbeat whose other side answers what `answer` says. */
function bench() {
  const clock = new FakeClock();
  const requests: HttpRequest[] = [];
  const events: Event[] = [];
  const world: { answer: Result<number> } = { answer: succeed(204) };
  const heartbeat = new Heartbeat({
    clock,
    host: {
      http: async (request): Promise<Result<HttpResponse>> => {
        requests.push(request);
        const { answer } = world;
        if (!answer.ok) return answer;
        return succeed({ status: answer.value, headers: {}, body: "", isCut: false });
      },
      readFile: async () => succeed("a-token\n"),
    },
    server: "shop1",
    bootId: "b1",
    tell: (event) => events.push(event),
    onFault: (what, error) => assert.fail(`${what}: ${String(error)}`),
  });
  const said = (): readonly Said[] => requests.map(({ body }) => JSON.parse(body ?? ""));
  return { clock, requests, events, world, heartbeat, said };
}

const WELL: State = initialState(MODEL, { at: 0, wall: 0 });

test("it beats at once and at its pace, with the token and without telling the path", async () => {
  const { clock, requests, heartbeat, said } = bench();
  heartbeat.configure(CONFIG, "Shop");
  heartbeat.decided(WELL);
  await clock.pass(150_000);
  assert.equal(requests.length, 3);
  assert.equal(requests[0]?.method, "POST");
  assert.equal(requests[0].headers["authorization"], "Bearer a-token");
  assert.deepEqual(
    said().map(({ state, seq }) => [state, seq - (said()[0]?.seq ?? 0)]),
    [
      ["well", 0],
      ["well", 1],
      ["well", 2],
    ],
  );
  heartbeat.configure(null, "Shop");
  await clock.pass(300_000);
  assert.equal(requests.length, 3);
});

test("what ends the boot is announced at once", async () => {
  const { clock, heartbeat, said } = bench();
  heartbeat.configure(CONFIG, "");
  await clock.pass(1000);
  heartbeat.decided({ ...WELL, order: ORDER });
  await clock.pass(10);
  heartbeat.decided({ ...WELL, shutdownSince: 5 });
  await clock.pass(10);
  assert.deepEqual(
    said().map(({ state, announced }) => [state, announced]),
    [
      ["well", null],
      ["going-down", "reboot"],
      ["going-down", "shutdown"],
    ],
  );
});

test("another SoloSafe understands it, whatever it says", async () => {
  const { clock, heartbeat, said } = bench();
  heartbeat.configure({ ...CONFIG, everyMs: BEAT_PAUSE_MOST_MS }, "Shop");
  await clock.pass(1000);
  for (const kind of ["reboot", "poweroff", "reset", "panic"] as const) {
    heartbeat.decided({ ...WELL, order: { ...ORDER, kind } });
    await clock.pass(10);
  }
  heartbeat.decided({ ...WELL, shutdownSince: 5 });
  await clock.pass(10);
  assert.equal(said().length, 6);
  for (const one of said()) assert.ok(z.safeParse(beat, one).success, JSON.stringify(one));
});

test("a lost beat is nothing, several in a row are told once, and their end", async () => {
  const { clock, world, events, heartbeat } = bench();
  heartbeat.configure(CONFIG, "");
  await clock.pass(1000);
  world.answer = fail({ code: "ECONNREFUSED", message: "connection refused" });
  await clock.pass(60_000);
  world.answer = succeed(200);
  await clock.pass(60_000);
  assert.equal(events.length, 0);
  world.answer = succeed(503);
  await clock.pass(300_000);
  assert.deepEqual(events, [
    {
      id: "heartbeat-fails",
      incident: null,
      fields: { to: "beat.example.org", reason: "it answered with status 503" },
    },
  ]);
  world.answer = succeed(200);
  await clock.pass(60_000);
  assert.equal(events.at(-1)?.id, "heartbeat-works");
});

test("who stops the agent says so", async () => {
  const { clock, heartbeat, said } = bench();
  heartbeat.configure(CONFIG, "");
  await clock.pass(1000);
  await heartbeat.leave();
  assert.equal(said().at(-1)?.state, "leaving");
});

async function listener(t: TestContext): Promise<{ url: string; got: Record<string, unknown>[] }> {
  const got: Record<string, unknown>[] = [];
  const server: Server = createServer((request: IncomingMessage, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      got.push({ ...JSON.parse(body), authorization: request.headers.authorization });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/beat`, got };
}

test("a real agent beats, tells of a failure, and says when it is stopped", async (t) => {
  const { url, got } = await listener(t);
  const folder = mkdtempSync(join(tmpdir(), "solosafe-beat-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "token"), "t0ken\n");
  const own = new AgentLab();
  t.after(() => own.close(t));
  own.configure(`server: { title: Shop }
heartbeat: { url: "${url}", every: 10s, token: { file: ${folder}/token } }
groups: {}
monitors: { page: { type: message, retries: 0 } }
`);
  await own.startSpawner();
  await own.startAgent().ready;
  await until("the first beat came", () => got.length > 0);
  assert.equal(got[0]?.["authorization"], "Bearer t0ken");
  assert.equal(got[0]["title"], "Shop");
  assert.equal(got[0]["nextWithinMs"], 30_000);
  const told = await own.client.call("message", { monitor: "page", outcome: "failed", text: "no" });
  assert.ok(told.ok);
  await until("the failure is told", () =>
    got.some((one) => one["state"] === "failing" && String(one["failed"]) === "page"),
  );
  await own.stopAgent(own.agent);
  assert.equal(got.at(-1)?.["state"], "leaving");
  await own.startAgent().ready;
});
