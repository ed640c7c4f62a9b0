/** Where an archive may be sent to, and what an address means. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Upload } from "../../src/base/upload.ts";
import { loadConfig } from "../../src/config/load.ts";

function load(upload: string): Upload | null {
  const text = `monitors: { page: { type: message } }\nlogs: { upload: ${upload} }\n`;
  const loaded = loadConfig(text, "/etc/solosafe.yaml");
  return loaded.ok ? loaded.config.logUpload : null;
}

const HOUR = 3_600_000;

test("https: PUT, an hour, and the authorities of this server", () => {
  const to = "https://a.example:8443/in/";
  const more = { method: "PUT", tokenFile: null, ca: null };
  assert.deepEqual(load(`{ to: "${to}" }`), { by: "https", to, timeoutMs: HOUR, ...more });
});

for (const [to, want] of [
  ["sftp://files.example", { host: "files.example", port: null, user: null, folder: "" }],
  ["sftp://a@files.example/", { host: "files.example", port: null, user: "a", folder: "/" }],
  ["sftp://a@files.example:2222/in", { port: 2222, folder: "/in/" }],
  ["sftp://a@files.example/~/in%20box/", { folder: "in box/" }],
  ["sftp://a@[2001:db8::1]/in", { host: "2001:db8::1" }],
] as const) {
  test(`${to} means ${JSON.stringify(want)}`, () => {
    const upload = load(`{ to: "${to}" }`);
    assert.ok(upload?.by === "sftp");
    for (const [key, value] of Object.entries(want)) {
      assert.equal(Reflect.get(upload, key), value, key);
    }
  });
}

for (const to of [
  "http://a.example/",
  "https://user:secret@a.example/",
  "https://user@a.example/",
  "sftp://user:secret@a.example/",
  "sftp://-oProxyCommand=x/in",
  "sftp://-l@a.example/in",
  "sftp://a@b.example/%0Arm",
  "sftp://a@b.example/%zz",
  "sftp:///in",
  "ftp://a.example/",
  "/var/tmp",
]) {
  test(`${to} is refused`, () => assert.equal(load(`{ to: "${to}" }`), null));
}
