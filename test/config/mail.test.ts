/** What a written `mail:` means: defaults, and what a change of it shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MailServer } from "../../src/base/mail.ts";
import { compareConfigs } from "../../src/config/difference.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { LoadedConfig } from "../../src/config/loaded-config.ts";

function load(mail: string): LoadedConfig {
  const text = `${mail}\nmonitors: { backup: { type: message } }\n`;
  const loaded = loadConfig(text, "/etc/solosafe/solosafe.yaml");
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.config;
}

function servers(text: string): readonly MailServer[] {
  return load(`mail: { to: a@example.org, servers: [${text}] }`).mail?.settings.servers ?? [];
}

test("one line is enough: the mail server on this server gets everything", () => {
  const { mail } = load("mail: { to: admin@example.org }");
  assert.deepEqual(mail, {
    settings: {
      from: null,
      to: ["admin@example.org"],
      servers: [
        {
          host: "127.0.0.1",
          port: 25,
          security: "none",
          isVerified: true,
          ca: null,
          login: null,
          timeoutMs: 30_000,
        },
      ],
      keepTryingMs: 5 * 86_400_000,
    },
    subject: "[{server}] {summary}",
    settleMs: 60_000,
    mailsPerHour: 20,
    report: null,
  });
  assert.equal(load("").mail, null);
});

for (const [written, port, security] of [
  ["host: mail.example.org", 587, "starttls"],
  ["host: mail.example.org, port: 465", 465, "tls"],
  ["host: mail.example.org, port: 25", 25, "starttls"],
  ["host: mail.example.org, security: tls", 465, "tls"],
  ["host: mail.example.org, security: none", 25, "none"],
  ["host: mail.example.org, port: 2525, security: tls", 2525, "tls"],
  ["host: localhost", 25, "none"],
  ['host: "::1"', 25, "none"],
  ["host: 127.9.9.9, port: 587", 587, "none"],
  ["host: localhost, security: starttls", 25, "starttls"],
  ["host: 192.0.2.1", 587, "starttls"],
] as const) {
  test(`{ ${written} } is port ${port} with ${security}`, () => {
    const [server] = servers(`{ ${written} }`);
    assert.deepEqual([server?.port, server?.security], [port, security]);
  });
}

test("a password is a place, in what is loaded and in what is shown", () => {
  const text = "{ host: a.example.org, user: shop, password: { file: /etc/solosafe/secret } }";
  const [server] = servers(text);
  assert.deepEqual(server?.login, { user: "shop", password: { file: "/etc/solosafe/secret" } });
});

for (const address of [
  "root@localhost",
  "first.last+tag@sub.example.org",
  "o'hara@example.org",
  `${"x".repeat(64)}@example.org`,
]) {
  test(`${address} is an address`, () => {
    assert.deepEqual(load(`mail: { to: "${address}" }`).mail?.settings.to, [address]);
  });
}

for (const address of [
  "root",
  "a@b@c",
  "a b@example.org",
  ".a@example.org",
  "a@-example.org",
  "a@example..org",
  "a@example.org\\nBcc: b@example.org",
  "<a@example.org>",
  "a@",
  "",
]) {
  test(`${JSON.stringify(address)} is no address`, () => {
    const text = `mail: { to: "${address}" }\nmonitors: { backup: { type: message } }\n`;
    const loaded = loadConfig(text, "/etc/x.yaml");
    assert.ok(!loaded.ok);
    assert.deepEqual(
      loaded.problems.map(({ key, line, column }) => [key, line, column]),
      [["mail.to", 1, 13]],
    );
  });
}

test("what is in force is written out, and a change of it is shown by key", () => {
  const before = load("mail: { to: a@example.org }");
  const after = load(
    "mail: { to: [a@example.org, b@example.org], settle: 5m, servers: [{ host: mx.example.org }] }",
  );
  assert.deepEqual(Object.keys(before.effective["mail"] as object), [
    "to",
    "subject",
    "settle",
    "mails-per-hour",
    "keep-trying",
    "servers",
  ]);
  const { keys } = compareConfigs(before, after);
  assert.deepEqual(
    keys.map(({ key, kind, before: was, after: is }) => [key, kind, was, is]),
    [
      ["mail.to", "changed", '["a@example.org"]', '["a@example.org","b@example.org"]'],
      ["mail.settle", "changed", "1m", "5m"],
      [
        "mail.servers",
        "changed",
        '[{"host":"127.0.0.1","port":25,"security":"none","verify":true,"timeout":"30s"}]',
        '[{"host":"mx.example.org","port":587,"security":"starttls","verify":true,"timeout":"30s"}]',
      ],
    ],
  );
  const added = compareConfigs(load(""), before).keys;
  assert.deepEqual(
    added.map(({ key, kind }) => [key, kind]),
    [["mail", "added"]],
  );
});
