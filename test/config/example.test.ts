import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { stringify } from "yaml";
import { formatDiagnostic } from "../../src/config/diagnostic.ts";
import { objectSchema } from "../../src/config/export-schema.ts";
import { execResource } from "../../src/config/exec-resource.ts";
import { cronFor } from "../../src/config/cron.ts";
import { loadConfig } from "../../src/config/load.ts";
import { destinationsFor } from "../../src/config/loaded-destinations.ts";
import type { LoadedConfig } from "../../src/config/loaded-config.ts";
import { configuredDrill } from "../../src/config/read-drills.ts";
import { logPattern } from "../../src/config/read-logs.ts";
import { serverHeard } from "../../src/config/servers-heard.ts";
import { plannedWindow } from "../../src/config/read-windows.ts";
import { serviceResource } from "../../src/config/service-resource.ts";
import { group, monitor, root } from "../../src/config/schema.ts";
import { DESTINATION_TYPES } from "../../src/notifiers/registry.ts";
import { destination } from "../../src/config/destination.ts";
import { MONITOR_TYPES } from "../../src/monitors/registry.generated.ts";

const PATH = new URL("../../config/solosafe.example.yaml", import.meta.url);
const cron = { ...(await cronFor("windows")), ...(await destinationsFor("destinations")) };
const TEXT = readFileSync(PATH, "utf8");

function load(text: string): LoadedConfig {
  const loaded = loadConfig(text, "/etc/solosafe/solosafe.yaml", { ...cron, wall: Date.now() });
  // A default that is written down is judged like any other value.
  const told = (loaded.ok ? loaded.warnings : loaded.problems).filter(
    (one) => text === TEXT || one.code !== "config/cut-short",
  );
  assert.deepEqual(told.map(formatDiagnostic), []);
  assert.ok(loaded.ok);
  return loaded.config;
}

/** `recovery.script.run`, for every key of a schema. */
function keysOf(properties: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(properties).flatMap(([key, value]) => {
    const inner = typeof value === "object" && value !== null && "properties" in value;
    if (!inner) return [key];
    return [key, ...keysOf(value.properties as Readonly<Record<string, unknown>>)];
  });
}

test("the example loads without a problem or a warning", () => {
  const { model } = load(TEXT);
  assert.equal(model.groups.length, 2);
  assert.deepEqual(
    model.resources.map((resource) => resource.id),
    ["database/server", "shop/prepare", "shop/web", "shop/app", "shop/mailer"],
  );
});

test("the example shows every key", () => {
  const schemas = [
    root,
    group,
    execResource,
    serviceResource,
    monitor,
    plannedWindow,
    configuredDrill,
    logPattern,
    serverHeard,
    destination,
  ];
  const own = [...MONITOR_TYPES.values(), ...DESTINATION_TYPES.values()];
  const types = own.map((type) => type.params);
  const keys = new Set(
    [...schemas, ...types].flatMap((schema) => keysOf(objectSchema(schema).properties)),
  );
  assert.ok(keys.size > 70, `${keys.size} keys`);
  const missing = [...keys].filter((key) => !new RegExp(`(^|[\\s{])${key}:`, "m").test(TEXT));
  assert.deepEqual(missing, []);
});

test("the example shows every monitor type", () => {
  for (const name of MONITOR_TYPES.keys()) assert.match(TEXT, new RegExp(`type: ${name}$`, "m"));
});

test("the example shows every type of destination", () => {
  for (const name of DESTINATION_TYPES.keys()) assert.match(TEXT, new RegExp(`type: ${name}\\b`));
});

test("what is in force, written down as a configuration, means the same", () => {
  const once = load(TEXT);
  const again = load(stringify(once.effective));
  assert.deepEqual(again.model, once.model);
  assert.deepEqual(again.resources, once.resources);
  assert.deepEqual(again.scripts, once.scripts);
  assert.deepEqual(again.effective, once.effective);
  assert.deepEqual([...again.windows.keys()], ["nightly-backup", "month-end", "sunday"]);
  assert.equal(once.drills.size, 3);
  assert.deepEqual(again.drills, once.drills);
  assert.equal(once.logs.length, 1);
  assert.deepEqual(again.logs, once.logs);
  assert.equal(once.destinations.size, DESTINATION_TYPES.size + 3);
  assert.deepEqual(again.destinations, once.destinations);
  assert.equal(once.serversHeard.length, 2);
  assert.deepEqual(again.serversHeard, once.serversHeard);
});
