/** What a written `destinations:` means: defaults, what is shown of it, and what a change of it shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { redact } from "../../src/base/redact.ts";
import { compareConfigs } from "../../src/config/difference.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { LoadedConfig } from "../../src/config/loaded-config.ts";
import { destinationsFor } from "../../src/config/loaded-destinations.ts";

const SECRETS = [
  "https://hooks.slack.com/services/T000/B000/planted1planted",
  "https://discord.com/api/webhooks/123456/planted2planted",
  "https://chat.googleapis.com/v1/spaces/AAAA/messages?key=planted3planted&token=x",
  "https://prod-12.westeurope.logic.azure.com:443/workflows/abc/triggers/manual/paths/invoke?sig=planted4planted",
  "https://x.api.powerplatform.com/powerautomate/automations/direct/workflows/abc?sig=planted5planted",
  "https://chat.example.org/hooks/planted6planted6planted6",
  "https://shop:planted7planted@x.example.org/",
];

async function load(text: string): Promise<LoadedConfig> {
  const all = `${text}\nmonitors: { backup: { type: message } }\n`;
  const loaded = loadConfig(all, "/etc/solosafe/solosafe.yaml", await destinationsFor(all));
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.config;
}

function hook(url: string): string {
  return `destinations: { hook: { type: webhook, url: "${url}" } }`;
}

test("one line is enough", async () => {
  const { destinations } = await load("destinations: { here: { type: syslog } }");
  assert.deepEqual(
    [...destinations.values()],
    [
      {
        name: "here",
        type: "syslog",
        params: { to: "journal", format: "rfc5424", facility: "daemon", verify: true },
        place: "journal",
        filter: { scope: "all", least: "info", modules: null, events: null, except: [] },
        perMinute: 60,
        timeoutMs: 30_000,
        keepTryingMs: 86_400_000,
      },
    ],
  );
});

test("a configuration without destinations loads nothing for them", async () => {
  assert.deepEqual(await destinationsFor("monitors: {}"), {});
  assert.equal((await load("server: {}")).destinations.size, 0);
});

test("an address that is a secret is nowhere to be seen", async () => {
  for (const url of SECRETS) {
    const config = await load(hook(url));
    assert.doesNotMatch(JSON.stringify(config.effective), /planted[1-6]/, url);
    assert.doesNotMatch(JSON.stringify(config.destinations.get("hook")?.place), /planted/, url);
    const changes = compareConfigs(await load(hook("https://x.example.org/")), config);
    assert.doesNotMatch(JSON.stringify(changes), /planted/, url);
    assert.doesNotMatch(redact(`    url: ${url}\n`), /planted/, url);
  }
});

test("a header and a variable with such a name are not shown", async () => {
  const { effective } = await load(`destinations:
  hook: { type: webhook, url: "https://x.example.org/", headers: { X-Api-Key: planted, X-Team: shop } }
  pager: { type: command, command: /bin/true, environment: { API_TOKEN: planted, TEAM: shop } }`);
  const text = JSON.stringify(effective);
  assert.doesNotMatch(text, /planted/);
  assert.match(text, /"X-Team":"shop"/);
  assert.match(text, /"TEAM":"shop"/);
});
