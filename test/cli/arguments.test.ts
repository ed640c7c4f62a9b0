import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ENTRIES } from "../../src/cli/catalogue.ts";
import { cli, ROOT, scratch } from "./run-cli.ts";

/** What is typed, the exit code, and what must be said (`out` or `err`). */
const CASES: readonly {
  readonly typed: readonly string[];
  readonly code: number;
  readonly out?: RegExp;
  readonly err?: RegExp;
}[] = [
  { typed: [], code: 2, out: /Usage: scripts\/solosafe COMMAND/ },
  { typed: ["--help"], code: 0, out: /Exit codes/ },
  { typed: ["help"], code: 0, out: /drill/ },
  { typed: ["help", "drill"], code: 0, out: /drill freeze TARGET/ },
  { typed: ["help", "dril"], code: 2, err: /unknown command `dril`\n {2}Did you mean `drill`\?/ },
  { typed: ["statsu"], code: 2, err: /unknown command `statsu`\n {2}Did you mean `status`\?/ },
  { typed: ["quux"], code: 2, err: /`scripts\/solosafe help` lists the commands/ },
  { typed: ["status", "--jsn"], code: 2, err: /unknown option `--jsn`\n {2}Did you mean `--json`/ },
  { typed: ["status", "-x"], code: 2, err: /unknown option `-x`/ },
  { typed: ["status", "extra"], code: 2, err: /`extra` is one word too many/ },
  { typed: ["start"], code: 2, err: /start: something is missing/ },
  { typed: ["start", "a", "--", "b"], code: 2, err: /no program can follow/ },
  { typed: ["start", "a", "--timeout", "5"], code: 2, err: /`5` is no span of time/ },
  { typed: ["start", "a", "--timeout"], code: 2, err: /--timeout/ },
  { typed: ["suspend", "--for", "soon"], code: 2, err: /`soon` is no span of time/ },
  { typed: ["suspend", "--for", "1h", "--until-i-say"], code: 2, err: /exclude each other/ },
  { typed: ["monitor", "shew", "x"], code: 2, err: /say `list` or `show NAME`/ },
  { typed: ["message", "m", "bad"], code: 2, err: /`bad` is neither ok nor failed/ },
  { typed: ["drill", "burn", "x"], code: 2, err: /there is no drill `burn`/ },
  { typed: ["drill", "freeze", "x", "--for", "x"], code: 2, err: /`x` is no span of time/ },
  { typed: ["reboots", "claer"], code: 2, err: /`claer` is unknown here/ },
  { typed: ["events", "--since", "noon"], code: 2, err: /--since needs a span or a time/ },
  { typed: ["events", "--last", "0"], code: 2, err: /--last needs a number/ },
  { typed: ["config", "chek"], code: 2, err: /say `check`, `show`, .* or `schema`/ },
  { typed: ["simulate", "a.txt", "--fail", "m"], code: 2, err: /either --fail MONITOR or a/ },
  { typed: ["simulate", "--running"], code: 3, err: /not running/ },
  { typed: ["simulate", "--fail", "m", "--for", "9d"], code: 2, err: /no such span of time/ },
  { typed: ["watch", "--group", "g"], code: 2, err: /--group, --name and a program after `--`/ },
  { typed: ["status"], code: 3, err: /the agent is not running\n {2}Start it/ },
  { typed: ["stop", "shop"], code: 3, err: /not running/ },
  { typed: ["suspend", "shop"], code: 3, err: /not running/ },
  { typed: ["clear"], code: 3, err: /not running/ },
  { typed: ["reboots"], code: 3, err: /not running/ },
  { typed: ["explain", "web"], code: 3, err: /not running/ },
  { typed: ["rehearse", "web"], code: 3, err: /not running/ },
  { typed: ["drill", "kill", "a/b"], code: 3, err: /not running/ },
  { typed: ["message", "m", "ok"], code: 3, err: /not running/ },
  { typed: ["events"], code: 3, err: /not running/ },
  { typed: ["monitor", "list"], code: 3, err: /not running/ },
  { typed: ["version"], code: 0, out: /solosafe 9\.9\.9 .*\nagent {4}not running/ },
  { typed: ["--version"], code: 0, out: /solosafe 9\.9\.9/ },
  { typed: ["config", "schema"], code: 0, out: /"\$schema"/ },
  { typed: ["config", "check", "/nowhere.yaml"], code: 1, err: /there is no such file/ },
  { typed: ["simulate", "/nowhere.txt"], code: 1, err: /ENOENT/ },
];

