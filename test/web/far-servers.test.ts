/** Many servers at a glance: each asked with its own token, behind its own certificate, whatever the others do. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { createServer as createSecureServer } from "node:tls";
import type { FarView } from "../../src/web/far-servers.ts";
import { makeCertificate } from "../../src/web/certificate.ts";
import { until, WebLab } from "./web-lab.ts";

const BEARER = { authorization: "Bearer token-of-a-script" };
const TOKEN = "token-for-osaka";
const OTHER = "AB:".repeat(31) + "CD";

/** Asking without a pause would keep the program from asking the others. */
async function later(lab: WebLab): Promise<FarView> {
  await new Promise((resolve) => setTimeout(resolve, 200));
  return await view(lab);
}

async function view(lab: WebLab): Promise<FarView> {
  const reply = await lab.ask("/servers", { headers: BEARER });
  assert.equal(reply.status, 200, reply.text);
  return reply.json() as unknown as FarView;
}

const statesOf = ({ servers }: FarView): Record<string, string> =>
  Object.fromEntries(servers.map(({ name, answer }) => [name, answer?.state ?? "none"]));

function writeList(lab: WebLab, list: unknown): void {
  writeFileSync(join(lab.state, "servers.json"), JSON.stringify(list));
}

/** A server of another kind, which writes down what it is sent in the clear after a handshake. */
async function stranger(t: TestContext): Promise<{ port: number; heard: () => string }> {
  const pair = await makeCertificate(["127.0.0.1"], Date.now(), null);
  let heard = "";
  const server = createSecureServer({ cert: pair.certificate, key: pair.key }, (socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      heard += chunk.toString();
    });
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return { port: address.port, heard: () => heard };
}

test("who answers, who does not, and who is another one", async (t) => {
  const lab = await WebLab.open(t);
  const far = await WebLab.open(t);
  const status = {
    isHealthy: false,
    server: "Shop, Osaka",
    incidents: [{}],
    suspensions: [],
    monitors: [
      { name: "page", status: "failed" },
      { name: "disk", status: "ok" },
    ],
  };
  far.agent.answer = ({ headers }) =>
    headers.authorization === `Bearer ${TOKEN}`
      ? { status: 200, body: status }
      : { status: 401, body: { error: { code: "x", message: "y" } } };
  const [told] = far.agent.reports.slice(-1) as { fingerprint: string }[];
  const fingerprint = told?.fingerprint ?? "";
  const { port, heard } = await stranger(t);
  const hole = createServer((socket) => socket.on("error", () => {}));
  await new Promise<void>((resolve) => hole.listen(0, "127.0.0.1", resolve));
  const holeAt = hole.address();
  assert.ok(typeof holeAt === "object" && holeAt !== null);
  t.after(() => hole.close());
  const osaka = {
    name: "osaka",
    address: `https://127.0.0.1:${far.port}`,
    token: TOKEN,
    fingerprint,
  };
  writeList(lab, [
    { ...osaka, name: "hole", address: `https://127.0.0.1:${holeAt.port}` },
    { ...osaka, name: "stranger", address: `https://127.0.0.1:${port}/`, fingerprint: OTHER },
    { ...osaka, name: "nobody", address: "https://127.0.0.1:1" },
    { ...osaka, name: "wrong-token", token: "another-token" },
    osaka,
  ]);
  const wanted = {
    stranger: "other-certificate",
    osaka: "ill",
    hole: "silent",
    nobody: "silent",
    "wrong-token": "refused",
  };
  let last: FarView | null = null;
  await until("all are known", async () => {
    last = await later(lab);
    return JSON.stringify(statesOf(last)) === JSON.stringify(wanted);
  });
  const shown = JSON.stringify(last);
  assert.match(shown, /"title":"Shop, Osaka","incidents":1,"failed":\["page"\]/);
  assert.doesNotMatch(shown, new RegExp(`${TOKEN}|another-token|${fingerprint}`));
  assert.equal(heard(), "", "a token was sent to somebody else");
  assert.equal((await lab.ask("/servers")).status, 401);
});

test("two thousand servers, most of them dead", async (t) => {
  const lab = await WebLab.open(t);
  const far = await WebLab.open(t);
  far.agent.answer = () => ({
    status: 200,
    body: { isHealthy: true, server: "one", incidents: [], suspensions: [], monitors: [] },
  });
  const [told] = far.agent.reports.slice(-1) as { fingerprint: string }[];
  const dead = { address: "https://127.0.0.1:1", token: TOKEN, fingerprint: told?.fingerprint };
  const list = Array.from({ length: 1999 }, (_, at) => ({ ...dead, name: `dead-${at}` }));
  writeList(lab, [...list, { ...dead, name: "one", address: `https://127.0.0.1:${far.port}` }]);
  await until("all are known", async () => {
    const { servers } = await later(lab);
    return servers.length === 2000 && servers.every(({ answer }) => answer !== null);
  });
  const { servers } = await view(lab);
  assert.equal(servers.at(-1)?.name, "one", "the worst come first");
  assert.equal(servers.at(-1)?.answer?.state, "well");
});

test("a list that is none is told, and the last good one stays", async (t) => {
  const lab = await WebLab.open(t);
  assert.deepEqual(await view(lab), { fault: null, servers: [] });
  const one = { name: "a", address: "https://127.0.0.1:1", token: TOKEN, fingerprint: OTHER };
  writeList(lab, [one]);
  assert.equal((await view(lab)).servers.length, 1);
  for (const [list, expected] of [
    [[{ ...one, address: "http://127.0.0.1" }], /0\.address/],
    [[{ ...one, address: "https://a/../b" }], /0\.address/],
    [[{ ...one, fingerprint: "ab" }], /0\.fingerprint/],
    [[{ ...one, more: 1 }], /more/],
    [[one, one], /twice/],
    [{}, /array/],
  ] as const) {
    writeList(lab, list);
    const seen = await view(lab);
    assert.match(seen.fault ?? "", expected);
    assert.equal(seen.servers.length, 1);
  }
  writeFileSync(join(lab.state, "servers.json"), "[");
  assert.match((await view(lab)).fault ?? "", /JSON/);
});
