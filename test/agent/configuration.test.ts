import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { TOKEN_LIFE } from "../../src/agent/config-tokens.ts";
import { VERSIONS_MAX } from "../../src/agent/versions.ts";
import { ConfigBench, configOf } from "./config-bench.ts";

async function bench(t: TestContext, text = configOf(10)): Promise<ConfigBench> {
  const made = new ConfigBench(t, text);
  await made.configuration.begin();
  return made;
}

const never = (): Promise<void> => new Promise(() => {});

function full(): never {
  throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
}

/** Nothing of a change that did not happen is left. */
function assertUntouched(own: ConfigBench): void {
  assert.equal(own.file, configOf(10));
  assert.equal(own.current.text, configOf(10));
  assert.deepEqual(own.applied, []);
  assert.deepEqual(readdirSync(join(own.folder, "etc")), ["solosafe.yaml"]);
  assert.deepEqual(
    own.configuration.history().versions.map((one) => one.id),
    [1],
  );
}

test("what is in force when the agent starts is the first version", async (t) => {
  const own = await bench(t);
  const { versions, inForce } = own.configuration.history();
  assert.equal(inForce, 1);
  assert.deepEqual(
    versions.map(({ id, kind, by }) => [id, kind, by]),
    [[1, "start", "agent"]],
  );
  await own.restart();
  assert.equal(own.configuration.history().versions.length, 1);
});

test("plan, apply: the file, what is in force, the last good and the history agree", async (t) => {
  const own = await bench(t);
  const done = await own.change(configOf(20), "bob");
  assert.deepEqual(done, { version: 2, undo: 1, changes: 1, restarted: [] });
  assert.equal(own.file, configOf(20));
  assert.equal(own.current.text, configOf(20));
  assert.deepEqual(own.lastGood, [configOf(20)]);
  const text = await own.configuration.version(2);
  assert.ok(text.ok);
  assert.equal(text.value.text, configOf(20));
  assert.equal(text.value.version?.by, "bob");
});

test("a rollback, its own rollback, and once more", async (t) => {
  const own = await bench(t);
  await own.change(configOf(20));
  assert.deepEqual(await own.rollBack(1), { version: 3, undo: 2, changes: 1, restarted: [] });
  assert.equal(own.file, configOf(10));
  assert.deepEqual(await own.rollBack(2), { version: 4, undo: 3, changes: 1, restarted: [] });
  assert.equal(own.file, configOf(20));
  assert.equal((await own.rollBack(3)).version, 5);
  assert.equal(own.file, configOf(10));
  assert.deepEqual(
    own.configuration.history().versions.map(({ kind, of }) => [kind, of]),
    [
      ["start", null],
      ["apply", null],
      ["rollback", 1],
      ["rollback", 2],
      ["rollback", 3],
    ],
  );
});

test("two people: the second is told who was first and when, and plans again", async (t) => {
  const own = await bench(t);
  const tokens = [await own.token({ text: configOf(20) }), await own.token({ text: configOf(30) })];
  const [first, second] = await Promise.all([
    own.apply(configOf(20), tokens[0] ?? "", "ann"),
    own.apply(configOf(30), tokens[1] ?? "", "bob"),
  ]);
  assert.equal(first?.ok, true);
  assert.ok(second && !second.ok);
  assert.equal(second.problem.code, "config/applied-meanwhile");
  assert.match(second.problem.message, /ann applied version 2 at 2027-\d\d-\d\dT/);
  assert.equal(own.file, configOf(20));
  assert.equal((await own.change(configOf(30), "bob")).version, 3);
});

test("a token is for one text and for 15 minutes", async (t) => {
  const own = await bench(t);
  const token = await own.token({ text: configOf(20) });
  const other = await own.apply(configOf(21), token);
  assert.ok(!other.ok && other.problem.code === "config/token");
  const made = await own.apply(configOf(20), "made-up");
  assert.ok(!made.ok && made.problem.code === "config/token");
  own.clock.freeze(TOKEN_LIFE + 1);
  const late = await own.apply(configOf(20), token);
  assert.ok(!late.ok && late.problem.code === "config/token");
  assertUntouched(own);
});

test("a token ends with the agent that gave it", async (t) => {
  const own = await bench(t);
  const token = await own.token({ text: configOf(20) });
  await own.restart();
  const late = await own.apply(configOf(20), token);
  assert.ok(!late.ok && late.problem.code === "config/token");
});

