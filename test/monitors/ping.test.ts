import assert from "node:assert/strict";
import { test } from "node:test";
import { succeed } from "../../src/base/result.ts";
import { ping } from "../../src/monitors/ping.ts";
import { type Silence, whoseFault } from "../../src/monitors/whose-fault.ts";
import type { Host } from "../../src/ports/host.ts";
import type { LinkFacts } from "../../src/ports/link.ts";
import type { NameAnswer } from "../../src/ports/name.ts";
import type { EchoAnswer, EchoRequest } from "../../src/ports/ping.ts";
import { fault, probeOf, run } from "./fake-host.ts";

const eth0: LinkFacts = {
  name: "eth0",
  index: 2,
  isUp: true,
  state: "up",
  lowers: [],
  device: null,
};
const ROUTES = `Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT
eth0 00000000 0101000A 0003 0 0 100 00000000 0 0 0
eth0 0001000A 00000000 0001 0 0 100 00FFFFFF 0 0 0
`;
const STRAIGHT = `Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT
ppp0 00000000 00000000 0001 0 0 0 00000000 0 0 0
`;
const ANSWERED: EchoAnswer = { kind: "answered", tookMs: 0.25 };
const SILENT: EchoAnswer = { kind: "silent" };

interface World {
  /** Answers by address; left out: silent. */
  readonly echoes?: Readonly<Record<string, EchoAnswer>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly link?: Partial<LinkFacts> | null;
  readonly names?: NameAnswer;
  readonly ports?: Readonly<Record<string, string>>;
  readonly requests?: EchoRequest[];
}

function server(world: World): Partial<Host> {
  const { echoes = {}, link = {}, ports = {} } = world;
  const files: Readonly<Record<string, string>> = {
    "/proc/net/route": ROUTES,
    "/proc/net/arp": "",
    "/etc/resolv.conf": "nameserver 10.0.1.53\n",
    ...world.files,
  };
  return {
    echo: async (request) => {
      world.requests?.push(request);
      return echoes[request.address] ?? SILENT;
    },
    readFile: async (path) => {
      const text = files[path];
      return text === undefined ? fault("ENOENT") : succeed(text);
    },
    readLink: () => succeed(link === null ? null : { ...eth0, ...link }),
    askName: async () => world.names ?? { kind: "silent" },
    tcp: async ({ host, port }) => fault(ports[`${host}:${port}`] ?? "ETIMEDOUT"),
  };
}

const arp = (
  ...rows: readonly (readonly [string, boolean])[]
): Readonly<Record<string, string>> => ({
  "/proc/net/arp": rows
    .map(([address, isThere]) => `${address} 0x1 ${isThere ? "0x2" : "0x0"} 02:00 * eth0`)
    .join("\n"),
});

