import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type LineProgram, NetworkLab, NO_NETWORKS } from "./network-lab.ts";

const PROGRAM = join(import.meta.dirname, "../programs/ping-from-here.ts");
const options = { skip: NO_NETWORKS };
/** Nobody has this address. */
const DEAD_SERVER = "nameserver 10.0.1.77\n";

interface Line {
  readonly outcome: string;
  readonly reason: string;
  readonly isAlertOnly?: boolean;
}

const lab = new NetworkLab();
after(() => lab.close());

// me and near hang on a switch (lan) with the gateway gw, behind which far is.
let me = "";
let lan = "";
let gw = "";
let near = "";
let far = "";

before(() => {
  if (NO_NETWORKS !== false) return;
  [me, lan, gw, near, far] = ["me", "lan", "gw", "near", "far"].map((word) => lab.space(word)) as [
    string,
    string,
    string,
    string,
    string,
  ];
  lab.batch(lan, ["link add br0 type bridge", "link set br0 up"]);
  for (const [space, word] of [
    [me, "me"],
    [gw, "gw"],
    [near, "near"],
  ] as const) {
    lab.batch(lan, [
      `link add port-${word} type veth peer name eth0 netns ${space}`,
      `link set port-${word} master br0 up`,
    ]);
    lab.ip(space, "link set eth0 up");
  }
  lab.batch(gw, [
    `link add eth1 type veth peer name eth0 netns ${far}`,
    "link set eth1 up",
    "addr add 10.0.1.1/24 dev eth0",
    "addr add 10.0.2.1/24 dev eth1",
    "addr add fd00:1::1/64 dev eth0 nodad",
    "addr add fe80::1/64 dev eth0 nodad",
    "addr add fd00:2::1/64 dev eth1 nodad",
  ]);
  lab.batch(far, [
    "link set eth0 up",
    "addr add 10.0.2.2/24 dev eth0",
    "addr add fd00:2::2/64 dev eth0 nodad",
    "route add default via 10.0.2.1",
    "route add default via fd00:2::1",
  ]);
  lab.ip(near, "addr add 10.0.1.9/24 dev eth0");
  lab.setting(gw, "ipv4/ip_forward", "1");
  lab.setting(gw, "ipv6/conf/all/forwarding", "1");
  lab.batch(me, ["addr add 10.0.1.2/24 dev eth0", "route add default via 10.0.1.1"]);
});

/** One probe of a monitor that was just configured. */
async function probe(
  params: Readonly<Record<string, unknown>>,
  ...files: readonly string[]
): Promise<Line> {
  const program = start(params, ...files);
  try {
    return await program.ask<Line>("probe");
  } finally {
    await program.end();
  }
}

function start(
  params: Readonly<Record<string, unknown>>,
  ...files: readonly string[]
): LineProgram {
  const quick = { packets: 2, wait: "300ms", ...params };
  return lab.start(me, PROGRAM, JSON.stringify(quick), ...files);
}

/** Something is broken for one probe and put right again; the neighbours are asked anew. */
async function whileBroken(
  space: string,
  breaks: readonly string[],
  repairs: readonly string[],
  use: () => Promise<void>,
): Promise<void> {
  lab.batch(space, breaks);
  lab.ip(me, "neigh flush all");
  try {
    await use();
  } finally {
    lab.batch(space, repairs);
    lab.ip(me, "neigh flush all");
  }
}

function assertTold(line: Line, outcome: string, reason: RegExp, isOwn = false): void {
  assert.match(line.reason, reason);
  assert.equal(line.outcome, outcome);
  assert.equal(line.isAlertOnly ?? false, outcome === "failed" && !isOwn);
}

const good: readonly (readonly [Readonly<Record<string, unknown>>, RegExp])[] = [
  [{ addresses: ["gateway"] }, /^the gateway 10\.0\.1\.1 answered in \d+(?:\.\d)?ms$/],
  [{ addresses: ["10.0.1.9"], interface: "eth0" }, /^10\.0\.1\.9 answered in/],
  [{ addresses: ["10.0.2.2"], source: "10.0.1.2" }, /^10\.0\.2\.2 answered in/],
  [{ addresses: ["10.0.2.99", "10.0.1.9"], require: "any" }, /^10\.0\.1\.9 answered in/],
  [{ addresses: ["127.0.0.1", "::1"] }, /^127\.0\.0\.1 answered in .*; ::1 answered in/],
];
for (const [params, want] of good) {
  test(`answered: ${JSON.stringify(params)}`, options, async () => {
    assertTold(await probe(params), "ok", want);
  });
}

test("a name of the hosts file", options, async () => {
  const line = await probe({ addresses: ["far-away"] }, DEAD_SERVER, "10.0.2.2 far-away\n");
  assertTold(line, "ok", /^`far-away` \(10\.0\.2\.2\) answered in/);
});