test("what is not valid is told at its own lines, and there is no token", async (t) => {
  const own = await bench(t);
  const planned = await own.plan({ text: "monitors:\n  page: { htp: 1 }\n" });
  assert.ok(planned.ok);
  const { isValid, token, plan, problems } = planned.value;
  assert.deepEqual([isValid, token, plan, problems[0]?.line], [false, null, null, 2]);
});

test("a file changed by hand is not written over unasked; asked, it is kept", async (t) => {
  const own = await bench(t);
  own.write("# mine\n");
  const planned = await own.plan({ text: configOf(20) });
  assert.ok(planned.ok);
  assert.equal(planned.value.token, null);
  assert.equal(planned.value.obstacle?.code, "config/file-changed");
  const token = await own.token({ text: configOf(20) }, true);
  assert.equal((await own.apply(configOf(20), token)).ok, true);
  assert.equal(own.file, configOf(20));
  const kept = await own.configuration.version(2);
  assert.ok(kept.ok);
  assert.deepEqual([kept.value.text, kept.value.version?.kind], ["# mine\n", "file"]);
});

test("a file changed by hand is what is planned: it is applied", async (t) => {
  const own = await bench(t);
  own.write(configOf(20));
  assert.equal((await own.change(configOf(20))).version, 2);
  assert.equal(own.current.text, configOf(20));
});

test("a file changed between plan and apply refuses the apply", async (t) => {
  const own = await bench(t);
  const token = await own.token({ text: configOf(20) });
  own.write(configOf(11));
  const refused = await own.apply(configOf(20), token);
  assert.ok(!refused.ok && refused.problem.code === "config/file-changed");
  assert.equal(own.file, configOf(11));
});

test("what is in force already is not written again", async (t) => {
  const own = await bench(t);
  assert.deepEqual(await own.change(configOf(10)), {
    version: 1,
    undo: null,
    changes: 0,
    restarted: [],
  });
  assertUntouched(own);
});

test("a file that is gone is written anew", async (t) => {
  const own = await bench(t);
  rmSync(own.path);
  await own.change(configOf(10));
  assert.equal(own.file, configOf(10));
});

test("the format of today is written together with the change", async (t) => {
  const old = configOf(10).replace("version: 1\n", "# top\n");
  const own = await bench(t, old);
  const planned = await own.plan({ text: old.replace("10s", "20s") });
  assert.ok(planned.ok && planned.value.plan?.migration.length === 1);
  await own.change(old.replace("10s", "20s"));
  assert.equal(own.file, `# top\n${configOf(20)}`);
  assert.equal(own.current.text, own.file);
});

test("mode and link stay", async (t) => {
  const own = await bench(t);
  const target = join(own.folder, "real.yaml");
  renameSync(own.path, target);
  symlinkSync("../real.yaml", own.path);
  chmodSync(target, 0o604);
  await own.change(configOf(20));
  assert.ok(lstatSync(own.path).isSymbolicLink());
  assert.equal(statSync(target).mode & 0o7777, 0o604);
  assert.equal(own.file, configOf(20));
  assert.deepEqual(readdirSync(own.folder).toSorted(), ["etc", "real.yaml", "state"]);
});

for (const step of ["version", "replace"] as const) {
  test(`a disk that is full at ${step}: the old configuration stays, and it is said`, async (t) => {
    const own = await bench(t);
    const token = await own.token({ text: configOf(20) });
    own.faults.before = (at) => (at === step ? full() : undefined);
    const failed = await own.apply(configOf(20), token);
    assert.ok(!failed.ok);
    assert.deepEqual([failed.problem.status, failed.problem.code], [507, "config/not-written"]);
    assert.match(failed.problem.message, /the disk is full/);
    assert.match(failed.problem.hint ?? "", /stays in force/);
    assertUntouched(own);
    // With room again the same plan goes on.
    own.faults.before = () => {};
    assert.equal((await own.apply(configOf(20), token)).ok, true);
    assert.equal(own.file, configOf(20));
  });

  test(`a disk that hangs at ${step} is given up, and harms nothing when it wakes`, async (t) => {
    const own = await bench(t);
    const token = await own.token({ text: configOf(20) });
    const gate = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    own.faults.before = (at) => {
      if (at !== step) return;
      asked.resolve();
      return gate.promise;
    };
    const applying = own.apply(configOf(20), token);
    await asked.promise;
    await own.clock.pass(60_000);
    const failed = await applying;
    assert.ok(!failed.ok && /did not answer within 5s/.test(failed.problem.message));
    own.faults.before = () => {};
    gate.resolve();
    // The next change waits for nothing, and what came too late has done nothing.
    await own.change(configOf(30));
    await own.restart();
    assert.equal(own.file, configOf(30));
    assert.deepEqual(
      own.configuration.history().versions.map(({ hash }) => hash).length,
      2,
      "the one that came too late is no version",
    );
  });
}

