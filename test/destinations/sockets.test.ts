/** Syslog over UDP, TCP and TLS, datagrams on this server, and the journal's own protocol. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createServer as createSafe } from "node:tls";
import type { BytesDispatch } from "../../src/base/destination.ts";
import {
  AF_UNIX,
  bindTo,
  closeSocket,
  createSocket as createDatagrams,
  receiveBytes,
  SOCK_DGRAM,
} from "../../src/host/socket-calls.ts";
import { deliver } from "../../src/workers/deliver.ts";
import { Authority, type Identity } from "../mail/certificates.ts";

const PATIENT = 60_000;
const NO_PLACES = { run: "/nowhere", state: "/nowhere" };
const folder = mkdtempSync(join(tmpdir(), "solosafe sock-"));
const servers: Server[] = [];
let authority: Authority;
let good: Identity;

before(() => {
  authority = new Authority(folder);
  good = authority.sign("good", "IP:127.0.0.1");
});

after(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

function bytes(more: Partial<BytesDispatch>, timeoutMs = PATIENT) {
  const dispatch: BytesDispatch = {
    kind: "bytes",
    by: "tcp",
    host: "127.0.0.1",
    port: 0,
    text: "あ line",
    answer: null,
    ca: null,
    isVerified: true,
    ...more,
  };
  return deliver(dispatch, timeoutMs, NO_PLACES);
}

/** A listener that gives everything it is sent until the end. */
function gathering(): { readonly onSocket: (socket: Socket) => void; all: Promise<string> } {
  const { promise, resolve } = Promise.withResolvers<string>();
  const onSocket = (socket: Socket): void => {
    let text = "";
    socket.on("data", (part: Buffer) => (text += part.toString()));
    socket.on("end", () => resolve(text));
    socket.on("error", () => {});
  };
  return { onSocket, all: promise };
}

test("udp: one datagram", async () => {
  const socket = createSocket("udp4");
  const heard = new Promise<string>((resolve) =>
    socket.once("message", (one) => resolve(one.toString())),
  );
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  assert.equal(await bytes({ by: "udp", port: socket.address().port }), null);
  assert.equal(await heard, "あ line");
  socket.close();
});

test("tcp: everything arrives, also where nobody closes", async () => {
  const listener = gathering();
  const port = await open(createServer(listener.onSocket));
  assert.equal(await bytes({ port, text: "x".repeat(100_000) }), null);
  assert.equal((await listener.all).length, 100_000);
});

test("tcp: an answer that is right, wrong, missing, late", async () => {
  const answering = async (say: string | null): Promise<number> =>
    await open(
      createServer((socket) => {
        socket.on("error", () => {});
        socket.once("data", () => {
          if (say !== null) socket.end(say);
        });
      }),
    );
  assert.equal(await bytes({ port: await answering("\u0006"), answer: "\u0006" }), null);
  assert.match(
    (await bytes({ port: await answering("\u0015"), answer: "\u0006" }))?.why ?? "",
    /it answers/,
  );
  assert.match(
    (await bytes({ port: await answering(""), answer: "A" }))?.why ?? "",
    /without an answer/,
  );
  const late = await bytes({ port: await answering(null), answer: "A" }, 300);
  assert.match(late?.why ?? "", /^(?:it did not|no) answer within 300ms/);
});

test("tcp: nobody there", async () => {
  const server = createServer();
  const port = await open(server);
  await new Promise((resolve) => server.close(resolve));
  const delivered = await bytes({ port });
  assert.deepEqual(
    [delivered?.step, delivered?.why],
    ["connect", "nobody listens there (connection refused)"],
  );
});

test("tls: verified, distrusted, not spoken", async () => {
  const listener = gathering();
  const port = await open(createSafe(good, listener.onSocket));
  const ca = authority.path;
  assert.equal(await bytes({ by: "tls", port, ca }), null);
  assert.equal(await listener.all, "あ line");
  const distrusted = await bytes({ by: "tls", port });
  assert.match(distrusted?.why ?? "", /not trusted/);
  const plain = await open(
    createServer((socket) => void socket.once("data", () => socket.end("no\n"))),
  );
  assert.equal((await bytes({ by: "tls", port: plain, ca }))?.step, "tls");
});

/** A datagram socket of this server, such as the journal's; what it was sent. */
function datagrams(path: string): { read: () => Buffer | null; close: () => void } {
  const fd = createDatagrams(AF_UNIX, SOCK_DGRAM, 0);
  assert.ok(fd >= 0);
  const address = Buffer.alloc(110);
  address.writeUInt16LE(AF_UNIX, 0);
  address.write(path, 2);
  assert.equal(bindTo(fd, address), 0);
  const buffer = Buffer.alloc(64 * 1024);
  return {
    read: () => {
      const length = receiveBytes(fd, buffer);
      return length < 0 ? null : Buffer.from(buffer.subarray(0, length));
    },
    close: () => closeSocket(fd),
  };
}

test("this server's syslog: a datagram; nobody there; one that is behind", async (t) => {
  const host = join(folder, "log");
  assert.match((await bytes({ by: "unix", host }))?.why ?? "", /nobody listens at/);
  const listener = datagrams(host);
  t.after(() => listener.close());
  assert.equal(await bytes({ by: "unix", host }), null);
  assert.equal(listener.read()?.toString(), "あ line");
  let last = null;
  for (let count = 0; count < 2000 && last === null; count += 1) {
    last = await bytes({ by: "unix", host }, 50);
  }
  assert.match(last?.why ?? "", /takes nothing any more/);
  const long = await bytes({ by: "unix", host: join(folder, "x".repeat(200)) });
  assert.match(long?.why ?? "", /too long/);
});

test("the journal: fields, and no text that pretends to be one", async (t) => {
  const socket = join(folder, "journal");
  const listener = datagrams(socket);
  t.after(() => listener.close());
  const fields = [
    ["MESSAGE", "two\nPRIORITY=0"],
    ["PRIORITY", "3"],
  ] as const;
  assert.equal(await deliver({ kind: "journal", socket, fields }, PATIENT, NO_PLACES), null);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(14n);
  const expected = [Buffer.from("MESSAGE\n"), length, Buffer.from("two\nPRIORITY=0\nPRIORITY=3\n")];
  assert.deepEqual(listener.read(), Buffer.concat(expected));
  const gone = await deliver(
    { kind: "journal", socket: join(folder, "no"), fields },
    PATIENT,
    NO_PLACES,
  );
  assert.match(gone?.hint ?? "", /systemd-journald\.service/);
});
