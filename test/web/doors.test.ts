/** Where people come in: who may, how many, how slowly, and by which name they call the server. */
import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { connect, type Socket } from "node:net";
import test, { type TestContext } from "node:test";
import { sendToHttps } from "../../src/web/app.ts";
import { allowList, clientOf, Doors, placeOf } from "../../src/web/doors.ts";
import { foreignOrigin, hostName, isOurHost } from "../../src/web/same-origin.ts";
import { sendRaw, until } from "./web-lab.ts";

test("addresses and networks that may connect", () => {
  const everybody = allowList([]);
  assert.ok(everybody("203.0.113.9") && everybody("2001:db8::1"));
  const some = allowList(["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "nonsense", "1.2.3.4/99"]);
  for (const address of ["10.255.0.1", "192.0.2.7", "2001:db8:1::1"]) assert.ok(some(address));
  for (const address of ["11.0.0.1", "192.0.2.8", "2001:db9::1", "1.2.3.4", ""]) {
    assert.equal(some(address), false, address);
  }
  assert.equal(allowList(["nonsense"])("127.0.0.2"), false, "what cannot be read lets nobody in");
});

test("an address without what only this server knows of it", () => {
  assert.equal(clientOf({ remoteAddress: "::ffff:192.0.2.1" }), "192.0.2.1");
  assert.equal(clientOf({ remoteAddress: "fe80::1%eth0" }), "fe80::1");
  assert.equal(clientOf({ remoteAddress: undefined }), "");
});

test("connections are counted for each subscriber, and for this server as one", () => {
  assert.equal(placeOf("127.0.0.1"), placeOf("127.9.9.9"));
  assert.equal(placeOf("127.0.0.1"), placeOf("::1"));
  assert.equal(placeOf("2001:db8:0:7::1"), placeOf("2001:db8:0:7:ffff::2"));
  assert.notEqual(placeOf("2001:db8:0:7::1"), placeOf("2001:db8:0:8::1"));
  assert.notEqual(placeOf("::2"), placeOf("::1"));
  assert.notEqual(placeOf("192.0.2.1"), placeOf("192.0.2.2"));
});

test("names by which this server may be called", () => {
  const names = new Set(["shop", "shop.example.org"]);
  for (const [host, isOurs] of [
    ["shop", true],
    ["SHOP:29003", true],
    ["shop.example.org.:29003", true],
    ["192.0.2.1:29003", true],
    ["[2001:db8::1]:29003", true],
    ["[::1]", true],
    ["shop.evil.example", false],
    ["evil.example:29003", false],
    ["", false],
    [undefined, false],
    ["shop:29003:1", false],
    ["shop@evil", false],
    ["shop/..", false],
    ["[shop]", false],
    ["[::1", false],
    ["shop\u0000", false],
  ] as const) {
    assert.equal(isOurHost(host, names), isOurs, host);
  }
  assert.equal(hostName("[2001:DB8::1]:1"), "2001:db8::1");
});

test("where a request comes from is what its browser says", () => {
  const host = "shop:29003";
  assert.equal(foreignOrigin({ host }, true), null);
  assert.equal(foreignOrigin({ host, origin: "https://SHOP:29003" }, true), null);
  assert.notEqual(foreignOrigin({ host, origin: "http://shop:29003" }, true), null);
  assert.notEqual(foreignOrigin({ host, origin: "https://shop" }, true), null);
  assert.notEqual(foreignOrigin({ host, "sec-fetch-site": "same-site" }, true), null);
});

interface Served {
  readonly doors: Doors;
  readonly port: number;
}

async function serve(t: TestContext, firstByteLimit: number): Promise<Served> {
  const limits = { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 50 };
  const answering = (text: string) =>
    createServer(limits, (_request, response) => response.end(text));
  const doors = new Doors({
    plain: answering("plain"),
    secure: answering("secure"),
    elsewhere: answering("elsewhere"),
    mayEnter: () => true,
    firstByteLimit,
  });
  const listening = await doors.listen({ host: "127.0.0.1", port: 0 });
  assert.ok(listening.ok);
  t.after(() => {
    doors.stopListening();
    doors.closeAll();
  });
  return { doors, port: listening.value };
}

test("who says nothing, or stops in the middle of a request, is sent away", async (t) => {
  const silent = await serve(t, 300);
  assert.equal(await sendRaw(silent.port, ""), "");
  await until("the silent one is gone", () => silent.doors.connections === 0);
  const { doors, port } = await serve(t, 60_000);
  assert.match(await sendRaw(port, "GET / HTTP/1.1\r\nhost: x\r\n"), /^HTTP\/1\.1 408 /);
  const slowBody = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n1";
  assert.match(await sendRaw(port, slowBody), /^HTTP\/1\.1 (?:200|408) /);
  await until("all are gone", () => doors.connections === 0);
});

test("plain and encrypted on one port", async (t) => {
  const { port } = await serve(t, 60_000);
  const get = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
  assert.match(await sendRaw(port, get), /plain$/);
  // The server behind speaks no TLS here: it is the right one when it does not understand a hello.
  assert.match(await sendRaw(port, "\u0016\u0003\u0001"), /^(?:HTTP\/1\.1 400 [^]*)?$/);
});

test("one address has so many connections, and gets new ones when old ones end", async (t) => {
  const { doors, port } = await serve(t, 60_000);
  const sockets: Socket[] = [];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  // A few at a time: of those that find the kernel's queue full some are lost for minutes.
  for (let round = 1; round <= 7; round += 1) {
    for (let one = 0; one < 50; one += 1) {
      sockets.push(
        connect(port, "127.0.0.1")
          .on("error", () => {})
          .resume(),
      );
    }
    await until("all were let in or sent away", () => {
      const closed = sockets.filter((socket) => socket.closed || socket.destroyed).length;
      return doors.connections + closed === 50 * round;
    });
  }
  assert.equal(doors.connections, 300);
  for (const socket of sockets) socket.destroy();
  await until("all are forgotten", () => doors.connections === 0);
  const get = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
  assert.match(await sendRaw(port, get), /plain$/);
});

test("who comes from elsewhere without encryption is sent to HTTPS, and told nothing", async (t) => {
  const names = new Set(["shop"]);
  const server = createServer((asked, response) => sendToHttps(asked, response, names));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const ask = (method: string, path: string, host: string): Promise<readonly [number, string]> =>
    new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port, path, method, headers: { host }, agent: false };
      const outgoing = request(options, (response) => {
        response.resume();
        resolve([response.statusCode ?? 0, response.headers.location ?? ""]);
      });
      outgoing.on("error", reject);
      outgoing.end();
    });
  assert.deepEqual(await ask("GET", "/?a=1", "shop:29003"), [308, "https://shop:29003/?a=1"]);
  assert.deepEqual(await ask("GET", "/", "192.0.2.1"), [308, "https://192.0.2.1/"]);
  assert.deepEqual(await ask("POST", "/v1/stop", "shop:29003"), [400, ""]);
  assert.deepEqual(await ask("GET", "/", "evil.example"), [400, ""]);
  assert.deepEqual(await ask("GET", "http://evil.example/", "shop"), [400, ""]);
});
