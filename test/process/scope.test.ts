import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Cgroup, prepareCgroupRoot } from "../../src/host/cgroup.ts";
import { ask, configure, isRunning, type Lab, markedWith, openLab, params } from "./lab.ts";
import { PROGRAMS, until } from "./lab.ts";

/** Where the fake systemd makes its groups; null where none may be made. */
const scopes = prepareCgroupRoot(`scopes-${process.pid}`);
const skip = scopes === null && "no group can be made here";
const folder = mkdtempSync(join(tmpdir(), "solosafe scope-"));
const log = join(folder, "asked");

after(() => {
  endEmptyScopes();
  if (scopes !== null) assert.ok(new Cgroup(scopes).remove(), "a scope was left");
  rmSync(folder, { recursive: true, force: true });
});

/** What systemd does by itself. */
function endEmptyScopes(): void {
  if (scopes === null) return;
  for (const name of readdirSync(scopes)) {
    if (name.endsWith(".scope")) rmdirSync(`${scopes}/${name}`);
  }
}

/** Opens a lab whose systemd behaves like this, for the tests of one `describe`. */
function withSystemd(how: string, cgroups: "where-possible" | "none"): () => Lab {
  let lab: Lab | null = null;
  before(async () => {
    rmSync(log, { force: true });
    lab = await openLab(cgroups, [`${PROGRAMS}/fake-busctl.sh`, scopes ?? "", how, log]);
  });
  after(async () => {
    assert.deepEqual(await lab?.close(), [], "something was left running");
    endEmptyScopes();
  });
  return () => {
    assert.ok(lab);
    return lab;
  };
}

function asked(): string[] {
  return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
}

async function inScope(lab: Lab, resource: string): Promise<string> {
  await until("it is in a scope", () => lab.driver.tree(resource).tracking === "systemd scope");
  const record = `${lab.paths.run}/trees/${resource.replaceAll("/", "+")}`;
  const saved = await until("that was saved", () => {
    const path = existsSync(record)
      ? /"cgroup":"([^"]*\.scope)"/.exec(readFileSync(record, "utf8"))
      : null;
    return path?.[1];
  });
  assert.ok(saved.startsWith(`${scopes}/`));
  return saved;
}

for (const cgroups of ["where-possible", "none"] as const) {
  describe(`a systemd that makes scopes, groups ${cgroups}`, { skip }, () => {
    const open = withSystemd("obey", cgroups);

    test("a tree is moved to a scope, found again there, and gets another one later", async () => {
      const lab = open();
      const app = params("web/app", ["sh", "-c", "sleep 1000 & setsid sleep 1000 & sleep 1000"]);
      configure(lab, app);
      assert.equal((await lab.driver.start(ask("web/app", "START"))).result, "done");
      const { main } = lab.driver.tree("web/app");
      const scope = await inScope(lab, "web/app");
      const group = new Cgroup(scope);
      const unit = `solosafe-${lab.stateId}-web-app-${main?.startTime}.scope`;
      assert.equal(scope, `${scopes}/${unit}`);
      assert.deepEqual(asked(), [
        "call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager " +
          `StartTransientUnit ssa(sv)a(sa(sv)) ${unit} fail 3 PIDs au 1 ${main?.pid} ` +
          "Delegate b true Description s SoloSafe web/app 0",
      ]);
      const members = await until("all are in", () => {
        const all = markedWith(lab.stateId);
        return all.length === 4 && group.members().length === 4 && all;
      });
      // What is told to people and probes may be a second old.
      await until("all are told", () => lab.driver.tree("web/app").pids.length === 4);
      assert.deepEqual(new Set(lab.driver.tree("web/app").pids), new Set(members));

      lab.nextAgent();
      configure(lab, app);
      assert.deepEqual((await lab.driver.observe()).get("web/app"), { is: "running" });
      assert.equal(lab.driver.tree("web/app").tracking, "systemd scope");
      assert.deepEqual(lab.driver.tree("web/app").main, main);
      assert.equal((await lab.driver.stop(ask("web/app", "STOP"))).result, "done");
      assert.equal(group.isPopulated(), false);
      endEmptyScopes();

      assert.equal((await lab.driver.start(ask("web/app", "START"))).result, "done");
      assert.ok(!existsSync(scope), "the folder of an ended scope is not ours to make");
      await until("it has another one", async () => (await inScope(lab, "web/app")) !== scope);
      assert.equal((await lab.driver.stop(ask("web/app", "STOP"))).result, "done");
    });

    test("a daemon that left its session and mark before it is kept together", async () => {
      const lab = open();
      const pidFile = join(folder, `daemon-${cgroups}`);
      configure(lab, params("web/daemon", [`${PROGRAMS}/daemonise.sh`, pidFile]));
      assert.equal((await lab.driver.start(ask("web/daemon", "START"))).result, "done");
      const pid = await until("it runs", () => {
        return existsSync(pidFile) && Number(readFileSync(pidFile, "utf8"));
      });
      await until("it is a member", () => lab.driver.tree("web/daemon").pids.includes(pid));
      assert.equal((await lab.driver.stop(ask("web/daemon", "STOP"))).result, "done");
      assert.ok(!isRunning(pid));
    });
  });
}

describe("a systemd that refuses", { skip }, () => {
  const open = withSystemd("refuse", "where-possible");

  test("everything stays in its own group", async () => {
    const lab = open();
    configure(lab, params("web/app", [`${PROGRAMS}/stay.sh`]));
    for (let round = 1; round <= 2; round += 1) {
      assert.equal((await lab.driver.start(ask("web/app", "START"))).result, "done");
      await until("it was asked", () => asked().length === round);
      const { main, tracking, pids } = lab.driver.tree("web/app");
      assert.equal(tracking, "cgroup");
      assert.ok(main && pids.includes(main.pid));
      assert.equal((await lab.driver.stop(ask("web/app", "STOP"))).result, "done");
      assert.ok(!isRunning(main.pid));
    }
  });
});

describe("a systemd that does not answer", { skip }, () => {
  const open = withSystemd("hang", "where-possible");

  test("nothing waits for it, and what it moves late is not lost", async () => {
    const lab = open();
    const app = params("web/app", [`${PROGRAMS}/stay.sh`]);
    configure(lab, app);
    assert.equal((await lab.driver.start(ask("web/app", "START"))).result, "done");
    const { main, tracking } = lab.driver.tree("web/app");
    assert.ok(main);
    assert.equal(tracking, "cgroup");
    await until("it was asked", () => asked().length === 1);
    const scope = `${scopes}/solosafe-${lab.stateId}-web-app-${main.startTime}.scope`;
    mkdirSync(scope);
    writeFileSync(`${scope}/cgroup.procs`, `${main.pid}`);
    assert.ok(lab.driver.tree("web/app").pids.includes(main.pid));
    assert.equal((await lab.driver.start(ask("web/app", "START"))).result, "still-populated");

    lab.nextAgent();
    configure(lab, app);
    assert.deepEqual((await lab.driver.observe()).get("web/app"), { is: "running" });
    assert.equal(await inScope(lab, "web/app"), scope);
    assert.equal((await lab.driver.stop(ask("web/app", "STOP"))).result, "done");
    assert.ok(!isRunning(main.pid));
  });
});
