import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, MINUTE, SECOND } from "../../src/base/duration.ts";
import { formatDiagnostic } from "../../src/config/diagnostic.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { ConfigSurroundings, LoadedConfig } from "../../src/config/loaded-config.ts";
import type { Monitor } from "../../src/core/model.ts";

const PATH = "/etc/solosafe/solosafe.yaml";
const SHOP =
  "groups: { shop: { resources: { web: { exec: /srv/web }, app: { exec: /srv/app } } } }\n";

function load(text: string, surroundings: ConfigSurroundings = {}): LoadedConfig {
  const loaded = loadConfig(text, PATH, surroundings);
  assert.deepEqual(loaded.ok ? [] : loaded.problems.map(formatDiagnostic), []);
  assert.ok(loaded.ok);
  return loaded.config;
}

function codes(text: string): readonly string[] {
  const loaded = loadConfig(text, PATH);
  return (loaded.ok ? loaded.warnings : loaded.problems).map((one) => one.code);
}

/** The monitor `m` of a configuration with the groups of `SHOP`. */
function monitorOf(yaml: string, surroundings: ConfigSurroundings = {}): Monitor {
  const config = load(`${SHOP}monitors:\n  m: ${yaml}\n`, surroundings);
  const found = config.model.monitors.find((monitor) => monitor.name === "m");
  assert.ok(found);
  return found;
}

test("ten lines are a useful configuration", () => {
  const text = `
groups:
  shop:
    resources:
      web: { service: nginx }
      app: { exec: /srv/shop/run, after: [web] }
monitors:
  shop-page: { http: "http://127.0.0.1/health", target: shop/app }
  data:      { disk: /srv }
  gateway:   { ping: gateway }
mail: { to: admin@example.org }
`;
  const loaded = loadConfig(text, PATH);
  assert.ok(loaded.ok);
  assert.deepEqual(loaded.warnings, []);
});

test("short and long form of a resource mean the same", () => {
  const short = load("groups: { shop: { resources: { app: { exec: [/srv/app, x] } } } }");
  const long = load(
    "groups: { shop: { resources: { app: { type: exec, kind: resident, start: [/srv/app, x] } } } }",
  );
  assert.deepEqual(short.model, long.model);
  assert.deepEqual(short.resources, long.resources);
});

test("a resource without anything written has the defaults of recovery.md", () => {
  const config = load(SHOP);
  assert.deepEqual(config.model.resources[1], {
    id: "shop/app",
    group: "shop",
    name: "app",
    type: "exec",
    kind: "resident",
    after: [],
    startTimeoutMs: 1800 * SECOND,
    stopTimeoutMs: 1800 * SECOND,
    startFailure: { retries: 1, action: "stop-group" },
    startStall: { retries: 1, action: "stop-group" },
    stopFailure: { retries: 0, action: "none" },
    hasReadyCheck: false,
    outsideStop: "respect",
    isPackaged: false,
  });
  assert.deepEqual(config.resources.get("shop/app"), {
    type: "exec",
    id: "shop/app",
    kind: "resident",
    start: ["/srv/app"],
    stop: null,
    user: null,
    workingDirectory: null,
    environment: {},
    successCodes: [0],
    ready: null,
    logMaxBytes: 10 * 1024 * 1024,
    hasAliases: false,
  });
});

test("a configuration without reboots has the limits of recovery.md", () => {
  assert.deepEqual(load(SHOP).model.reboots, {
    limit: 3,
    leastUptimeMs: 10 * MINUTE,
    escalateAfterMs: 5 * MINUTE,
    gracefulTimeoutMs: 2 * MINUTE,
  });
  assert.equal(load(SHOP).model.mode, "enforce");
});

