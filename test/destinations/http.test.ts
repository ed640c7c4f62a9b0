/** Requests to a real web server: each way in which it can fail, and what is said about it. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSafe } from "node:https";
import { type AddressInfo, createServer as createRaw, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Delivered, HttpDispatch } from "../../src/base/destination.ts";
import { deliver } from "../../src/workers/deliver.ts";
import { Authority, type Identity } from "../mail/certificates.ts";

const PATIENT = 60_000;
const NO_PLACES = { run: "/nowhere", state: "/nowhere" };
const HASTY = 300;
const folder = mkdtempSync(join(tmpdir(), "solosafe http-"));
const servers: Server[] = [];
const sockets = new Set<Socket>();
let authority: Authority;
let good: Identity;
let old: Identity;
let other: Identity;

before(() => {
  authority = new Authority(folder);
  good = authority.sign("good", "DNS:localhost,IP:127.0.0.1");
  old = authority.sign("old", "DNS:localhost,IP:127.0.0.1", -1);
  other = authority.sign("other", "DNS:elsewhere.example.org");
});

after(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(server: Server): Promise<number> {
  servers.push(server);
  server.on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function web(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<string> {
  const server = createPlain((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => answer(request, response, body));
  });
  return `http://127.0.0.1:${await open(server)}/hooks/0123456789`;
}

async function raw(talk: (socket: Socket) => void): Promise<string> {
  const server = createRaw((socket) => {
    socket.on("error", () => {});
    talk(socket);
  });
  return `http://127.0.0.1:${await open(server)}/hooks/0123456789`;
}

async function safe(identity: Identity, name = "127.0.0.1"): Promise<string> {
  const server = createSafe(identity, (_request, response) => response.end("ok"));
  return `https://${name}:${await open(server)}/`;
}

function post(url: string, more: Partial<HttpDispatch> = {}, timeoutMs = PATIENT) {
  const dispatch: HttpDispatch = {
    kind: "http",
    method: "POST",
    url,
    headers: {},
    body: '{"a":"あ"}',
    signWith: null,
    answer: null,
    ca: null,
    isVerified: true,
    ...more,
  };
  return deliver(dispatch, timeoutMs, NO_PLACES);
}

async function dead(): Promise<string> {
  const server = createRaw();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/`;
}

function shortly(delivered: Delivered): readonly unknown[] | null {
  return delivered === null ? null : [delivered.step, delivered.isFinal, delivered.why];
}

test("what is taken arrives whole and signed", async () => {
  let told = "";
  let signature = "";
  const url = await web((request, response, body) => {
    told = body;
    signature = String(request.headers["x-solosafe-signature"]);
    response.writeHead(204).end();
  });
  assert.equal(await post(url, { signWith: "k3y" }), null);
  assert.equal(told, '{"a":"あ"}');
  const [, time = "", sum = ""] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(signature) ?? [];
  assert.equal(createHmac("sha256", "k3y").update(`${time}.${told}`).digest("hex"), sum);
  assert.ok(Math.abs(Number(time) - Date.now() / 1000) < 120);
});

// Status, what it says, whether it is final, part of the hint.
const ANSWERS = [
  [400, "bad template", true, "template"],
  [401, "who are you", false, "proof of who sends"],
  [404, "no hook", false, "deleted"],
  [422, "what", true, "template"],
  [301, "", false, "redirects"],
  [500, "oops", false, null],
  [503, "later", false, null],
] as const;

for (const [status, said, isFinal, hint] of ANSWERS) {
  test(`an answer ${status}`, async () => {
    const url = await web((_request, response) => response.writeHead(status).end(said));
    const delivered = await post(url);
    const why = said === "" ? `it answers ${status}` : `it answers ${status}: ${said}`;
    assert.deepEqual(shortly(delivered), ["message", isFinal, why]);
    if (hint === null) assert.equal(delivered?.hint, null);
    else assert.match(delivered?.hint ?? "", new RegExp(hint));
  });
}

test("Retry-After is taken in seconds, parts of them, and as a date", async () => {
  const pauses: unknown[] = [];
  for (const value of [
    "120",
    "0.5",
    new Date(Date.now() + 3_600_000).toUTCString(),
    "soon",
    "-1",
  ]) {
    const url = await web((_request, response) => {
      response.writeHead(429, { "retry-after": value }).end("slow down");
    });
    pauses.push((await post(url))?.retryAfterMs);
  }
  const [seconds, part, date, ...none] = pauses;
  assert.deepEqual([seconds, part, none], [120_000, 500, [undefined, undefined]]);
  assert.ok(Number(date) > 3_000_000 && Number(date) <= 3_600_000, String(date));
});

test("what an answer says is one line, is cut, and has no path of the address in it", async () => {
  const url = await web((request, response) => {
    response.writeHead(500).end(`\u001b[31m${request.url}\n\n${"x".repeat(1_000_000)}`);
  });
  const delivered = await post(url);
  assert.match(delivered?.why ?? "", /^it answers 500: \[31m…? ?x+/);
  assert.doesNotMatch(delivered?.why ?? "", /0123456789/);
  assert.ok((delivered?.why ?? "").length <= 300);
});

test("an answer that has to say something", async () => {
  const url = await web((_request, response) => response.end("Error."));
  assert.match((await post(url, { answer: "Success." }))?.why ?? "", /^it answers: Error\.$/);
  assert.equal(await post(url, { answer: "Err" }), null);
});

test("nobody there, nobody of that name", async () => {
  assert.match((await post(await dead()))?.why ?? "", /nobody listens there/);
  const nameless = await post("http://nobody.invalid/");
  assert.equal(nameless?.step, "connect");
});

test("one that never answers, never takes the connection up, dies, or talks nonsense", async () => {
  const silent = await post(await raw(() => {}), {}, HASTY);
  // On a busy machine not even the connection is there by then.
  assert.match(silent?.why ?? "", /^(?:it did not|no) answer within 300ms/);
  assert.equal(silent?.isFinal, false);
  const dying = await post(await raw((socket) => socket.once("data", () => socket.destroy())));
  assert.equal(dying?.step, "message");
  const half = await raw((socket) => socket.once("data", () => socket.end("HTTP/1.1 20")));
  assert.equal((await post(half))?.isFinal, false);
  const slow = await raw((socket) => {
    socket.once("data", () => socket.write("HTTP/1.1 500 x\r\nContent-Length: 10\r\n\r\nab"));
  });
  assert.match((await post(slow, {}, HASTY))?.why ?? "", /500: ab|answer within 300ms/);
  const nonsense = await raw((socket) => socket.end("SSH-2.0-x\r\n"));
  assert.equal((await post(nonsense))?.step, "message");
});

test("it has said that it took it: what happens then does not matter", async () => {
  const url = await raw((socket) => {
    socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\na"));
  });
  assert.equal(await post(url), null);
});

test("certificates", async () => {
  const ca = authority.path;
  assert.equal(await post(await safe(good), { ca }), null);
  assert.equal(await post(await safe(good, "localhost"), { ca }), null);
  assert.equal(await post(await safe(other), { isVerified: false }), null);
  const cases = [
    [await post(await safe(good)), /not trusted/, /`ca`/],
    [await post(await safe(old), { ca }), /not trusted: .*expired/, /renewed/],
    [await post(await safe(other), { ca }), /not trusted/, /name that stands in the certificate/],
    [await post(await safe(good), { ca: join(folder, "none") }), /cannot be read/, /`ca`/],
  ] as const;
  for (const [delivered, why, hint] of cases) {
    assert.equal(delivered?.step, "tls");
    assert.match(delivered?.why ?? "", why);
    assert.match(delivered?.hint ?? "", hint);
  }
  const plain = (await web((_request, response) => response.end())).replace("http:", "https:");
  assert.equal((await post(plain, { ca }))?.step, "tls");
});
