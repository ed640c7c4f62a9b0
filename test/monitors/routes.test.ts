import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddress } from "../../src/base/ip-address.ts";
import {
  defaultWays,
  findWay,
  parseNeighbours,
  parseRoutesFour,
  parseRoutesSix,
} from "../../src/monitors/routes.ts";

const HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";
const FOUR = `${HEAD}
eth0\t00000000\t0101000A\t0003\t0\t0\t100\t00000000\t0\t0\t0
wlan0\t00000000\t0102000A\t0003\t0\t0\t600\t00000000\t0\t0\t0
eth0\t0001000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
eth0\t0000A8C0\tFE01000A\t0003\t0\t0\t0\t0000FFFF\t0\t0\t0
*\t0000A9C0\t00000000\t0201\t0\t0\t0\t0000FFFF\t0\t0\t0
`;
const ZERO = "0".repeat(32);
const SIX = `
${ZERO} 00 ${ZERO} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
fd000001000000000000000000000000 40 ${ZERO} 00 ${ZERO} 00000100 00000001 00000000 00000001     eth0
${ZERO} 00 ${ZERO} 00 ${ZERO} ffffffff 00000001 00000000 00200200       lo
`;
const routes = [...parseRoutesFour(FOUR), ...parseRoutesSix(SIX)];

const ways: readonly (readonly [string, string | null, string])[] = [
  ["10.0.1.9", null, "eth0 straight"],
  ["192.168.3.4", null, "eth0 by 10.0.1.254"],
  ["192.0.2.1", null, "eth0 by 10.0.1.1"],
  ["192.0.2.1", "wlan0", "wlan0 by 10.0.2.1"],
  ["192.0.2.1", "eth9", "none"],
  ["fd00:1::9", null, "eth0 straight"],
  ["2001:db8::1", null, "eth0 by fe80::1%eth0"],
  ["fe80::5%wlan0", null, "wlan0 straight"],
];
for (const [text, through, want] of ways) {
  test(`${text}${through === null ? "" : ` through ${through}`}: ${want}`, () => {
    const address = parseAddress(text);
    assert.ok(address);
    const way = findWay(routes, address, through);
    const shown =
      way === null
        ? "none"
        : `${way.interface} ${way.gateway === null ? "straight" : `by ${way.gateway}`}`;
    assert.equal(shown, want);
  });
}

test("the preferred default gateway is the first, unreachable routes are none", () => {
  const gateways = (through: string | null) =>
    defaultWays(routes, through).map((way) => way.gateway);
  assert.deepEqual(gateways(null), ["10.0.1.1", "10.0.2.1", "fe80::1%eth0"]);
  assert.deepEqual(gateways("wlan0"), ["10.0.2.1"]);
});

for (const text of ["", HEAD, "eth0\tXYZ\t1\t2", "a b c d e f g h i j k", `${HEAD}\neth0\t00`]) {
  test(`no route in ${JSON.stringify(text.slice(0, 30))}`, () => {
    assert.deepEqual([...parseRoutesFour(text), ...parseRoutesSix(text)], []);
  });
}

test("neighbours that answered, and that did not", () => {
  const text = `IP address       HW type     Flags       HW address            Mask     Device
10.0.1.1         0x1         0x2         02:00:00:00:00:01     *        eth0
10.0.1.9         0x1         0x0         00:00:00:00:00:00     *        eth0
nonsense
`;
  assert.deepEqual(parseNeighbours(text), [
    { address: "10.0.1.1", interface: "eth0", isThere: true },
    { address: "10.0.1.9", interface: "eth0", isThere: false },
  ]);
});