test("every resource has a process monitor, its own or an implicit one", () => {
  const config = load(`
groups:
  shop: { resources: { web: { exec: /srv/web }, job: { exec: /srv/job, kind: one-shot }, app: { exec: /srv/app } } }
monitors:
  life: { process: shop/app }
`);
  const monitors = [...config.monitors.values()];
  assert.deepEqual(
    monitors.map(({ name, isImplicit, isEventDriven }) => [name, isImplicit, isEventDriven]),
    [
      ["life", false, true],
      ["shop-web-process", true, true],
      ["shop-job-process", true, true],
    ],
  );
  const implicit = config.model.monitors.find((one) => one.name === "shop-web-process");
  assert.equal(implicit?.watches, "shop/web");
  assert.equal(implicit?.retries, 0);
  assert.equal(implicit?.timing, "active");
  assert.deepEqual(implicit?.recovery.target, { kind: "resource", id: "shop/web" });
  assert.equal(implicit?.recovery.finalAction, "reboot");
});

test("names of implicit monitors never collide", () => {
  const config = load(`
groups:
  a-b: { resources: { c: { exec: /srv/one } } }
  a: { resources: { b-c: { exec: /srv/two } } }
monitors:
  a-b-c-process: { tcp: 80 }
`);
  assert.deepEqual(
    config.model.monitors.map((one) => [one.name, one.watches]),
    [
      ["a-b-c-process", null],
      ["a-b-c-process-2", "a-b/c"],
      ["a-b-c-process-3", "a/b-c"],
    ],
  );
});

const finals = [
  { yaml: '{ http: "http://127.0.0.1/", target: shop/app }', want: "reboot" },
  { yaml: '{ http: "http://localhost:8080/", target: shop/app }', want: "reboot" },
  { yaml: '{ http: "http://[::1]/", target: shop/app }', want: "reboot" },
  { yaml: '{ http: "http://127.0.0.1/", target: shop }', want: "none" },
  { yaml: '{ http: "http://127.0.0.1/" }', want: "none" },
  { yaml: '{ http: "http://192.0.2.1/", target: shop/app }', want: "none" },
  { yaml: '{ http: "http://127.evil.example/", target: shop/app }', want: "none" },
  { yaml: "{ tcp: 80, target: shop/app }", want: "reboot" },
  { yaml: '{ tcp: "192.0.2.7:80", target: shop/app }', want: "reboot", own: ["192.0.2.7"] },
  { yaml: "{ process: nginx, target: server }", want: "reboot" },
  { yaml: "{ process: nginx }", want: "none" },
  { yaml: "{ process: shop/app }", want: "reboot" },
  { yaml: "{ script: /srv/check, target: shop/app }", want: "none" },
  { yaml: "{ message: 1h, target: shop/app }", want: "none" },
];
for (const { yaml, want, own } of finals) {
  test(`final action of ${yaml} is ${want}`, () => {
    const surroundings = own === undefined ? {} : { ownAddresses: own };
    assert.equal(monitorOf(yaml, surroundings).recovery.finalAction, want);
  });
}

const timings = [
  { yaml: "{ tcp: 80 }", want: "always" },
  { yaml: "{ tcp: 80, target: shop }", want: "active" },
  { yaml: "{ tcp: 80, target: shop/app }", want: "active" },
  { yaml: "{ tcp: 80, target: server }", want: "always" },
  { yaml: "{ tcp: 80, target: all-groups }", want: "always" },
  { yaml: "{ process: shop/app, target: server }", want: "active" },
  { yaml: "{ tcp: 80, target: shop/app, timing: always }", want: "always" },
];
for (const { yaml, want } of timings) {
  test(`timing of ${yaml} is ${want}`, () => assert.equal(monitorOf(yaml).timing, want));
}

test("thresholds are 3 and 1, and 0 where nothing can be restarted", () => {
  const thresholds = (yaml: string): readonly number[] => {
    const { reactivationThreshold, groupRestartThreshold } = monitorOf(yaml).recovery;
    return [reactivationThreshold, groupRestartThreshold];
  };
  assert.deepEqual(thresholds("{ tcp: 80, target: shop/app }"), [3, 1]);
  assert.deepEqual(thresholds("{ tcp: 80, target: server }"), [0, 0]);
  assert.deepEqual(thresholds("{ tcp: 80 }"), [0, 0]);
});

