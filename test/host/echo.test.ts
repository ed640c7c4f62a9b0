import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddress } from "../../src/base/ip-address.ts";
import { createEcho } from "../../src/host/echo.ts";
import { EchoSockets } from "../../src/host/echo-sockets.ts";
import { OwnEchoes } from "../../src/host/own-echoes.ts";
import { decodeReply, encodeEcho, socketAddress } from "../../src/host/icmp.ts";
import { pingByProgram } from "../../src/host/ping-program.ts";
import type { Program, ProgramRun } from "../../src/ports/host.ts";
import type { EchoRequest } from "../../src/ports/ping.ts";

const token = Buffer.from("0123456789abcdef");
const signal = new AbortController().signal;
const request: EchoRequest = {
  address: "127.0.0.1",
  source: null,
  interface: null,
  packets: 2,
  waitMs: 10_000,
  method: "auto",
};

test("an echo request has the checksum of RFC 1071 and comes back as its reply", () => {
  const bytes = encodeEcho(4, 7, token);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  assert.equal((sum & 0xffff) + (sum >>> 16), 0xffff);
  assert.equal(decodeReply(4, bytes, bytes.length, false, token), null, "a request is no reply");
  bytes.writeUInt8(0, 0);
  assert.equal(decodeReply(4, bytes, bytes.length, false, token), 7);
  assert.equal(
    decodeReply(4, bytes, bytes.length, false, Buffer.alloc(16)),
    null,
    "somebody else's",
  );
  const header = Buffer.alloc(24);
  header.writeUInt8(0x46, 0);
  const packet = Buffer.concat([header, bytes]);
  assert.equal(decodeReply(4, packet, packet.length, true, token), 7);
  for (const length of [0, 3, 7, 23]) {
    assert.equal(decodeReply(4, bytes, length, false, token), null);
    assert.equal(decodeReply(4, packet, length, true, token), null);
  }
});

test("addresses as the kernel wants them", () => {
  const four = parseAddress("192.0.2.1");
  const six = parseAddress("2001:db8::1");
  assert.ok(four && six);
  assert.equal(socketAddress(four, 0).toString("hex"), `02000000c0000201${"00".repeat(8)}`);
  assert.equal(
    socketAddress(six, 3).toString("hex"),
    "0a0000000000000020010db800000000000000000000000103000000",
  );
});

const socketSkip = process.getuid?.() !== 0 && "only root has ICMP sockets for certain";
test("the loopback answers by socket, both families, many at once", {
  skip: socketSkip,
}, async () => {
  const sockets = new EchoSockets();
  const asked = Array.from({ length: 50 }, (_, at) => {
    const address = at % 2 === 0 ? "127.0.0.1" : "::1";
    return sockets.echo({ ...request, address }, signal);
  });
  const kinds = (await Promise.all(asked)).map((answer) => answer?.kind);
  sockets.close();
  assert.deepEqual(new Set(kinds), new Set(["answered"]));
});

test("this server answers itself at once, again and again", { skip: socketSkip }, () => {
  const host = createEcho(() => {
    throw new Error("no program is needed");
  });
  for (const address of ["127.0.0.1", "::1", "127.0.0.2", "127.0.0.1", "::1", "127.0.0.2"]) {
    const answer = host.echo({ ...request, address }, { signal });
    assert.equal("kind" in answer && answer.kind, "answered", address);
  }
});

test("pings that are asked for by others do not answer ours", { skip: socketSkip }, async () => {
  const own = new OwnEchoes();
  const others = new EchoSockets();
  const kinds = new Set<string | undefined>();
  for (let round = 0; round < 100; round += 1) {
    await others.echo(request, signal);
    kinds.add(own.echo(request)?.kind);
  }
  // A kernel that is busy with packets leaves one for later (ksoftirqd): no answer, then.
  kinds.delete(undefined);
  assert.deepEqual(kinds, new Set(["answered"]));
  own.close();
  others.close();
  assert.equal(own.echo({ ...request, interface: "lo" }), null, "not for a certain interface");
  assert.equal(own.echo({ ...request, source: "127.0.0.1" }), null, "nor source");
  assert.equal(own.echo({ ...request, address: "192.0.2.1" }), null, "nor for anybody else");
});

test("an abandoned echo ends at once", { skip: socketSkip }, async () => {
  const sockets = new EchoSockets();
  const controller = new AbortController();
  // Nobody has this address (RFC 5737).
  const asked = sockets.echo(
    { ...request, address: "192.0.2.1", waitMs: 60_000 },
    controller.signal,
  );
  controller.abort();
  assert.notEqual((await asked)?.kind, "answered");
  sockets.close();
});

