import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as fc from "fast-check";
import { createLinkFacts, readLinkIndex } from "../../src/host/link-facts.ts";
import { LinkNews } from "../../src/host/link-news.ts";
import { readLinkMessages } from "../../src/host/netlink.ts";
import { nameOfInterface } from "../../src/host/socket-calls.ts";

const NEW = 16;
const GONE = 17;
const UP = 0x1 | 0x40 | 0x10000;

interface Planted {
  readonly type?: number;
  readonly family?: number;
  readonly index?: number;
  readonly flags?: number;
  readonly name?: string;
  readonly state?: number;
}

/** A message as the kernel writes it (rtnetlink(7)). */
function message(planted: Planted = {}): Buffer {
  const { type = NEW, family = 0, index = 2, flags = UP, name = "eth0", state = 6 } = planted;
  const body = Buffer.alloc(16);
  body.writeUInt8(family, 0);
  body.writeInt32LE(index, 4);
  body.writeUInt32LE(flags, 8);
  const rest = [attribute(3, Buffer.from(`${name}\0`)), attribute(16, Buffer.from([state]))];
  const bytes = Buffer.concat([Buffer.alloc(16), body, ...rest]);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(type, 4);
  return bytes;
}

function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc((4 + value.length + 3) & ~3);
  bytes.writeUInt16LE(4 + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  value.copy(bytes, 4);
  return bytes;
}

test("one message is read", () => {
  const { messages, isWhole } = readLinkMessages(message());
  assert.ok(isWhole);
  assert.deepEqual(messages, [{ isGone: false, index: 2, name: "eth0", flags: UP, state: 6 }]);
});

test("several in one datagram, and others between them, are read", () => {
  const bytes = Buffer.concat([
    message(),
    message({ type: 24, name: "a route" }),
    message({ family: 7, type: GONE }),
    message({ type: GONE, name: "lan" }),
  ]);
  const { messages, isWhole } = readLinkMessages(bytes);
  assert.ok(isWhole);
  assert.deepEqual(
    messages.map(({ name, isGone }) => [name, isGone]),
    [
      ["eth0", false],
      ["lan", true],
    ],
  );
});

const malformed: readonly (readonly [string, Buffer])[] = [
  ["cut in the header", message().subarray(0, 10)],
  ["cut in the message", message().subarray(0, 40)],
  ["a length of nothing", Buffer.alloc(32)],
  ["a length beyond the end", Buffer.concat([message().subarray(0, 20)])],
  ["no interface in it", Buffer.from([16, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
];
for (const [what, bytes] of malformed) {
  test(`${what} is survived and everything is looked at`, () => {
    assert.ok(!readLinkMessages(bytes).isWhole);
    const { news, told } = watching(["eth0", "eth1"]);
    news.take(bytes);
    assert.deepEqual(told, ["link:eth0", "link:eth1"]);
  });
}

test("whatever comes is read to an end", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(80), (noise, at) => {
      const bytes = Buffer.concat([message(), message({ name: "lan" })]);
      bytes.set(noise.slice(0, Math.max(0, bytes.length - at)), at);
      const { messages } = readLinkMessages(bytes);
      return messages.length <= 6;
    }),
  );
});

/** The adapter without a kernel; `eth0` has the index 2. */
function watching(names: readonly string[]): { news: LinkNews; told: string[] } {
  const told: string[] = [];
  const news = new LinkNews({ indexOf: (name) => (name === "eth0" ? 2 : null) });
  news.onNews((source) => told.push(source));
  news.watch(new Set(names.map((name) => `link:${name}`)));
  return { news, told };
}

const stories: readonly (readonly [string, readonly Planted[], readonly string[]])[] = [
  ["the same twice", [{}, {}], ["eth0"]],
  ["carrier lost and back", [{}, { state: 2 }, {}], ["eth0", "eth0", "eth0"]],
  ["another one", [{ index: 5, name: "eth5" }], []],
  ["renamed away", [{ name: "lan" }, { name: "lan", state: 2 }], ["eth0", "eth0"]],
  ["a new one with a watched name", [{ index: 8, name: "eth1" }], ["eth1"]],
  ["gone, and again with another index", [{ type: GONE }, { index: 9 }], ["eth0", "eth0"]],
  ["flags that say nothing of the link", [{}, { flags: UP | 0x100 }], ["eth0"]],
];
for (const [what, messages, want] of stories) {
  test(`${what} is told as ${want.join(", ") || "nothing"}`, () => {
    const { news, told } = watching(["eth0", "eth1"]);
    for (const planted of messages) news.take(message(planted));
    news.close();
    assert.deepEqual(
      told,
      want.map((name) => `link:${name}`),
    );
  });
}

test("nothing is open while nothing is watched", () => {
  const { news, told } = watching([]);
  news.take(message());
  news.watch(new Set(["link:eth0"]));
  news.watch(new Set());
  news.take(message());
  news.close();
  assert.deepEqual(told, []);
});

test("the loopback is found by its index", () => {
  const index = readLinkIndex("lo") ?? -1;
  assert.equal(nameOfInterface(index), "lo");
  assert.equal(nameOfInterface(0x7fffffff), null);
  assert.equal(readLinkIndex("no-such-link"), null);
  const read = createLinkFacts().readLink("lo");
  assert.ok(read.ok);
  assert.equal(read.value?.index, index);
});

test("a card, its driver, and what is left when each goes", async () => {
  const sysfs = mkdtempSync(join(tmpdir(), "solosafe-sysfs-"));
  const card = join(sysfs, "devices/card");
  const nic = join(sysfs, "class/net/eth0");
  try {
    mkdirSync(join(sysfs, "bus/e1000e"), { recursive: true });
    mkdirSync(card, { recursive: true });
    mkdirSync(nic, { recursive: true });
    symlinkSync(join(sysfs, "bus/e1000e"), join(card, "driver"));
    symlinkSync(card, join(nic, "device"));
    for (const [file, text] of [
      ["operstate", "up\n"],
      ["ifindex", "2\n"],
      ["flags", "0x1003\n"],
      ["speed", "1000\n"],
    ] as const) {
      writeFileSync(join(nic, file), text);
    }
    mkdirSync(join(nic, "lower_wire"));
    const host = createLinkFacts(sysfs);
    const device = { path: card, driver: "e1000e" };
    const facts = { name: "eth0", index: 2, isUp: true, state: "up", lowers: ["wire"], device };
    assert.deepEqual(host.readLink("eth0"), { ok: true, value: facts });
    assert.equal(await host.readLinkSpeed("eth0"), 1000);
    writeFileSync(join(nic, "speed"), "-1\n");
    assert.equal(await host.readLinkSpeed("eth0"), null);
    rmSync(nic, { recursive: true });
    assert.deepEqual(host.readLink("eth0"), { ok: true, value: null });
    assert.equal(await host.readLinkSpeed("eth0"), null);
    assert.deepEqual(host.readLinkDevice(card), device);
    rmSync(join(card, "driver"));
    assert.deepEqual(host.readLinkDevice(card), { path: card, driver: null });
    rmSync(card, { recursive: true });
    assert.equal(host.readLinkDevice(card), null);
    rmSync(join(sysfs, "class"), { recursive: true });
    assert.ok(!host.readLink("eth0").ok, "without sysfs nobody can say");
  } finally {
    rmSync(sysfs, { recursive: true });
  }
});
