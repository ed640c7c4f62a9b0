import assert from "node:assert/strict";
import { test } from "node:test";
import { SECOND } from "../../src/base/duration.ts";
import { formatDiagnostic } from "../../src/config/diagnostic.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { LoadedConfig } from "../../src/config/loaded-config.ts";
import { parseDatagramTarget } from "../../src/config/watchdog.ts";

function load(text: string): LoadedConfig {
  const loaded = loadConfig(text, "/etc/solosafe.yaml");
  assert.ok(loaded.ok, loaded.ok ? "" : loaded.problems.map(formatDiagnostic).join("\n"));
  return loaded.config;
}

test("without settings the guard has the limits of recovery.md", () => {
  const config = load("version: 1\n");
  assert.deepEqual(config.watchdog, {
    device: null,
    timeoutMs: 60 * SECOND,
    action: "auto",
    agentTimeoutMs: 20 * SECOND,
    agentLost: "alert",
    dumpTimeoutMs: 600 * SECOND,
    lastGasp: null,
  });
  assert.equal(config.shutdownTimeoutMs, 600 * SECOND);
});

test("what is written is in force", () => {
  const { watchdog } = load(
    'watchdog: { device: /dev/watchdog1, action: panic, last-gasp: "[2001:db8::7]:1514" }\n',
  );
  assert.equal(watchdog.device, "/dev/watchdog1");
  assert.equal(watchdog.action, "panic");
  assert.deepEqual(watchdog.lastGasp, { address: "2001:db8::7", port: 1514 });
});

for (const [text, want] of [
  ["192.0.2.7", { address: "192.0.2.7", port: 514 }],
  ["192.0.2.7:1514", { address: "192.0.2.7", port: 1514 }],
  ["2001:db8::7", { address: "2001:db8::7", port: 514 }],
  ["[2001:db8::7]", { address: "2001:db8::7", port: 514 }],
  ["[2001:db8::7]:1514", { address: "2001:db8::7", port: 1514 }],
  ["192.0.2.7:0", null],
  ["192.0.2.7:65536", null],
  ["192.0.2.700", null],
  ["logs.example.org", null],
  ["fe80::1%eth0", null],
  ["[192.0.2.7", null],
  ["", null],
] as const) {
  test(`the target "${text}" is ${want === null ? "none" : `${want.address} ${want.port}`}`, () => {
    assert.deepEqual(parseDatagramTarget(text), want);
  });
}

test("in a container the kernel's actions and its watchdog are refused", () => {
  const text = `
watchdog: { timeout: 30s }
groups:
  shop:
    resources:
      app: { exec: /srv/app, stop-failure: { action: reset } }
      web: { exec: /srv/web, stop-failure: { action: reboot } }
monitors:
  page: { tcp: 80, recovery: { target: shop/app, final-action: panic } }
  more: { tcp: 81, recovery: { target: shop/app, final-action: reboot } }
`;
  load(text);
  const inside = loadConfig(text, "/etc/solosafe.yaml", { isContainer: true });
  assert.ok(!inside.ok);
  assert.deepEqual(
    inside.problems.filter(({ severity }) => severity === "error").map(({ key }) => key),
    [
      "watchdog",
      "groups.shop.resources.app.stop-failure.action",
      "monitors.page.recovery.final-action",
    ],
  );
});
