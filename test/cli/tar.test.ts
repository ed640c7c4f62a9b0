import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { tarEnd, tarEntry, tarPath } from "../../src/cli/logs/tar.ts";

const LONG = `${"folder/".repeat(30)}name`;

for (const [name, path, written] of [
  ["short", "a/b.txt", "a/b.txt"],
  ["empty spaces and other letters", "a b/日本 語.txt", "a b/日本 語.txt"],
  ["of more than one part", LONG.slice(0, 200), LONG.slice(0, 200)],
  ["too long", `${"x".repeat(300)}/${"y".repeat(120)}`, `long/${"y".repeat(91)}`],
] as const) {
  test(`a path that is ${name}`, () => {
    assert.equal(tarPath(path), written);
    const content = Buffer.from(`what is in ${name}`);
    const input = Buffer.concat([tarEntry(tarPath(path), content, 86_400_000), tarEnd()]);
    const options = { input, encoding: "utf8", env: { ...process.env, TZ: "UTC" } } as const;
    const list = execFileSync("tar", ["--quoting-style=literal", "-tvf", "-"], options);
    assert.match(list, /^-rw------- 0\/0 .* 1970-01-02 00:00 /);
    assert.ok(list.trimEnd().endsWith(written), list);
    assert.equal(execFileSync("tar", ["-xOf", "-"], options), content.toString());
  });
}
