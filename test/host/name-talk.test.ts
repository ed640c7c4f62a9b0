import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { createServer, type Server } from "node:net";
import { describe, test, type TestContext } from "node:test";
import fc from "fast-check";
import { decodeAnswer, encodeQuestion, nameOfAddress } from "../../src/host/name-message.ts";
import { askName } from "../../src/host/name-talk.ts";
import type { NameAnswer, RecordType } from "../../src/ports/name.ts";

const name = (text: string): Buffer =>
  Buffer.concat([
    ...text.split(".").map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ]);

interface Reply {
  readonly code?: number;
  readonly isCut?: boolean;
  /** Number of the type and data. */
  readonly records?: readonly (readonly [number, Buffer])[];
}

/** An answer to a question, written by the rules of RFC 1035 and not by the code under test. */
function reply(question: Buffer, { code = 0, isCut = false, records = [] }: Reply): Buffer {
  const header = Buffer.alloc(12);
  question.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | code | (isCut ? 0x200 : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  const written = records.map(([type, data]) => {
    const head = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, 0]);
    head.writeUInt16BE(data.length, 10);
    return Buffer.concat([head, data]);
  });
  return Buffer.concat([header, question.subarray(12), ...written]);
}

/** A real server on loopback; what `answer` returns is sent. */
async function serve(
  t: TestContext,
  answer: (question: Buffer) => readonly Buffer[],
): Promise<number> {
  const socket = createSocket("udp4");
  socket.on("message", (question, from) => {
    for (const bytes of answer(question)) socket.send(bytes, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  t.after(() => socket.close());
  return socket.address().port;
}

const ask = (port: number, record: RecordType = "A", timeoutMs = 120_000): Promise<NameAnswer> => {
  const server = { address: "127.0.0.1", port };
  const signal = new AbortController().signal;
  return askName({ server, name: "shop.example.org", record, timeoutMs }, signal);
};

const A = 1;
const records: readonly [RecordType, number, Buffer, string][] = [
  ["A", A, Buffer.from([192, 0, 2, 10]), "192.0.2.10"],
  ["AAAA", 28, Buffer.from("20010db8000000000000000000000001", "hex"), "2001:db8::1"],
  [
    "MX",
    15,
    Buffer.concat([Buffer.from([0, 10]), name("mail.example.org")]),
    "10 mail.example.org",
  ],
  ["MX", 15, Buffer.from([0, 20, 4, 109, 97, 105, 108, 0xc0, 17]), "20 mail.example.org"],
  ["TXT", 16, Buffer.from("\u0002v=\u0003one", "latin1"), "v=one"],
  ["CNAME", 5, name("other.example.org"), "other.example.org"],
  ["NS", 2, name("ns.example.org"), "ns.example.org"],
  ["PTR", 12, name("nine.example.org"), "nine.example.org"],
  [
    "SRV",
    33,
    Buffer.concat([Buffer.from([0, 1, 0, 2, 0x13, 0xc4]), name("sip.example.org")]),
    "1 2 5060 sip.example.org",
  ],
];
describe("records", () => {
  for (const [record, type, data, want] of records) {
    test(`${record} ${want}`, async (t) => {
      const port = await serve(t, (question) => [reply(question, { records: [[type, data]] })]);
      const answer = await ask(port, record);
      assert.deepEqual(answer.kind === "answered" ? answer.records : answer, [want]);
    });
  }

  test("an alias on the way to an address is left out", async (t) => {
    const port = await serve(t, (question) => [
      reply(question, {
        records: [
          [5, name("other.example.org")],
          [A, Buffer.from([192, 0, 2, 1])],
        ],
      }),
    ]);
    const answer = await ask(port);
    assert.deepEqual(answer.kind === "answered" && answer.records, ["192.0.2.1"]);
  });
});

describe("answers that are none", () => {
  const kinds: readonly [string, Reply | Buffer, NameAnswer][] = [
    ["NXDOMAIN", { code: 3 }, { kind: "noSuchName" }],
    ["SERVFAIL", { code: 2 }, { kind: "serverFailed" }],
    ["REFUSED", { code: 5 }, { kind: "refused" }],
    ["NOTIMP", { code: 4 }, { kind: "otherCode", code: 4 }],
    ["no record of the type", {}, { kind: "noRecord" }],
    ["a few bytes", Buffer.from("hello"), { kind: "garbled" }],
    ["an address of three bytes", { records: [[A, Buffer.alloc(3)]] }, { kind: "garbled" }],
  ];
  for (const [title, what, want] of kinds) {
    test(title, async (t) => {
      const port = await serve(t, (question) => [
        Buffer.isBuffer(what) ? what : reply(question, what),
      ]);
      assert.deepEqual(await ask(port), want);
    });
  }

  test("a name in a circle", () => {
    const question = encodeQuestion(7, "a.b", "CNAME");
    assert.ok(question !== null);
    const circle = reply(question, { records: [[5, Buffer.from([0xc0, 33])]] });
    assert.deepEqual(decodeAnswer(circle, question, "CNAME"), { kind: "garbled" });
  });

  test("nobody listens", async () => {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    const { port } = socket.address();
    await new Promise<void>((resolve) => socket.close(resolve));
    const answer = await ask(port);
    assert.equal(answer.kind === "unreachable" && answer.problem.code, "ECONNREFUSED");
  });

  test("silence is waited for until the timeout, or until nobody wants to know", async (t) => {
    const port = await serve(t, () => []);
    assert.deepEqual(await ask(port, "A", 50), { kind: "silent" });
    const server = { address: "127.0.0.1", port };
    const question = { server, name: "a.b", record: "A", timeoutMs: 60_000 } as const;
    assert.deepEqual(await askName(question, AbortSignal.timeout(20)), { kind: "silent" });
    assert.deepEqual(await askName(question, AbortSignal.abort()), { kind: "silent" });
  });

  test("a name that cannot be sent does not exist", async () => {
    const server = { address: "127.0.0.1", port: 9 };
    const question = { server, name: "x".repeat(64), record: "A", timeoutMs: 1000 } as const;
    const answer = await askName(question, new AbortController().signal);
    assert.deepEqual(answer, { kind: "noSuchName" });
  });
});

const right: Reply = { records: [[A, Buffer.from([192, 0, 2, 1])]] };

test("a lost question is sent again", async (t) => {
  let asked = 0;
  const port = await serve(t, (question) => {
    asked += 1;
    return asked === 1 ? [] : [reply(question, right)];
  });
  assert.equal((await ask(port)).kind, "answered");
  // Once more where this process was kept from reading the answer.
  assert.ok(asked >= 2);
});

test("an answer to another question is not taken", async (t) => {
  const port = await serve(t, (question) => {
    const other = Buffer.from(question);
    other.writeUInt16BE(question.readUInt16BE(0) ^ 1, 0);
    return [reply(other, { code: 3 }), question, reply(question, right)];
  });
  assert.equal((await ask(port)).kind, "answered");
});

/** The server listens at the port of a name server that cuts its answers; others may have the same. */
async function listenBeside(t: TestContext, server: Server): Promise<number> {
  for (let left = 20; ; left -= 1) {
    const port = await serve(t, (question) => [reply(question, { isCut: true })]);
    const problem = await new Promise<Error | null>((resolve) => {
      server.once("error", resolve);
      server.listen(port, "127.0.0.1", () => resolve(null));
    });
    if (problem === null) return port;
    if (left === 0) throw problem;
  }
}

test("a long answer is asked for over TCP", async (t) => {
  const many: Reply = {
    records: Array.from({ length: 40 }, (_, index) => [A, Buffer.from([10, 0, 0, index])] as const),
  };
  const server = createServer((socket) => {
    socket.once("data", (chunk) => {
      const bytes = reply(chunk.subarray(2), many);
      socket.write(Buffer.from([bytes.length >> 8]));
      socket.write(Buffer.concat([Buffer.from([bytes.length & 255]), bytes.subarray(0, 100)]));
      setImmediate(() => socket.write(bytes.subarray(100)));
    });
  });
  t.after(() => server.close());
  const port = await listenBeside(t, server);
  const answer = await ask(port);
  assert.equal(answer.kind === "answered" && answer.records.length, 40);
});

test("addresses are asked for by the names that stand for them", () => {
  assert.equal(nameOfAddress("192.0.2.9"), "9.2.0.192.in-addr.arpa");
  const zeros = "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0";
  assert.equal(nameOfAddress("2001:db8::1"), `1.${zeros}.8.b.d.0.1.0.0.2.ip6.arpa`);
  assert.equal(nameOfAddress("9.2.0.192.in-addr.arpa"), null);
});

test("whatever bytes come, the answer is one of the kinds", () => {
  const question = encodeQuestion(258, "a.b", "SRV");
  assert.ok(question !== null);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, isAnswer) => {
      const message = Buffer.from(bytes);
      if (isAnswer && message.length >= 12) reply(question, {}).copy(message, 0, 0, 4);
      decodeAnswer(message, question, "SRV");
    }),
    { numRuns: 2000 },
  );
});
