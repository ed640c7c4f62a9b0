import assert from "node:assert/strict";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { after, before, describe, test } from "node:test";
import { talkHttp } from "../../src/host/http-talk.ts";
import { talkTcp } from "../../src/host/tcp-talk.ts";

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return portOf(server);
}

const long = (): AbortSignal => AbortSignal.timeout(120_000);
const get = (url: string) => ({
  url,
  method: "GET",
  headers: { "x-test": "1" },
  body: null,
  verifyTls: true,
});

describe("http", () => {
  let port = 0;
  const seen: (string | undefined)[] = [];
  const server = createHttpServer((request, response) => {
    seen.push(request.headers.connection);
    if (request.url === "/silent") return;
    if (request.url === "/cut") {
      response.write("half");
      setImmediate(() => response.destroy());
      return;
    }
    if (request.url === "/big") response.write("x".repeat(1_000_000));
    response.statusCode = request.url === "/missing" ? 404 : 200;
    response.end(`hello ${String(request.headers["x-test"])}`);
  });
  before(async () => {
    port = await listen(server);
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const at = (path: string) => get(`http://127.0.0.1:${port}${path}`);

  test("an answer is read, on a connection that is not kept", async () => {
    const answer = await talkHttp(at("/"), 100, long());
    assert.ok(answer.ok);
    assert.equal(answer.value.status, 200);
    assert.equal(answer.value.body, "hello 1");
    assert.equal(answer.value.isCut, false);
    assert.deepEqual(seen, ["close"]);
  });

  test("a status is an answer, whatever it says", async () => {
    const answer = await talkHttp(at("/missing"), 100, long());
    assert.equal(answer.ok && answer.value.status, 404);
  });

  test("a long body is cut", async () => {
    const answer = await talkHttp(at("/big"), 1000, long());
    assert.ok(answer.ok && answer.value.isCut);
    assert.equal(answer.value.body.length, 1000);
  });

  test("no answer is given up", async () => {
    const answer = await talkHttp(at("/silent"), 100, AbortSignal.timeout(100));
    assert.deepEqual(answer.ok || answer.problem.code, "aborted");
  });

  test("an answer that breaks off is a fault", async () => {
    const answer = await talkHttp(at("/cut"), 100, long());
    assert.equal(answer.ok || answer.problem.code, "ECONNRESET");
  });

  test("a closed port, a wrong address and a wrong header are faults", async () => {
    const refused = await talkHttp(get("http://127.0.0.1:1/"), 100, long());
    assert.equal(refused.ok || refused.problem.code, "ECONNREFUSED");
    const wrong = await talkHttp(get("http://"), 100, long());
    assert.equal(wrong.ok || wrong.problem.code, "ERR_INVALID_URL");
    const header = { ...at("/"), headers: { "bad name": "1" } };
    const bad = await talkHttp(header, 100, long());
    assert.equal(bad.ok || bad.problem.code, "ERR_INVALID_HTTP_TOKEN");
  });
});

describe("tcp", () => {
  let port = 0;
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => socket.write(`echo ${data.toString()}`));
    socket.write("220 ready\r\n");
  });
  before(async () => {
    port = await listen(server);
  });
  after(() => server.close());
  const talk = () => ({ host: "127.0.0.1", port, send: null, expect: null, maxBytes: 100 });

  test("nothing to expect: accepted is enough", async () => {
    assert.deepEqual(await talkTcp(talk(), { signal: long() }), { ok: true, value: "" });
  });

  test("what is expected ends the talk", async () => {
    const answer = await talkTcp({ ...talk(), send: "hi", expect: /echo hi/ }, { signal: long() });
    assert.deepEqual(answer, { ok: true, value: "220 ready\r\necho hi" });
  });

  test("at the deadline what came is the answer", async () => {
    const controller = new AbortController();
    // The deadline comes when all has been read that will come.
    const never = Object.assign(/never/, {
      test: (text: string): boolean => {
        if (text.endsWith("\n")) setImmediate(() => controller.abort());
        return false;
      },
    });
    const answer = await talkTcp({ ...talk(), expect: never }, controller);
    assert.deepEqual(answer, { ok: true, value: "220 ready\r\n" });
  });

  test("no more than the maximum is kept", async () => {
    const answer = await talkTcp({ ...talk(), expect: /never/, maxBytes: 3 }, { signal: long() });
    assert.deepEqual(answer, { ok: true, value: "220" });
  });

  test("a closed port is a fault", async () => {
    const answer = await talkTcp({ ...talk(), port: 1 }, { signal: long() });
    assert.equal(answer.ok || answer.problem.code, "ECONNREFUSED");
  });
});
