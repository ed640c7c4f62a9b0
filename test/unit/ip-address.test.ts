import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { formatAddress, isLinkLocal, isWithin, parseAddress } from "../../src/base/ip-address.ts";

const written: readonly (readonly [string, string | null])[] = [
  ["192.0.2.1", "192.0.2.1"],
  ["0.0.0.0", "0.0.0.0"],
  ["192.0.2.256", null],
  ["192.0.2", null],
  ["192.0.2.1%eth0", null],
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["FE80::1%eth0", "fe80::1"],
  ["::ffff:192.0.2.1", "::ffff:c000:201"],
  ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"],
  ["1:2:3:4:5:6:7:8:9", null],
  ["1:2:3:4:5:6:7::8", null],
  ["1::2::3", null],
  [":1", null],
  ["1:::2", null],
  ["12345::", null],
  ["::192.0.2.300", null],
  ["example.org", null],
  ["", null],
];
for (const [text, want] of written) {
  test(`${JSON.stringify(text)} is ${want ?? "no address"}`, () => {
    const address = parseAddress(text);
    assert.equal(address === null ? null : formatAddress(address), want);
  });
}

test("what is written is read as the same", () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const address = parseAddress(text);
      assert.ok(address);
      const again = parseAddress(formatAddress(address));
      assert.equal(again?.value, address.value);
    }),
  );
});

test("networks and link-local addresses", () => {
  const network = parseAddress("10.1.0.0")?.value ?? 0n;
  const inside = parseAddress("10.1.255.1");
  const outside = parseAddress("10.2.0.1");
  assert.ok(inside && outside);
  assert.ok(isWithin(inside, network, 16));
  assert.ok(!isWithin(outside, network, 16));
  assert.ok(isWithin(outside, 0n, 0));
  for (const [text, want] of [
    ["fe80::1", true],
    ["febf::1", true],
    ["fec0::1", false],
    ["169.254.0.1", false],
  ] as const) {
    const address = parseAddress(text);
    assert.equal(address !== null && isLinkLocal(address), want, text);
  }
});

test("the zone is kept", () => {
  assert.equal(parseAddress("fe80::1%eth0")?.zone, "eth0");
  assert.equal(parseAddress("fe80::1")?.zone, null);
});
