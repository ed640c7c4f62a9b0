import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { INSTALLED } from "../../src/base/paths.ts";
import { programArguments } from "../../src/cli/run/programs.ts";

const ROOT = join(import.meta.dirname, "../..");
const UNITS = join(ROOT, "config/systemd");

let folder: string;
/** A checkout that is built, in small. */
let checkout: string;
/** The server it is installed on. */
let root: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "solosafe install "));
  checkout = join(folder, "checkout");
  root = join(folder, "root");
  cpSync(join(ROOT, "config"), join(checkout, "config"), { recursive: true });
  mkdirSync(join(checkout, "scripts"));
  for (const script of ["install-local.sh", "installed-command.sh"]) {
    cpSync(join(ROOT, "scripts", script), join(checkout, "scripts", script));
  }
  mkdirSync(join(checkout, "dist"));
  mkdirSync(join(checkout, "node_modules/.bin"), { recursive: true });
  writeFileSync(
    join(checkout, "dist/package.json"),
    '{ "name": "solosafe", "version": "7.8.9" }\n',
  );
  for (const name of ["agent", "guard", "workers", "cli"]) {
    writeFileSync(join(checkout, "dist", `${name}.js`), `// ${name}\n`);
  }
  const node = join(checkout, "node_modules/.bin/node");
  writeFileSync(node, '#!/bin/sh\necho "$@"\n');
  chmodSync(node, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

function install(...words: readonly string[]): string {
  const script = join(checkout, "scripts/install-local.sh");
  const ended = spawnSync("sh", [script, "--root", root, ...words], {
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.equal(ended.status, 0, ended.stderr);
  return ended.stdout;
}

const versions = (): readonly string[] => readdirSync(join(root, "usr/lib/solosafe/versions"));
const current = (): string => basename(readlinkSync(join(root, "usr/lib/solosafe/current")));

test("it puts programs, units, command and a first configuration in their places", () => {
  install();
  const installed = join(root, "usr/lib/solosafe/current");
  assert.deepEqual(readdirSync(installed).sort(), [
    "agent.js",
    "bin",
    "cli.js",
    "guard.js",
    "package.json",
    "workers.js",
  ]);
  assert.match(current(), /^7\.8\.9-\d+$/);
  assert.deepEqual(readdirSync(join(root, "usr/lib/systemd/system")), readdirSync(UNITS));
  assert.equal(
    readlinkSync(join(root, "etc/systemd/system/multi-user.target.wants/solosafe.target")),
    "/usr/lib/systemd/system/solosafe.target",
  );
  assert.match(readFileSync(join(root, "usr/bin/solosafe"), "utf8"), /^#!\/bin\/sh\n/);
  assert.match(readFileSync(join(root, "etc/solosafe/solosafe.yaml"), "utf8"), /mode: observe/);
  assert.ok(existsSync(join(root, "usr/lib/sysusers.d/solosafe.conf")));
});

test("a second time it changes nothing, and keeps the configuration", () => {
  install();
  const mine = join(root, "etc/solosafe/solosafe.yaml");
  writeFileSync(mine, "version: 1\n");
  const said = install();
  assert.doesNotMatch(said, /writing|copying/);
  assert.match(said, /keeping \/etc\/solosafe\/solosafe\.yaml/);
  assert.equal(readFileSync(mine, "utf8"), "version: 1\n");
  assert.equal(versions().length, 1);
});

test("an upgrade leaves what may still run in its place, and only the version before", () => {
  install();
  const first = current();
  writeFileSync(join(checkout, "dist/agent.js"), "// agent, better\n");
  install();
  const second = current();
  assert.deepEqual([...versions()].sort(), [first, second].sort());
  assert.equal(
    readFileSync(join(root, "usr/lib/solosafe/versions", first, "agent.js"), "utf8"),
    "// agent\n",
  );
  writeFileSync(join(checkout, "dist/agent.js"), "// agent, best\n");
  install();
  assert.deepEqual([...versions()].sort(), [second, current()].sort());
});

test("what an interrupted copy left behind is not taken for a version", () => {
  const half = join(root, "usr/lib/solosafe/versions/.new");
  mkdirSync(half, { recursive: true });
  writeFileSync(join(half, "agent.js"), "// half\n");
  install();
  assert.equal(existsSync(half), false);
  assert.equal(readFileSync(join(root, "usr/lib/solosafe/current/agent.js"), "utf8"), "// agent\n");
});

test("a removal keeps configuration and state, unless it is told not to", () => {
  install();
  const state = join(root, "var/lib/solosafe/state.json");
  mkdirSync(join(root, "var/lib/solosafe"), { recursive: true });
  writeFileSync(state, "{}");
  install("--uninstall");
  for (const path of ["usr/lib/solosafe", "usr/bin/solosafe"]) {
    assert.equal(existsSync(join(root, path)), false, path);
  }
  assert.deepEqual(readdirSync(join(root, "usr/lib/systemd/system")), []);
  assert.ok(existsSync(state) && existsSync(join(root, "etc/solosafe/solosafe.yaml")));
  install("--uninstall", "--purge");
  assert.ok(!existsSync(state) && !existsSync(join(root, "etc/solosafe")));
});

test("what was not built is not installed, and words it does not know are told", () => {
  const script = join(checkout, "scripts/install-local.sh");
  const run = (...words: readonly string[]): number | null =>
    spawnSync("sh", [script, "--root", root, ...words], { timeout: 60_000 }).status;
  assert.equal(run("--purge"), 2);
  assert.equal(run("--everything"), 2);
  rmSync(join(checkout, "dist/package.json"));
  assert.notEqual(run(), 0);
  assert.equal(existsSync(join(root, "usr/bin/solosafe")), false);
});

function unit(name: string): string {
  return readFileSync(join(UNITS, name), "utf8");
}

const all = ["guard", "spawner", "agent"].map((name) => `solosafe-${name}.service`);

test("systemd understands every unit, and a planted mistake is seen", (t) => {
  const place = join(folder, "units");
  mkdirSync(place);
  for (const name of readdirSync(UNITS)) {
    // The programs are not installed here; those that systemd would complain of.
    const text = unit(name).replaceAll("/usr/lib/solosafe/current/bin/node", "/bin/sh");
    writeFileSync(join(place, name), text);
  }
  const verify = (): string => {
    const files = readdirSync(place).map((name) => join(place, name));
    const ended = spawnSync("systemd-analyze", ["verify", "--man=no", ...files], {
      encoding: "utf8",
      timeout: 60_000,
    });
    return ended.error === undefined ? ended.stderr : ended.error.message;
  };
  const said = verify();
  if (said.includes("ENOENT")) return t.skip("systemd-analyze is not installed");
  const ours = (text: string): readonly string[] =>
    text.split("\n").filter((line) => line.includes("solosafe"));
  assert.deepEqual(ours(said), []);
  const planted = unit("solosafe-agent.service").replace("KillMode=", "KilMode=");
  writeFileSync(join(place, "solosafe-agent.service"), planted);
  assert.ok(ours(verify()).length > 0);
});

test("units start what a foreground run starts", () => {
  for (const program of ["agent", "spawner"] as const) {
    const line = /^ExecStart=(.*)$/m.exec(unit(`solosafe-${program}.service`))?.[1] ?? "";
    const words = line
      .split(" ")
      .slice(1)
      .map((word) => basename(word));
    const file = program === "agent" ? "agent.js" : "workers.js";
    const expected = programArguments(program, INSTALLED, null)
      .map((word) => basename(word))
      .filter((word) => word !== "--config" && word !== basename(INSTALLED.config));
    assert.ok(words.includes(file));
    // A foreground run waits longer and longer itself; systemd 252 cannot.
    const same = words.filter((word) => word !== "--back-off");
    assert.deepEqual(new Set(same), new Set(expected));
  }
});

test("the page's program is started by its sockets, as a foreground run starts it, and may do nothing", () => {
  const service = unit("solosafe-web.service");
  const words = (/^ExecStart=(.*)$/m.exec(service)?.[1] ?? "").split(" ").slice(1);
  const expected = programArguments("web", INSTALLED, null);
  const flags = (list: readonly string[]): readonly string[] =>
    list.filter((word) => word.startsWith("--"));
  assert.deepEqual(flags(words), flags(expected));
  assert.doesNotMatch(service, /^(?:User=root|Sockets=|WantedBy=)/m);
  for (const line of ["User=solosafe-web", "NoNewPrivileges=yes", "CapabilityBoundingSet="]) {
    assert.ok(service.includes(`\n${line}\n`), line);
  }
  const [here, everywhere] = [unit("solosafe-web-local.socket"), unit("solosafe-web.socket")];
  assert.match(here, /^ListenStream=127\.0\.0\.1:29003$/m);
  assert.doesNotMatch(here, /^\[Install\]$/m);
  assert.match(everywhere, /^ListenStream=29003$/m);
  for (const socket of [here, everywhere]) assert.match(socket, /^ReusePort=yes$/m);
  const target = unit("solosafe.target");
  assert.match(target, /^Wants=.* solosafe-web-local\.socket$/m);
  assert.doesNotMatch(target, /solosafe-web\.(?:socket|service)/, "nobody but the agent opens it");
  assert.match(
    readFileSync(join(ROOT, "config/sysusers/solosafe.conf"), "utf8"),
    /^u solosafe-web /m,
  );
});

test("nothing that happens to them keeps systemd from starting them again", () => {
  for (const name of all) {
    const text = unit(name);
    for (const line of ["Restart=always", "StartLimitIntervalSec=0", "OOMPolicy=continue"]) {
      assert.ok(text.includes(`\n${line}\n`), `${name}: ${line}`);
    }
  }
});

test("what is stopped stops no application", () => {
  for (const name of ["solosafe-agent.service", "solosafe-spawner.service"]) {
    assert.match(unit(name), /^KillMode=process$/m);
    assert.match(unit(name), /^Delegate=yes$/m);
  }
});

test("a shutdown stops agent and spawner, and not the guard", () => {
  const outlives = ["solosafe-guard.service", "solosafe-guard.socket", "solosafe.target"];
  for (const name of outlives) {
    assert.match(unit(name), /^DefaultDependencies=no$/m, name);
    assert.doesNotMatch(unit(name), /^(?:Conflicts|Requires|BindsTo)=/m, name);
  }
  for (const name of ["solosafe-agent.service", "solosafe-spawner.service"]) {
    assert.doesNotMatch(unit(name), /^DefaultDependencies=/m, name);
  }
});