test(
  "a name while the name server is dead: told, not hung upon, not acted upon",
  options,
  async () => {
    const line = await probe({ addresses: ["www.example.org"] }, DEAD_SERVER);
    assertTold(line, "failed", /^`www\.example\.org` cannot be looked up: no name server answers$/);
  },
);

test("own link: no carrier, also for a name", options, async () => {
  await whileBroken(lan, ["link set port-me down"], ["link set port-me up"], async () => {
    const want = /cannot be reached: `eth0` has no carrier.* \(own link\)$/;
    assertTold(await probe({ addresses: ["gateway"] }), "failed", want, true);
    assertTold(await probe({ addresses: ["10.0.2.2"] }), "failed", want, true);
    assertTold(await probe({ addresses: ["www.example.org"] }, DEAD_SERVER), "failed", want, true);
  });
});

test("own link: switched off, by which its routes are gone, and on again", options, async () => {
  const program = start({ addresses: ["10.0.2.2"] });
  assertTold(await program.ask<Line>("probe"), "ok", /answered/);
  await whileBroken(
    me,
    ["link set eth0 down"],
    ["link set eth0 up", "route add default via 10.0.1.1"],
    async () => {
      const want = /^10\.0\.2\.2 cannot be reached: `eth0` is administratively down \(own link\)$/;
      assertTold(await program.ask<Line>("probe"), "failed", want, true);
    },
  );
  assertTold(await program.ask<Line>("probe"), "ok", /answered/);
});

test("own link: no route, no such interface, no such source", options, async () => {
  const gone = await probe({ addresses: ["10.0.1.9"], interface: "eth7" });
  assertTold(gone, "failed", /there is no interface `eth7` \(own link\)$/, true);
  const source = await probe({ addresses: ["10.0.1.9"], source: "10.9.9.9" });
  assertTold(source, "failed", /10\.9\.9\.9: address not available \(own link\)$/, true);
  await whileBroken(me, ["route del default"], ["route add default via 10.0.1.1"], async () => {
    const far = await probe({ addresses: ["10.0.2.2"] });
    assertTold(far, "failed", /this server has no route there \(own link\)$/, true);
    const gateway = await probe({ addresses: ["gateway"] });
    assertTold(gateway, "failed", /this server has no default route \(own link\)$/, true);
  });
});

test("the cable or the switch: a link, and nobody on it", options, async () => {
  await whileBroken(lan, ["link set br0 down"], ["link set br0 up"], async () => {
    const want = /`eth0` has a link, but nobody on it answers \(cable or switch\)$/;
    assertTold(await probe({ addresses: ["gateway"] }), "failed", want);
    assertTold(await probe({ addresses: ["10.0.2.2"] }), "failed", want);
    assertTold(await probe({ addresses: ["10.0.1.9"] }), "failed", want);
  });
});

test("the gateway is dead, a neighbour is not", options, async () => {
  await whileBroken(
    gw,
    ["link set eth0 down"],
    [
      "link set eth0 up",
      "addr add fd00:1::1/64 dev eth0 nodad",
      "addr add fe80::1/64 dev eth0 nodad",
    ],
    async () => {
      const own = await probe({ addresses: ["gateway", "10.0.1.9"] });
      assertTold(own, "failed", /nobody in the network of `eth0` has this address \(gateway\)$/);
      const far = await probe({ addresses: ["10.0.2.2", "10.0.1.9"] });
      assertTold(far, "failed", /and neither does the gateway 10\.0\.1\.1 \(gateway\)$/);
    },
  );
});