const cases: readonly (readonly [string, Readonly<Record<string, unknown>>, World, string])[] = [
  [
    "one answers",
    { addresses: ["10.0.1.9"] },
    { echoes: { "10.0.1.9": ANSWERED } },
    "ok: 10.0.1.9 answered in 0.3ms",
  ],
  [
    "the gateway answers",
    { addresses: ["gateway"] },
    { echoes: { "10.0.1.1": ANSWERED } },
    "ok: the gateway 10.0.1.1 answered in 0.3ms",
  ],
  [
    "any is enough",
    { addresses: ["10.0.1.8", "10.0.1.9"], require: "any" },
    { echoes: { "10.0.1.9": ANSWERED } },
    "ok: 10.0.1.9 answered in 0.3ms",
  ],
  [
    "no carrier",
    { addresses: ["gateway"] },
    { link: { state: "down" } },
    "failed (acts): the gateway 10.0.1.1 cannot be reached: `eth0` has no carrier (own link)",
  ],
  [
    "a missing interface",
    { addresses: ["192.0.2.1"], interface: "eth0" },
    { link: null, echoes: { "192.0.2.1": notSent("ENODEV") } },
    "failed (acts): 192.0.2.1 cannot be reached: there is no interface `eth0` (own link)",
  ],
  [
    "no default route",
    { addresses: ["gateway"] },
    { files: { "/proc/net/route": "" } },
    "failed (acts): the gateway cannot be reached: this server has no default route (own link)",
  ],
  [
    "a default route without a gateway",
    { addresses: ["gateway"] },
    { files: { "/proc/net/route": STRAIGHT } },
    "unknown: the default route leads straight into `ppp0`, there is no gateway to ping",
  ],
  [
    "nobody on the wire",
    { addresses: ["192.0.2.1"] },
    { files: arp(["10.0.1.1", false]) },
    "failed: 192.0.2.1 does not answer: `eth0` has a link, but nobody on it answers (cable or switch)",
  ],
  [
    "only the gateway is gone",
    { addresses: ["192.0.2.1"] },
    { files: arp(["10.0.1.1", false], ["10.0.1.9", true]) },
    "failed: 192.0.2.1 does not answer, and neither does the gateway 10.0.1.1 (gateway)",
  ],
  [
    "the gateway answers, what is behind it does not",
    { addresses: ["192.0.2.1"] },
    { echoes: { "10.0.1.1": ANSWERED } },
    "failed: 192.0.2.1 does not answer: the gateway 10.0.1.1 does (beyond the gateway)",
  ],
  [
    "the gateway drops pings",
    { addresses: ["gateway"] },
    { files: arp(["10.0.1.1", true]) },
    "ok: the gateway 10.0.1.1 is there and drops pings",
  ],
  [
    "the gateway by its address drops pings, and something beyond it answers",
    { addresses: ["10.0.1.1", "192.0.2.1"] },
    { echoes: { "192.0.2.1": ANSWERED } },
    "ok: 192.0.2.1 answered in 0.3ms; the gateway 10.0.1.1 is there and drops pings",
  ],
  [
    "an anchor beyond the gateway refuses, so it is there",
    { addresses: ["gateway"], anchor: "192.0.2.5:53" },
    { ports: { "192.0.2.5:53": "ECONNREFUSED" } },
    "ok: the gateway 10.0.1.1 is there and drops pings",
  ],
  [
    "an anchor does not answer either",
    { addresses: ["gateway"], anchor: "192.0.2.5:53" },
    { files: arp(["10.0.1.1", false], ["10.0.1.9", true]) },
    "failed: the gateway 10.0.1.1 does not answer: nobody in the network of `eth0` has this address (gateway)",
  ],
  [
    "the nearest fault explains the others",
    { addresses: ["192.0.2.1", "gateway"] },
    { files: arp(["10.0.1.1", false], ["10.0.1.9", true]) },
    "failed: 192.0.2.1 does not answer, and neither does the gateway 10.0.1.1 (gateway); and 1 more",
  ],
  [
    "no means",
    { addresses: ["gateway"] },
    { echoes: { "10.0.1.1": { kind: "noMeans", hint: "install ping" } } },
    "unknown: nothing can be pinged from here: install ping",
  ],
  [
    "a firewall of its own",
    { addresses: ["10.0.1.9"] },
    { echoes: { "10.0.1.9": notSent("EPERM") } },
    "unknown: this server could not ping: EPERM",
  ],
  [
    "a source that it does not have",
    { addresses: ["10.0.1.9"], source: "10.0.9.9" },
    { echoes: { "10.0.1.9": notSent("EADDRNOTAVAIL") } },
    "failed (acts): 10.0.1.9 cannot be reached: EADDRNOTAVAIL (own link)",
  ],
  [
    "a name that no server knows",
    { addresses: ["www.example.org"] },
    { names: { kind: "noSuchName" } },
    "failed: `www.example.org` cannot be looked up: no name server knows it",
  ],
  [
    "dead name servers",
    { addresses: ["www.example.org"] },
    {},
    "failed: `www.example.org` cannot be looked up: no name server answers",
  ],
  [
    "a name that cannot be looked up because of the own link",
    { addresses: ["www.example.org"] },
    { link: { isUp: false } },
    "failed (acts): `www.example.org` cannot be reached: `eth0` is administratively down (own link)",
  ],
  [
    "a name of the hosts file",
    { addresses: ["shop"] },
    { files: { "/etc/hosts": "10.0.1.9 Shop # it\n" }, echoes: { "10.0.1.9": ANSWERED } },
    "ok: `shop` (10.0.1.9) answered in 0.3ms",
  ],
];

function notSent(code: string): EchoAnswer {
  return { kind: "notSent", problem: { code, message: code } };
}

for (const [what, params, world, want] of cases) {
  test(`${what}: ${want}`, async () => {
    const { outcome, reason, isAlertOnly } = await run(probeOf(ping, params), server(world));
    const acts = outcome === "failed" && isAlertOnly !== true ? " (acts)" : "";
    assert.equal(`${outcome}${acts}: ${reason}`, want);
  });
}

test("a name's addresses are remembered while no name server answers", async () => {
  const probe = probeOf(ping, { addresses: ["shop.example.org"] });
  const names: NameAnswer = { kind: "answered", records: ["10.0.1.9"], tookMs: 1 };
  const echoes = { "10.0.1.9": ANSWERED };
  assert.equal((await run(probe, server({ names, echoes }))).outcome, "ok");
  const { outcome, reason } = await run(probe, server({ echoes }));
  assert.equal(outcome, "ok");
  assert.match(reason, /answered in 0\.3ms \(its address of before: no name server answers\)$/);
});

test("files of names on a disk that hangs do not make the probe hang", async () => {
  const world = server({});
  const { outcome, reason, isAlertOnly } = await run(
    probeOf(ping, { addresses: ["shop.example.org"] }),
    {
      ...world,
      readFile: async (path, most) =>
        path.startsWith("/etc/")
          ? await new Promise(() => {})
          : ((await world.readFile?.(path, most)) ?? fault("ENOENT")),
    },
  );
  assert.equal(outcome, "failed");
  assert.ok(isAlertOnly);
  assert.match(reason, /the files that say how to look it up cannot be read$/);
});

