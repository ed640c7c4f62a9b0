import assert from "node:assert/strict";
import { test } from "node:test";
import { succeed } from "../../src/base/result.ts";
import { link } from "../../src/monitors/link.ts";
import type { LinkFacts, LinkHost } from "../../src/ports/link.ts";
import { fault, probeOf, run } from "./fake-host.ts";

const CARD = { path: "/sys/devices/card", driver: "e1000e" };
const eth0: LinkFacts = {
  name: "eth0",
  index: 2,
  isUp: true,
  state: "up",
  lowers: [],
  device: CARD,
};
const vlan: LinkFacts = { ...eth0, name: "eth0.5", index: 3, lowers: ["eth0"], device: null };

/** A server with these interfaces; speeds are in Mbit/s. */
function server(links: readonly LinkFacts[], more: Partial<LinkHost> = {}): LinkHost {
  return {
    readLink: (name) => succeed(links.find((one) => one.name === name) ?? null),
    linkName: (index) => links.find((one) => one.index === index)?.name ?? null,
    readLinkDevice: () => null,
    readLinkSpeed: async () => 1000,
    ...more,
  };
}

async function told(params: Readonly<Record<string, unknown>>, host: LinkHost): Promise<string> {
  const { outcome, reason } = await run(probeOf(link, params), host);
  return `${outcome}: ${reason}`;
}

const states: readonly (readonly [string, Partial<LinkFacts>, string])[] = [
  ["up", {}, "ok: `eth0` has a link"],
  ["a driver that does not say", { state: "unknown" }, "ok: `eth0` has a link"],
  ["no carrier", { state: "down" }, "failed: `eth0` has no carrier"],
  [
    "the other end",
    { state: "lowerlayerdown" },
    "failed: `eth0` has no carrier: the interface at its other end is down",
  ],
  ["switched off", { isUp: false, state: "down" }, "failed: `eth0` is administratively down"],
  [
    "dormant",
    { state: "dormant" },
    "failed: `eth0` is dormant: it waits for a sign-in (802.1X, Wi-Fi) or a partner",
  ],
  ["testing", { state: "testing" }, "failed: `eth0` is being tested by its driver"],
  ["not present", { state: "notpresent" }, "failed: the hardware of `eth0` is not present"],
];
for (const [what, facts, want] of states) {
  test(`${what} is told as ${want}`, async () => {
    assert.equal(await told({ interfaces: ["eth0"] }, server([{ ...eth0, ...facts }])), want);
  });
}

const lowers: readonly (readonly [Partial<LinkFacts>, Partial<LinkFacts>, string])[] = [
  [{}, {}, "ok: `eth0.5` has a link"],
  [
    { state: "down" },
    { state: "lowerlayerdown" },
    "failed: `eth0.5` is down because `eth0` below it is down",
  ],
  [
    { isUp: false },
    { isUp: false, state: "down" },
    "failed: `eth0.5` is down because `eth0` below it is down",
  ],
  [{}, { isUp: false, state: "down" }, "failed: `eth0.5` is administratively down"],
  [{ state: "unknown" }, { state: "down" }, "failed: `eth0.5` has no carrier"],
];
for (const [below, upper, want] of lowers) {
  test(`below ${JSON.stringify(below)}, upper ${JSON.stringify(upper)}: ${want}`, async () => {
    const host = server([
      { ...eth0, ...below },
      { ...vlan, ...upper },
    ]);
    assert.equal(await told({ interfaces: ["eth0.5"] }, host), want);
  });
}

const gone: readonly (readonly [string, Partial<LinkHost>, string])[] = [
  ["with its device", {}, "failed: `eth0` is gone together with its device"],
  [
    "by its driver",
    { readLinkDevice: (path) => ({ path, driver: null }) },
    "failed: `eth0` is gone: its driver `e1000e` was unloaded",
  ],
  [
    "with its driver still there",
    { readLinkDevice: (path) => ({ path, driver: "e1000e" }) },
    "failed: `eth0` is gone, although its driver is loaded",
  ],
];
for (const [what, more, want] of gone) {
  test(`gone ${what}`, async () => {
    const probe = probeOf(link, { interfaces: ["eth0"] });
    assert.equal((await run(probe, server([eth0]))).outcome, "ok");
    const { outcome, reason } = await run(probe, server([], more));
    assert.equal(`${outcome}: ${reason}`, want);
  });
}