test("what cannot be sent is said", { skip: socketSkip }, async () => {
  const sockets = new EchoSockets();
  const told = async (more: Partial<EchoRequest>): Promise<string> => {
    const answer = await sockets.echo({ ...request, ...more }, signal);
    return answer?.kind === "notSent" ? answer.problem.code : String(answer?.kind);
  };
  assert.equal(await told({ interface: "no-such-link" }), "ENODEV");
  assert.equal(await told({ source: "192.0.2.77" }), "EADDRNOTAVAIL");
  assert.equal(await told({ source: "::1" }), "EINVAL");
  assert.equal(await told({ address: "nonsense" }), "EINVAL");
  sockets.close();
});

const HEADER = "PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.";
const SUMMARY = "--- 192.0.2.1 ping statistics ---";
const transcripts: readonly (readonly [string, ProgramRun, string])[] = [
  [
    "an answer",
    exited(
      0,
      `${HEADER}\n64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=0.042 ms\n\n${SUMMARY}\n1 packets transmitted, 1 received, 0% packet loss, time 0ms\nrtt min/avg/max/mdev = 0.042/0.042/0.042/0.000 ms\n`,
    ),
    "answered 0.042",
  ],
  [
    "no answer",
    exited(
      1,
      `${HEADER}\n\n${SUMMARY}\n2 packets transmitted, 0 received, 100% packet loss, time 1002ms\n`,
    ),
    "silent",
  ],
  [
    "a router that says so",
    exited(
      1,
      `${HEADER}\nFrom 10.0.0.1 icmp_seq=1 Destination Host Unreachable\n\n${SUMMARY}\n1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms\n`,
    ),
    "silent",
  ],
  ["no route", exited(2, "ping: connect: Network is unreachable\n"), "noRoute"],
  ["a complaint", exited(2, "ping: unknown iface: eth7\n"), "notSent ping: unknown iface: eth7"],
  ["nothing said", exited(2, ""), "notSent it ended with 2"],
  ["one word", exited(2, "what"), "notSent what"],
  [
    "killed",
    { kind: "signaled", signal: "SIGKILL", output: "" },
    "notSent it was ended by SIGKILL",
  ],
  ["too slow", { kind: "timedOut", output: "" }, "silent"],
  ["not installed", { kind: "notStarted", code: "ENOENT", message: "" }, "noMeans"],
  [
    "no processes left",
    { kind: "notStarted", code: "EAGAIN", message: "no processes left" },
    "notSent no processes left",
  ],
];
function exited(code: number, output: string): ProgramRun {
  return { kind: "exited", code, output };
}
for (const [what, ran, want] of transcripts) {
  test(`the program: ${what}`, async () => {
    const answer = await pingByProgram(
      async () => ran,
      { ...request, address: "192.0.2.1" },
      signal,
    );
    const detail =
      answer.kind === "answered"
        ? ` ${answer.tookMs}`
        : answer.kind === "notSent"
          ? ` ${answer.problem.message}`
          : "";
    assert.equal(answer.kind + detail, want);
  });
}

test("a spawner that never answers is not waited for", async () => {
  const quick = { ...request, packets: 1, waitMs: 10 };
  const answer = await pingByProgram(() => new Promise(() => {}), quick, signal);
  assert.equal(answer.kind === "notSent" ? answer.problem.code : answer.kind, "late");
});

test("the words for the program", async () => {
  const programs: Program[] = [];
  const full = { ...request, address: "::1", interface: "lo", source: "::1", waitMs: 1500 };
  await pingByProgram(
    async (program) => {
      programs.push(program);
      return exited(1, "");
    },
    full,
    signal,
  );
  const words = "ping -n -W 2 -w 4 -c 1 -s 56 -6 -I lo -I ::1 ::1";
  assert.deepEqual(programs[0]?.command.join(" "), words);
});

test("the method decides who is asked", async () => {
  let runs = 0;
  const host = createEcho(async () => {
    runs += 1;
    return { kind: "notStarted", code: "ENOENT", message: "" };
  });
  const answer = await host.echo({ ...request, method: "program" }, { signal });
  assert.equal(answer.kind, "noMeans");
  assert.match(answer.kind === "noMeans" ? answer.hint : "", /iputils-ping/);
  assert.equal(runs, 1);
  await host.echo({ ...request, method: "socket" }, { signal });
  assert.equal(runs, 1);
});