test("intervals, timeouts and limits come from the type, then from what is written", () => {
  const plain = monitorOf("{ script: /srv/check }");
  assert.deepEqual(
    [plain.intervalMs, plain.timeoutMs, plain.retries, plain.delayWarningPercent],
    [30 * SECOND, 30 * SECOND, 0, 80],
  );
  const written = monitorOf(
    "{ script: /srv/check, interval: 1m30s, timeout: 500ms, retries: 7, failure-timeout: 1d }",
  );
  assert.deepEqual(
    [written.intervalMs, written.timeoutMs, written.retries, written.failureTimeoutMs],
    [90 * SECOND, 500, 7, DAY],
  );
});

test("a recovery script becomes a program, found from the file's folder", () => {
  const config = load(
    `${SHOP}monitors: { m: { tcp: 80, recovery: { target: shop, script: { run: [./scripts/pre, x], count: 2 } } } }`,
  );
  assert.deepEqual(config.scripts.get("m"), {
    program: {
      command: ["/etc/solosafe/scripts/pre", "x"],
      environment: {},
      workingDirectory: null,
      user: null,
    },
    timeoutMs: MINUTE,
  });
  assert.equal(config.model.monitors.find((one) => one.name === "m")?.recovery.scriptCount, 2);
});

test("files of packages are told from one's own", () => {
  const isPackaged = (program: string): boolean | undefined =>
    load(`groups: { g: { resources: { r: { exec: ${program} } } } }`).model.resources[0]
      ?.isPackaged;
  assert.equal(isPackaged("/usr/sbin/nginx"), true);
  assert.equal(isPackaged("/bin/sleep"), true);
  assert.equal(isPackaged("/usr/local/bin/x"), false);
  assert.equal(isPackaged("/srv/shop/run"), false);
});

test("a file of more than 1 MiB is refused unread, however large", () => {
  assert.deepEqual(codes(`# ${"x".repeat(10 * 1024 * 1024)}`), ["config/too-large"]);
  assert.deepEqual(codes(`# ${"é".repeat(600 * 1024)}`), ["config/too-large"]);
});

test("more than 200 problems are counted, and errors are not crowded out", () => {
  const keys = Array.from({ length: 3000 }, (_, at) => `  m${at}: { tcp: 80, nice: 1 }`);
  const loaded = loadConfig(`monitors:\n${keys.join("\n")}\n  z: { tcpp: 80 }\n`, PATH);
  assert.ok(!loaded.ok);
  assert.equal(loaded.problems.length, 201);
  assert.equal(loaded.problems.filter((one) => one.severity === "error").length, 2);
  assert.equal(loaded.problems.at(-1)?.what, "2801 more problems are not shown");
});

test("a broken megabyte is told about, not choked on", () => {
  const keys = Array.from({ length: 40_000 }, (_, at) => `k${at}: 1\nk${at}: 2`).join("\n");
  const loaded = loadConfig(keys, PATH);
  assert.ok(!loaded.ok);
  assert.equal(loaded.problems.length, 201);
});

test("200 groups, 1000 resources and 1000 monitors load", () => {
  const groups = Array.from({ length: 200 }, (_, group) => {
    const resources = Array.from({ length: 5 }, (_, at) => `      r${at}: { exec: /srv/r${at} }`);
    return `  g${group}:\n    resources:\n${resources.join("\n")}`;
  });
  const monitors = Array.from(
    { length: 1000 },
    (_, at) => `  m${at}: { tcp: ${1000 + at}, target: g${at % 200}/r${at % 5} }`,
  );
  const config = load(`groups:\n${groups.join("\n")}\nmonitors:\n${monitors.join("\n")}\n`);
  assert.deepEqual(
    [config.model.groups.length, config.model.resources.length, config.model.monitors.length],
    [200, 1000, 2000],
  );
});

test("keys that mean something to JavaScript are only unknown keys", () => {
  for (const key of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    assert.deepEqual(codes(`${SHOP}${key}: { x: 1 }`), ["config/unknown-key"], key);
    assert.deepEqual(codes(`monitors: { m: { ${key}: 1, tcp: 80 } }`), ["config/unknown-key"], key);
  }
});