test("a gateway that drops pings is no failure", options, async () => {
  lab.setting(gw, "ipv4/icmp_echo_ignore_all", "1");
  try {
    const want = /^the gateway 10\.0\.1\.1 is there and drops pings$/;
    assertTold(await probe({ addresses: ["gateway"] }), "ok", want);
    assertTold(await probe({ addresses: ["10.0.2.2"] }), "ok", /answered/);
    const beyond = await probe({ addresses: ["10.0.2.99"] });
    assertTold(beyond, "failed", /the gateway 10\.0\.1\.1 is there and drops pings \(beyond/);
    const both = await probe({ addresses: ["10.0.2.99", "10.0.2.2"] });
    assertTold(both, "failed", /10\.0\.2\.2 behind the same gateway does \(beyond the gateway\)$/);
  } finally {
    lab.setting(gw, "ipv4/icmp_echo_ignore_all", "0");
  }
});

test("beyond: the gateway answers, what is behind it does not", options, async () => {
  const dead = await probe({ addresses: ["10.0.2.99"] });
  assertTold(
    dead,
    "failed",
    /^10\.0\.2\.99 does not answer: the gateway 10\.0\.1\.1 does \(beyond/,
  );
  const neighbour = await probe({ addresses: ["10.0.1.99", "10.0.1.9"] });
  assertTold(neighbour, "failed", /nobody in the network of `eth0` has this address \(beyond/);
});

test("what drops pings in the own network, and an anchor behind the gateway", options, async () => {
  lab.setting(near, "ipv4/icmp_echo_ignore_all", "1");
  lab.setting(gw, "ipv4/icmp_echo_ignore_all", "1");
  try {
    const drops = await probe({ addresses: ["10.0.1.9"] });
    assertTold(drops, "failed", /it is in the network of `eth0` but drops pings or hangs \(beyond/);
    // The port is closed: who refuses has answered.
    const anchored = await probe({ addresses: ["10.0.2.99"], anchor: "10.0.2.2:9" });
    assertTold(
      anchored,
      "failed",
      /the anchor 10\.0\.2\.2:9 behind the same gateway does \(beyond/,
    );
  } finally {
    lab.setting(near, "ipv4/icmp_echo_ignore_all", "0");
    lab.setting(gw, "ipv4/icmp_echo_ignore_all", "0");
  }
});

// Root without the rights of root: the ping program has one of its own, we have none.
const POWERLESS = ["setpriv", "--securebits=+noroot", "--inh-caps=-all"];

const means: readonly (readonly [
  string,
  { readonly range?: string; readonly path?: string; readonly method?: string },
  string,
  RegExp,
])[] = [
  ["the ping program", {}, "ok", /^10\.0\.1\.9 answered in/],
  [
    "a socket that the group may open",
    { range: "0 65535", path: "/nowhere" },
    "ok",
    /^10\.0\.1\.9 answered in/,
  ],
  [
    "neither of them",
    { path: "/nowhere" },
    "unknown",
    /^nothing can be pinged from here: install the ping program \(Debian: iputils-ping\)/,
  ],
  [
    "no program wanted",
    { method: "socket" },
    "unknown",
    /^nothing can be pinged from here: the agent may not open ICMP sockets here/,
  ],
];
for (const [what, { range = "1 0", path, method = "auto" }, outcome, reason] of means) {
  test(`without rights: ${what}`, options, async () => {
    lab.setting(me, "ipv4/ping_group_range", range);
    const params = JSON.stringify({ addresses: ["10.0.1.9"], packets: 1, method });
    const starter = path === undefined ? POWERLESS : [...POWERLESS, "env", `PATH=${path}`];
    const program = lab.startBy(starter, me, PROGRAM, params);
    try {
      assertTold(await program.ask<Line>("probe"), outcome, reason);
    } finally {
      await program.end();
      lab.setting(me, "ipv4/ping_group_range", "1 0");
    }
  });
}

test("by the program: whose fault it is, too", options, async () => {
  const beyond = await probe({
    addresses: ["10.0.2.99"],
    method: "program",
    wait: "3s",
    packets: 1,
  });
  assertTold(beyond, "failed", /the gateway 10\.0\.1\.1 does \(beyond the gateway\)$/);
});

test("IPv6 only", options, async () => {
  lab.batch(me, [
    "addr flush dev eth0",
    "addr add fd00:1::2/64 dev eth0 nodad",
    "addr add fe80::2/64 dev eth0 nodad",
    "route add default via fe80::1 dev eth0",
  ]);
  try {
    const gateway = await probe({ addresses: ["gateway"] });
    assertTold(gateway, "ok", /^the gateway fe80::1%eth0 answered in/);
    assertTold(await probe({ addresses: ["fd00:2::2"] }), "ok", /^fd00:2::2 answered in/);
    const named = await probe({ addresses: ["far"] }, DEAD_SERVER, "10.0.2.2 far\nfd00:2::2 far\n");
    assertTold(named, "ok", /^`far` \(fd00:2::2\) answered in/);
    const beyond = await probe({ addresses: ["fd00:2::99"] });
    assertTold(beyond, "failed", /the gateway fe80::1%eth0 does \(beyond the gateway\)$/);
    const four = await probe({ addresses: ["10.0.2.2"] });
    assertTold(four, "failed", /this server has no route there \(own link\)$/, true);
    lab.setting(gw, "ipv6/icmp/echo_ignore_all", "1");
    assertTold(await probe({ addresses: ["gateway"] }), "ok", /is there and drops pings$/);
    lab.ip(gw, "link set eth0 down");
    lab.ip(me, "neigh flush all");
    assertTold(await probe({ addresses: ["gateway"] }), "failed", /\(gateway\)$/);
  } finally {
    lab.setting(gw, "ipv6/icmp/echo_ignore_all", "0");
  }
});
