import assert from "node:assert/strict";
import { test } from "node:test";
import { MINUTE, SECOND } from "../../src/base/duration.ts";
import { formatDiagnostic } from "../../src/config/diagnostic.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { LoadedConfig } from "../../src/config/loaded-config.ts";

function load(text: string): LoadedConfig {
  const loaded = loadConfig(text, "/etc/solosafe/solosafe.yaml");
  assert.deepEqual(loaded.ok ? loaded.warnings : loaded.problems.map(formatDiagnostic), []);
  assert.ok(loaded.ok);
  return loaded.config;
}

const SHOP = "groups: { shop: { resources: { web: { service: nginx } } } }\n";

test("short and long form of a service mean the same", () => {
  const long = load(
    "groups: { shop: { resources: { web: { type: service, unit: nginx.service } } } }",
  );
  const short = load(SHOP);
  assert.deepEqual(short.model, long.model);
  assert.deepEqual(short.resources, long.resources);
  assert.deepEqual(short.resources.get("shop/web"), {
    type: "service",
    id: "shop/web",
    kind: "resident",
    unit: "nginx.service",
  });
});

test("a service without anything written has the defaults of recovery.md", () => {
  assert.deepEqual(load(SHOP).model.resources, [
    {
      id: "shop/web",
      group: "shop",
      name: "web",
      type: "service",
      kind: "resident",
      after: [],
      startTimeoutMs: 30 * MINUTE,
      stopTimeoutMs: 30 * MINUTE,
      startFailure: { retries: 1, action: "stop-group" },
      startStall: { retries: 1, action: "stop-group" },
      stopFailure: { retries: 0, action: "none" },
      hasReadyCheck: false,
      outsideStop: "respect",
      isPackaged: true,
    },
  ]);
});

test("its life is watched by a monitor of its unit that nobody has to write", () => {
  const { model, monitors } = load(SHOP);
  assert.deepEqual(
    model.monitors.map(({ name, type, watches }) => [name, type, watches]),
    [["shop-web-service", "service", "shop/web"]],
  );
  const [monitor] = model.monitors;
  assert.equal(monitor?.intervalMs, 30 * SECOND);
  assert.equal(monitor?.retries, 0);
  assert.equal(monitor?.timing, "active");
  assert.deepEqual(monitor?.recovery.target, { kind: "resource", id: "shop/web" });
  assert.equal(monitor?.recovery.finalAction, "reboot");
  assert.equal(monitors.get("shop-web-service")?.isImplicit, true);
  assert.deepEqual(monitors.get("shop-web-service")?.links.wakes, ["unit:nginx.service"]);
});

test("a monitor of a unit that is a resource watches the resource", () => {
  const { model } = load(`${SHOP}monitors: { web: { service: nginx, restarts: 9 } }`);
  assert.deepEqual(
    model.monitors.map(({ name, watches, recovery }) => [name, watches, recovery.target]),
    [["web", "shop/web", { kind: "resource", id: "shop/web" }]],
  );
});

test("a monitor of any other unit is told only", () => {
  const { model } = load(`${SHOP}monitors: { clock: { service: chrony } }`);
  const clock = model.monitors.find(({ name }) => name === "clock");
  assert.equal(clock?.watches, null);
  assert.deepEqual(clock?.recovery.target, { kind: "none" });
  assert.equal(clock?.recovery.finalAction, "none");
});