for (const { typed, code, out, err } of CASES) {
  test(`solosafe ${typed.join(" ")} -> exit ${code}`, async (context) => {
    const environment = { SOLOSAFE_STATE: scratch(context) };
    const said = await cli(typed, { environment });
    assert.equal(said.code, code, said.err + said.out);
    if (out) assert.match(said.out, out);
    if (err) assert.match(said.err, err);
    if (err) assert.equal(said.out, "", "what went wrong goes to stderr only");
  });
}

test("every command has the summary of the overview, help with examples, and --json", async () => {
  assert.ok(ENTRIES.length >= 19);
  for (const entry of ENTRIES) {
    const command = await entry.load();
    assert.equal(command.name, entry.name);
    assert.equal(command.summary, entry.summary);
    assert.ok(command.examples.length > 0, entry.name);
    const said = await cli([entry.name, "--help"]);
    assert.equal(said.code, 0);
    assert.match(said.out, /Usage: scripts\/solosafe/);
    assert.match(said.out, /--json/);
    assert.match(said.out, /Examples\n {2}scripts\/solosafe/);
  }
});

test("a fault with --json is JSON on stdout", async (context) => {
  const said = await cli(["status", "--json", "--state", scratch(context)]);
  assert.equal(said.code, 3);
  assert.equal(JSON.parse(said.out).error.code, "agent/not-running");
  assert.equal(said.err, "");
});

test("--json may stand before the command", async (context) => {
  const said = await cli(["--json", "version"], {
    environment: { SOLOSAFE_STATE: scratch(context) },
  });
  assert.equal(JSON.parse(said.out).solosafe, "9.9.9");
});

test("--lang may stand before the command, with its value", async (context) => {
  for (const words of [["--lang", "ja"], ["--lang=ja"], ["--json", "--lang", "ja"]]) {
    const said = await cli([...words, "version"], {
      environment: { SOLOSAFE_STATE: scratch(context) },
    });
    assert.equal(said.code, 0, said.err);
  }
  const broken = await cli(["--lang", "--json"]);
  assert.equal(broken.code, 2);
});

test("hints name the program and the state folder as they must be typed", async (context) => {
  const state = scratch(context);
  const here = await cli(["status", "--state", state]);
  assert.ok(here.err.includes(`\`scripts/solosafe run --state '${state}'\``), here.err);
  const elsewhere = await cli(["status", "--state", state], { currentFolder: "/" });
  assert.ok(elsewhere.err.includes(join(ROOT, "scripts/solosafe").slice(1)), elsewhere.err);
});

test("colours only on a terminal, and never with NO_COLOR, TERM=dumb or --json", async (context) => {
  const state = scratch(context);
  const isColoured = async (
    isTerminal: boolean,
    environment: Record<string, string>,
  ): Promise<boolean> =>
    (
      await cli(["help"], { isTerminal, environment: { SOLOSAFE_STATE: state, ...environment } })
    ).out.includes("\u001b[");
  assert.equal(await isColoured(true, {}), true);
  assert.equal(await isColoured(true, { NO_COLOR: "" }), true);
  assert.equal(await isColoured(true, { NO_COLOR: "1" }), false);
  assert.equal(await isColoured(true, { TERM: "dumb" }), false);
  assert.equal(await isColoured(false, {}), false);
});

