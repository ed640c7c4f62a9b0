import assert from "node:assert/strict";
import { test } from "node:test";
import { changedNames, compareConfigs } from "../../src/config/difference.ts";
import { formatDiagnostic } from "../../src/config/diagnostic.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { LoadedConfig } from "../../src/config/loaded-config.ts";

function load(text: string): LoadedConfig {
  const loaded = loadConfig(text, "/etc/solosafe/solosafe.yaml");
  assert.ok(loaded.ok, loaded.ok ? "" : loaded.problems.map(formatDiagnostic).join("\n"));
  return loaded.config;
}

const BASE = `
groups:
  shop:
    resources:
      web: { exec: /srv/web }
      app: { exec: [/srv/app, --port, "80"], after: [web] }
monitors:
  page: { http: "http://127.0.0.1/", target: shop/app, interval: 30s }
`;

/** What is written instead of a part of the base, the changed keys, and who runs another program. */
const CASES: readonly (readonly [
  what: string,
  from: string,
  to: string,
  keys: readonly string[],
  others?: readonly string[],
])[] = [
  ["nothing", "", "", []],
  ["a comment", "groups:", "# mine\ngroups:", []],
  ["another spelling", "interval: 30s", "interval: 30000ms", []],
  ["a default written out", "interval: 30s", "interval: 30s, retries: 2", []],
  ["the short form", "{ exec: /srv/web }", "{ type: exec, start: /srv/web }", []],
  ["a value", "interval: 30s", "interval: 10s", ["~ monitors.page.interval: 30s -> 10s"]],
  ["a setting", "groups:", "mode: observe\ngroups:", ["~ mode: enforce -> observe"]],
  [
    "another program",
    "exec: /srv/web",
    "exec: /srv/new",
    ['~ groups.shop.resources.web.start: ["/srv/web"] -> ["/srv/new"]'],
    ["shop/web"],
  ],
  [
    "its environment",
    "exec: /srv/web",
    "exec: /srv/web, environment: { COLOUR: x }",
    ["+ groups.shop.resources.web.environment.COLOUR: x"],
    ["shop/web"],
  ],
  [
    "only how it is stopped",
    "exec: /srv/web",
    "exec: /srv/web, stop: /srv/stop",
    ['+ groups.shop.resources.web.stop: ["/srv/stop"]'],
  ],
  [
    "only a limit",
    "exec: /srv/web",
    "exec: /srv/web, stop-timeout: 5s",
    ["~ groups.shop.resources.web.stop-timeout: 30m -> 5s"],
  ],
  ["a new monitor", "monitors:", "monitors:\n  port: { tcp: 80 }", ["+ monitors.port"]],
  [
    "a resource gone",
    '      web: { exec: /srv/web }\n      app: { exec: [/srv/app, --port, "80"], after: [web] }',
    '      app: { exec: [/srv/app, --port, "80"] }',
    [
      '~ groups.shop.resources.app.after: ["web"] -> []',
      "- groups.shop.resources.web",
      "- monitors.shop-web-process",
    ],
  ],
];

for (const [what, from, to, keys, others = []] of CASES) {
  test(`${what}: ${keys.length} keys, ${others.length} other programs`, () => {
    assert.ok(BASE.includes(from));
    const found = compareConfigs(load(BASE), load(BASE.replace(from, to)));
    const signs = { added: "+", removed: "-", changed: "~" };
    const told = found.keys.map(({ key, kind, before, after }) => {
      const values = kind === "changed" ? `${before} -> ${after}` : (after ?? before);
      return `${signs[kind]} ${key}${values === null ? "" : `: ${values}`}`;
    });
    assert.deepEqual(told, keys);
    assert.deepEqual(found.otherPrograms, others);
  });
}

test("what is new, gone and different is told apart, by kind", () => {
  const next = BASE.replace("web: { exec: /srv/web }", "db: { exec: /srv/db }").replace(
    "after: [web]",
    "after: [db]",
  );
  const { groups, resources, monitors } = compareConfigs(load(BASE), load(next));
  assert.deepEqual(groups, { added: [], removed: [], changed: ["shop"] });
  assert.deepEqual(resources, { added: ["shop/db"], removed: ["shop/web"], changed: ["shop/app"] });
  assert.deepEqual(monitors.added, ["shop-db-process"]);
  assert.deepEqual(monitors.removed, ["shop-web-process"]);
  const names = changedNames(load(BASE), load(next));
  const processes = ["monitor:shop-db-process", "monitor:shop-web-process"];
  const all = ["group:shop", ...processes, "shop/app", "shop/db", "shop/web"];
  assert.deepEqual([...names].toSorted(), all);
});

/** What stands in the second file, and what must not be in what people are shown. */
const SECRETS: readonly (readonly [what: string, text: string, secret: string])[] = [
  [
    "an environment variable",
    "{ exec: /srv/web, environment: { PGPASSWORD: hunter2 } }",
    "hunter2",
  ],
  ["an option", "{ exec: [/srv/web, --password, hunter2] }", "hunter2"],
  ["an option with a value", "{ exec: [/srv/web, --api-key=hunter2] }", "hunter2"],
  ["a URL", '{ exec: [/srv/web, "postgres://app:hunter2@db/app"] }', "hunter2"],
];

for (const [what, text, secret] of SECRETS) {
  test(`a secret in ${what} is not shown`, () => {
    const found = compareConfigs(load(BASE), load(BASE.replace("{ exec: /srv/web }", text)));
    assert.equal(found.keys.length, 1);
    assert.match(JSON.stringify(found.keys), /hidden/);
    assert.ok(!JSON.stringify(found.keys).includes(secret));
  });
}

test("a changed secret is a change, though neither value is shown", () => {
  const withToken = (token: string) =>
    load(
      BASE.replace("{ exec: /srv/web }", `{ exec: /srv/web, environment: { TOKEN: ${token} } }`),
    );
  const { keys } = compareConfigs(withToken("one"), withToken("two"));
  assert.deepEqual(keys, [
    {
      key: "groups.shop.resources.web.environment.TOKEN",
      kind: "changed",
      before: "(hidden)",
      after: "(hidden)",
    },
  ]);
});

test("a value is shown in one line of at most 120 characters", () => {
  const long = BASE.replace("exec: /srv/web", `exec: [/srv/web, ${"x".repeat(500)}]`);
  const [change] = compareConfigs(load(BASE), load(long)).keys;
  assert.equal(change?.after?.length, 120);
});
