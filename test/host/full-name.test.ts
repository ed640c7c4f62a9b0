/** The full name of a server, from files as they are found on servers. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readFullName } from "../../src/host/full-name.ts";

const folder = mkdtempSync(join(tmpdir(), "solosafe name-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const DEBIAN = "127.0.0.1\tlocalhost\n127.0.1.1\tshop1.example.org\tshop1\n::1 localhost\n";

for (const [name, hosts, resolv, full] of [
  ["shop1.example.net", DEBIAN, "domain example.com\n", "shop1.example.net"],
  ["shop1", DEBIAN, "", "shop1.example.org"],
  ["shop1", "10.0.0.5 shop1 shop1.example.org # web\n", "", "shop1.example.org"],
  ["shop1", "#10.0.0.5 shop1.example.org shop1\n", "", "shop1"],
  [
    "shop1",
    "10.0.0.5 shop10.example.org shop10\n",
    "search example.com lan\n",
    "shop1.example.com",
  ],
  ["shop1", "", "nameserver 10.0.0.1\ndomain example.com\n", "shop1.example.com"],
  ["shop1", "", "", "shop1"],
  ["shop1", null, null, "shop1"],
] as const) {
  test(`${name} with ${JSON.stringify(hosts)} and ${JSON.stringify(resolv)} is ${full}`, async () => {
    const files = { hosts: join(folder, "hosts"), resolv: join(folder, "resolv.conf") };
    for (const [path, text] of [
      [files.hosts, hosts],
      [files.resolv, resolv],
    ] as const) {
      rmSync(path, { force: true });
      if (text !== null) writeFileSync(path, text);
    }
    assert.equal(await readFullName(name, files), full);
  });
}