test("config check tells every problem with its place, and is quiet about a good file", async (context) => {
  const folder = scratch(context);
  const bad = join(folder, "bad.yaml");
  writeFileSync(
    bad,
    "groups:\n  shop:\n    resources:\n      app: { exec: /bin/true, afte: [x] }\nmod: 3\n",
  );
  const said = await cli(["config", "check", bad]);
  assert.equal(said.code, 1);
  assert.match(said.out, /bad\.yaml:4:\d+: .*afte/);
  assert.match(said.out, /bad\.yaml:5:1: mod/);
  assert.match(said.out, /Not valid: 2 errors\.$/);
  const good = join(folder, "good.yaml");
  writeFileSync(good, "groups:\n  shop:\n    resources:\n      app: { exec: /bin/true }\n");
  const fine = await cli(["config", "check", good]);
  assert.equal(fine.code, 0, fine.out);
  assert.match(fine.out, /is valid: groups: 1, monitors: 1\./);
  const shown = await cli(["config", "show", good]);
  assert.match(shown.out, /start-timeout: 30m/);
  const json = await cli(["config", "check", "--json", bad]);
  assert.equal(JSON.parse(json.out).isValid, false);
});

test("simulate answers what a failure would lead to, without an agent", async (context) => {
  const folder = scratch(context);
  const config = join(folder, "c.yaml");
  writeFileSync(
    config,
    "groups: { shop: { resources: { app: { exec: /bin/true } } } }\nmonitors: { page: { http: 'http://127.0.0.1:1/', target: shop/app } }\n",
  );
  const options = { environment: { SOLOSAFE_CONFIG: config, SOLOSAFE_STATE: folder } };
  const said = await cli(["simulate", "--fail", "page"], options);
  assert.equal(said.code, 0, said.err);
  assert.match(said.out, /reactivation of shop\/app \(1 of 3\)/);
  assert.match(said.out, /It ends/);
  const wrong = await cli(["simulate", "--fail", "pge"], options);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /Did you mean `page`\?/);
  const short = await cli(["simulate", "--fail", "page", "--for", "10s", "--json"], options);
  assert.match(JSON.parse(short.out).end.is, /forgiven|cured/);
  const each = await cli(["simulate"], options);
  assert.match(each.out, /^fails +first step +final action +ends\npage +01:00 +\d\d:\d\d +failed/);
});

test("config check plays what it reads, and says what would go round and round", async (context) => {
  const config = join(scratch(context), "c.yaml");
  writeFileSync(
    config,
    `reboots: { escalate-after: 20h }
groups: { shop: { resources: { app: { exec: /bin/true } } } }
monitors:
  page: { tcp: "127.0.0.1:1", target: shop/app, interval: 1s, retries: 0 }
  life: { process: shop/app, recovery: { final-action: none } }
`,
  );
  const said = await cli(["config", "check", config]);
  assert.equal(said.code, 0, said.err);
  assert.match(said.out, /c\.yaml:4:\d+: warning: monitors\.page.*restarted more than 40 times/);
  assert.match(said.out, /Warnings: 1\./);
});

test("config check knows a container, and what the kernel's command line says", async (context) => {
  const config = join(scratch(context), "c.yaml");
  const monitor =
    "monitors: { page: { tcp: 1, recovery: { target: server, final-action: panic } } }";
  writeFileSync(config, `version: 1\n${monitor}\n`);
  const inside = await cli(["config", "check", config], { isContainer: true });
  assert.equal(inside.code, 1);
  assert.match(inside.out, /c\.yaml:2:\d+: .*`panic` is done by the kernel, and in a container/);
  const held = await cli(["config", "check", config], { kernelWish: "observe" });
  assert.equal(held.code, 0);
  assert.match(held.out, /\n.*`solosafe=observe`: in this boot everything is decided.*nothing/);
  const off = await cli(["config", "check", "--json", config], { kernelWish: "off" });
  assert.equal(JSON.parse(off.out).kernelWish, "off");
});