test("renamed is followed by its index; another with the old name is the one again", async () => {
  const probe = probeOf(link, { interfaces: ["eth0"] });
  await run(probe, server([eth0]));
  const renamed = await run(probe, server([{ ...eth0, name: "lan0" }]));
  assert.equal(renamed.outcome, "warning");
  assert.match(renamed.reason, /^`eth0` was renamed to `lan0`/);
  const down = await run(probe, server([{ ...eth0, name: "lan0", state: "down" }]));
  assert.equal(down.reason, "`eth0`, now named `lan0`, has no carrier");
  const another = [
    { ...eth0, name: "lan0", state: "down" },
    { ...eth0, index: 9 },
  ] as const;
  assert.equal((await run(probe, server(another))).outcome, "ok");
});

const speeds: readonly (readonly [number | null, string, string])[] = [
  [1000, "1G", "ok: `eth0` has a link"],
  [100, "1G", "failed: `eth0` runs at 100Mbit/s, at least 1Gbit/s is expected"],
  [1000, "2.5G", "failed: `eth0` runs at 1Gbit/s, at least 2.5Gbit/s is expected"],
  [null, "10M", "unknown: `eth0` has a link, but its driver does not tell its speed"],
];
for (const [mbits, least, want] of speeds) {
  test(`a speed of ${mbits} where ${least} is expected`, async () => {
    const host = server([eth0], { readLinkSpeed: async () => mbits });
    assert.equal(await told({ interfaces: ["eth0"], "min-speed": least }, host), want);
  });
}

test("without carrier nobody complains about the speed", async () => {
  const host = server([{ ...eth0, state: "down" }], { readLinkSpeed: async () => null });
  const want = "failed: `eth0` has no carrier";
  assert.equal(await told({ interfaces: ["eth0"], "min-speed": "1G" }, host), want);
});

test("what changes while the speed is read is seen", async () => {
  let state: LinkFacts["state"] = "up";
  const host = server([], {
    readLink: () => succeed({ ...eth0, state }),
    readLinkSpeed: async () => {
      state = "down";
      return 1000;
    },
  });
  const want = "failed: `eth0` has no carrier";
  assert.equal(await told({ interfaces: ["eth0"], "min-speed": "1G" }, host), want);
});

const eth1: LinkFacts = { ...eth0, name: "eth1", index: 4 };
const off: LinkFacts = { ...eth1, isUp: false };
const several: readonly (readonly [string, LinkHost, string])[] = [
  ["all", server([eth0, eth1]), "ok: `eth0` has a link; `eth1` has a link"],
  ["all", server([eth0, off]), "failed: `eth1` is administratively down"],
  ["any", server([eth0, eth1]), "ok: `eth0` has a link; `eth1` has a link"],
  ["any", server([eth0, off]), "warning: `eth1` is administratively down; `eth0` has a link"],
  [
    "any",
    server([{ ...eth0, state: "down" }, off]),
    "failed: `eth0` has no carrier; `eth1` is administratively down",
  ],
  [
    "any",
    server([], {
      readLink: (name) =>
        name === "eth0" ? succeed({ ...eth0, isUp: false }) : fault("EACCES", "no permission"),
    }),
    "unknown: sysfs says nothing about `eth1`: no permission",
  ],
];
for (const [require, host, want] of several) {
  test(`of two ${require}: ${want}`, async () => {
    assert.equal(await told({ interfaces: ["eth0", "eth1"], require }, host), want);
  });
}

test("of many only the first are told", async () => {
  const interfaces = Array.from({ length: 200 }, (_, at) => `eth${at}`);
  assert.match(await told({ interfaces }, server([])), /^failed: there is no .*; and 196 more$/);
});

const shorts: readonly [unknown, Readonly<Record<string, unknown>> | null][] = [
  ["eth0", { interfaces: ["eth0"] }],
  [["eth0", "eth1"], { interfaces: ["eth0", "eth1"] }],
  [0, null],
  [null, null],
];
for (const [value, want] of shorts) {
  test(`the short form ${JSON.stringify(value)}`, () => {
    assert.deepEqual(link.shortForm(value), want);
  });
}

const names: readonly (readonly [string, boolean])[] = [
  ["eth0", true],
  ["abcdefghijklmno", true],
  ["enp0s31f6.4094", true],
  ["abcdefghijklmnop", false],
  ["..", false],
  [".", false],
  ["a/b", false],
  ["eth0:1", false],
  ["eth 0", false],
  ["", false],
];
for (const [name, isOne] of names) {
  test(`${JSON.stringify(name)} is ${isOne ? "" : "not "}the name of an interface`, () => {
    assert.equal(link.read({ interfaces: [name] }).ok, isOne);
  });
}

test("the kernel's word makes it due", () => {
  const read = link.read({ interfaces: ["eth0", "eth1"] });
  assert.ok(read.ok);
  assert.deepEqual(read.value.links.wakes, ["link:eth0", "link:eth1"]);
});