test("a file that cannot be read refuses plan and apply, in time", async (t) => {
  const own = await bench(t);
  const asked = Promise.withResolvers<void>();
  own.faults.before = (at) => {
    if (at !== "read") return;
    asked.resolve();
    return never();
  };
  const planning = own.plan({ text: configOf(20) });
  await asked.promise;
  await own.clock.pass(60_000);
  const planned = await planning;
  assert.ok(!planned.ok && planned.problem.code === "config/unreadable");
});

/** The agent is killed: what it waits for never comes, and another one starts. */
const KILLS = [
  ["before the version was kept", "version", 10],
  ["between version and file", "replace", 10],
  ["after the file was replaced", "rename", 20],
] as const;

for (const [when, step, seconds] of KILLS) {
  test(`killed ${when}: file, history and what is in force agree again`, async (t) => {
    const own = await bench(t);
    const token = await own.token({ text: configOf(20) });
    const asked = Promise.withResolvers<void>();
    own.faults.before = (at) => {
      if (at !== step) return;
      asked.resolve();
      return never();
    };
    void own.apply(configOf(20), token);
    await asked.promise;
    await own.restart();
    assert.equal(own.file, configOf(seconds));
    const { versions, inForce } = own.configuration.history();
    assert.equal(inForce, seconds === 10 ? 1 : 2);
    assert.equal(versions.at(-1)?.by, seconds === 10 ? "agent" : "ann");
    assert.deepEqual(
      readdirSync(join(own.folder, "state", "config")).filter(
        (name) => !/\.(?:json|yaml)$/.test(name),
      ),
      [],
    );
    assert.equal((await own.change(configOf(30))).undo, inForce);
  });
}

test("what a killed write left beside the file goes at the next start", async (t) => {
  const own = await bench(t);
  own.write(configOf(10));
  const beside = `${own.path}.new`;
  renameSync(own.path, beside);
  own.write(configOf(10));
  await own.restart();
  assert.ok(!existsSync(beside));
});

test(`${VERSIONS_MAX} versions are kept; the oldest goes`, async (t) => {
  const own = await bench(t);
  for (let seconds = 11; seconds < 11 + VERSIONS_MAX; seconds += 1) {
    await own.change(configOf(seconds));
  }
  const { versions } = own.configuration.history();
  assert.equal(versions.length, VERSIONS_MAX);
  assert.equal(versions[0]?.id, 2);
  assert.equal(readdirSync(join(own.folder, "state", "config")).length, 2 * VERSIONS_MAX);
  const gone = await own.plan({ version: 1 });
  assert.ok(!gone.ok && gone.problem.code === "config/no-version");
  await own.restart();
  assert.equal(own.configuration.history().versions.length, VERSIONS_MAX);
});

test("a reload is a version too", async (t) => {
  const own = await bench(t);
  own.write(configOf(20));
  assert.deepEqual(await own.configuration.reload("SIGHUP"), { changes: 1, problems: [] });
  const { versions, inForce } = own.configuration.history();
  assert.equal(inForce, 2);
  assert.deepEqual([versions[1]?.kind, versions[1]?.by], ["reload", "SIGHUP"]);
});

test("facts that cannot be read are set aside, the rest stays", async (t) => {
  const own = await bench(t);
  await own.change(configOf(20));
  writeFileSync(join(own.folder, "state", "config", "000001.json"), "{");
  writeFileSync(join(own.folder, "state", "config", "strange"), "x");
  await own.restart();
  assert.deepEqual(
    own.configuration.history().versions.map(({ id }) => id),
    [2],
  );
});