test("a route that is gone after its router is not this server's fault", async () => {
  const probe = probeOf(ping, { addresses: ["192.0.2.1"] });
  const dead = { files: arp(["10.0.1.1", false], ["10.0.1.9", true]) };
  assert.equal((await run(probe, server(dead))).isAlertOnly, true);
  const gone = { files: { "/proc/net/route": "" }, echoes: { "192.0.2.1": { kind: "noRoute" } } };
  const later = await run(probe, server(gone as World));
  assert.equal(later.isAlertOnly, true);
  assert.match(later.reason, /this server has no route there any more; it did not answer before/);
  const fresh = await run(probeOf(ping, { addresses: ["192.0.2.1"] }), server(gone as World));
  assert.equal(fresh.isAlertOnly ?? false, false);
});

test("what is asked is what was configured, within the timeout", async () => {
  const requests: EchoRequest[] = [];
  const params = {
    addresses: ["fe80::1"],
    interface: "eth0",
    packets: 2,
    wait: "10s",
    method: "program",
  };
  await run(probeOf(ping, params), server({ requests, echoes: { "fe80::1%eth0": ANSWERED } }));
  assert.deepEqual(requests, [
    {
      address: "fe80::1%eth0",
      source: null,
      interface: "eth0",
      packets: 2,
      waitMs: 1650,
      method: "program",
    },
  ]);
});

const SILENCE: Silence = {
  shown: "X",
  isGateway: false,
  interface: "eth0",
  ownFault: null,
  gateway: "G",
  isGatewayAnswering: false,
  firstHop: "unclear",
  hasOtherNeighbours: null,
  answeringBeyond: null,
};
const verdicts: readonly (readonly [Partial<Silence>, string])[] = [
  [{}, "gateway"],
  [{ ownFault: "broken" }, "own"],
  [{ isGatewayAnswering: true }, "beyond"],
  [{ firstHop: "there" }, "beyond"],
  [{ answeringBeyond: "Y" }, "beyond"],
  [{ firstHop: "notThere" }, "gateway"],
  [{ firstHop: "notThere", hasOtherNeighbours: true }, "gateway"],
  [{ firstHop: "notThere", hasOtherNeighbours: false }, "cable"],
  [{ firstHop: "unclear", hasOtherNeighbours: false }, "gateway"],
  [{ gateway: null }, "beyond"],
  [{ gateway: null, firstHop: "there" }, "beyond"],
  [{ gateway: null, firstHop: "notThere", hasOtherNeighbours: true }, "beyond"],
  [{ gateway: null, firstHop: "notThere", hasOtherNeighbours: false }, "cable"],
  [{ gateway: null, isGateway: true }, "gateway"],
  [{ gateway: null, isGateway: true, firstHop: "there" }, "none"],
  [{ gateway: null, isGateway: true, answeringBeyond: "Y" }, "none"],
  [{ gateway: null, isGateway: true, firstHop: "notThere" }, "gateway"],
];
for (const [facts, want] of verdicts) {
  test(`${JSON.stringify(facts)}: ${want}`, () => {
    assert.equal(whoseFault({ ...SILENCE, ...facts })?.fault ?? "none", want);
  });
}

const targets: readonly (readonly [string, boolean])[] = [
  ["gateway", true],
  ["192.0.2.1", true],
  ["2001:db8::1", true],
  ["www.example.org", true],
  ["host_1", true],
  ["192.0.2.300", false],
  ["-c", false],
  ["a..b", false],
  ["a b", false],
  ["", false],
];
for (const [text, isOne] of targets) {
  test(`${JSON.stringify(text)} can ${isOne ? "" : "not "}be pinged`, () => {
    assert.equal(ping.read({ addresses: [text] }).ok, isOne);
  });
}

const complaints: readonly (readonly [Readonly<Record<string, unknown>>, readonly string[]])[] = [
  [{ addresses: ["fe80::1"] }, ["addresses"]],
  [{ addresses: ["fe80::1"], interface: "eth0" }, []],
  [{ addresses: ["fe80::1%eth0"] }, []],
  [{ addresses: ["192.0.2.1"], source: "::1" }, ["source"]],
];
for (const [params, want] of complaints) {
  test(`${JSON.stringify(params)} is complained about at ${want.join() || "nothing"}`, () => {
    const read = ping.read(params);
    assert.ok(read.ok);
    assert.deepEqual(
      read.value.complaints.map(({ key }) => key),
      want,
    );
  });
}

const shorts: readonly [unknown, Readonly<Record<string, unknown>> | null][] = [
  ["gateway", { addresses: ["gateway"] }],
  ["192.0.2.1", { addresses: ["192.0.2.1"] }],
  [["192.0.2.1", "gateway"], { addresses: ["192.0.2.1", "gateway"] }],
  [7, null],
];
for (const [value, want] of shorts) {
  test(`the short form ${JSON.stringify(value)}`, () => {
    assert.deepEqual(ping.shortForm(value), want);
  });
}
