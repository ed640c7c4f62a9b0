import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type {
  ConfigHistoryAnswer,
  ConfigPlan,
  ConfigPlanAnswer,
  ConfigVersionFacts,
} from "../../src/api/config-answers.ts";
import { type Answers, fakeAgent, type Seen } from "./fake-agent.ts";
import { cli, type Said, scratch } from "./run-cli.ts";

const FILE = `# the shop
groups:
  shop:
    resources:
      web: { exec: /bin/true }   # the web server
`;

const NO_PLAN: ConfigPlan = {
  isDifferent: true,
  changes: [],
  moreChanges: 0,
  stops: [],
  starts: [],
  adopted: [],
  atNextStart: [],
  leftRunning: [],
  anew: [],
  gone: [],
  withdrawn: [],
  migration: [],
};

const PLAN: ConfigPlan = {
  ...NO_PLAN,
  changes: [
    { key: "mode", kind: "changed", before: "enforce", after: "observe" },
    { key: "monitors.page", kind: "added", before: null, after: null },
    {
      key: "groups.shop.resources.web.environment.PASSWORD",
      kind: "removed",
      before: "(hidden)",
      after: null,
    },
  ],
  moreChanges: 7,
  stops: ["shop/web", "shop/old"],
  starts: ["shop/web", "shop/new"],
  adopted: ["shop/back"],
  atNextStart: ["shop/app"],
  leftRunning: ["shop/gone"],
  anew: ["page"],
  gone: ["port"],
  withdrawn: [{ id: "20260131-1", scope: "shop" }],
  migration: ["`version: 1` is written at the top"],
};

function planned(change: Partial<ConfigPlanAnswer> = {}): ConfigPlanAnswer {
  return { isValid: true, problems: [], plan: PLAN, token: "t-1", obstacle: null, ...change };
}

function version(id: number, change: Partial<ConfigVersionFacts> = {}): ConfigVersionFacts {
  const wall = new Date(2026, 0, 31, 12, 0, id).getTime();
  return { id, wall, by: "ann", message: "", kind: "apply", of: null, hash: `h${id}`, ...change };
}

function historyOf(...versions: readonly ConfigVersionFacts[]): ConfigHistoryAnswer {
  const inForce = versions.at(-1)?.id ?? null;
  return {
    path: "/etc/solosafe/solosafe.yaml",
    inForce,
    isLastGood: false,
    versions: [...versions],
  };
}

interface Desk {
  readonly seen: readonly Seen[];
  readonly file: string;
  readonly state: string;
  run(...typed: readonly string[]): Promise<Said>;
  say(said: string, ...typed: readonly string[]): Promise<Said>;
}

/** A configuration file, an agent that answers as told, and somebody who types. */
async function desk(context: TestContext, answers: Answers | null): Promise<Desk> {
  const state = scratch(context);
  const file = join(state, "solosafe.yaml");
  writeFileSync(file, FILE);
  const seen = answers === null ? [] : await fakeAgent(context, state, answers);
  const environment = { SOLOSAFE_STATE: state };
  return {
    seen,
    file,
    state,
    run: (...typed) => cli(["config", ...typed], { environment }),
    say: (said, ...typed) => cli(["config", ...typed], { environment, said }),
  };
}

const APPLIED = { version: 8, undo: 7, changes: 3, restarted: ["shop/web"] };
const ANSWERS: Answers = {
  planConfig: () => planned(),
  applyConfig: () => APPLIED,
  rollbackConfig: () => APPLIED,
  configHistory: () => historyOf(version(6), version(7)),
};

const PLAN_TEXT = [
  "10 changes:",
  "  ~ mode: enforce -> observe",
  "  + monitors.page",
  "  - groups.shop.resources.web.environment.PASSWORD: (hidden)",
  "  and 7 more",
  "Restarted: shop/web.",
  "Started: shop/new.",
  "Stopped: shop/old.",
  "Found running and taken as they are, whatever program they were started with: shop/back.",
  "Active as before until their next start (--restart: now): shop/app.",
  "Go on running and are not watched any more: shop/gone.",
  "Monitors that begin anew: page.",
  "Monitors that are gone: port.",
  "Incidents that close as withdrawn: 20260131-1 (shop).",
  "Format: `version: 1` is written at the top.",
].join("\n");

test("diff shows the plan and changes nothing", async (context) => {
  const own = await desk(context, ANSWERS);
  const said = await own.run("diff");
  assert.deepEqual([said.code, said.err], [0, ""]);
  assert.equal(said.out, PLAN_TEXT);
  const request = { text: FILE, isRestarting: false, isOverwriting: false };
  assert.deepEqual(own.seen, [{ route: "planConfig", request }]);
});

test("apply shows the plan, asks, applies, and says how to undo it", async (context) => {
  const own = await desk(context, ANSWERS);
  const said = await own.say("y", "apply", "--message", "try it", "--restart");
  assert.equal(said.code, 0);
  assert.equal(
    said.out,
    `${PLAN_TEXT}\nIn force as version 8. Restarting: shop/web. To undo it: \`scripts/solosafe config rollback 7\`.`,
  );
  assert.equal(said.err, "Apply this? [y/N] ");
  assert.deepEqual(
    own.seen.map(({ route }) => route),
    ["planConfig", "applyConfig"],
  );
  assert.equal(own.seen[0]?.request["isRestarting"], true);
  assert.deepEqual(own.seen[1]?.request, { text: FILE, token: "t-1", message: "try it" });
});

/** What is typed, what a person answers, the exit code, and whether it was applied. */
const CONFIRMATIONS: readonly (readonly [
  typed: readonly string[],
  said: string | null,
  code: number,
  isApplied: boolean,
])[] = [
  [["apply"], "n", 4, false],
  [["apply"], "", 4, false],
  [["apply"], "yes", 0, true],
  [["apply"], null, 4, false],
  [["apply", "--yes"], null, 0, true],
  [["apply", "--json"], "y", 4, false],
  [["apply", "--json", "--yes"], null, 0, true],
  [["rollback"], null, 4, false],
  [["rollback", "6", "--yes"], null, 0, true],
  [["set", "mode", "observe"], "n", 4, false],
];

for (const [typed, said, code, isApplied] of CONFIRMATIONS) {
  test(`${typed.join(" ")} and "${said ?? "nobody"}": exit ${code}`, async (context) => {
    const own = await desk(context, ANSWERS);
    const result = said === null ? await own.run(...typed) : await own.say(said, ...typed);
    assert.equal(result.code, code, result.err);
    assert.equal(
      own.seen.some(({ route }) => route === "applyConfig" || route === "rollbackConfig"),
      isApplied,
    );
    if (typed.includes("--json")) assert.doesNotThrow(() => JSON.parse(result.out));
  });
}

test("what is in force already is applied without asking and says so", async (context) => {
  const own = await desk(context, {
    planConfig: () => planned({ plan: { ...NO_PLAN, isDifferent: false } }),
    applyConfig: () => ({ version: 7, undo: null, changes: 0, restarted: [] }),
  });
  const said = await own.run("apply");
  assert.equal(said.code, 0);
  assert.equal(said.out, "This is what is in force.\nNothing to do: it is in force as version 7.");
});

test("what is not valid is told at the file that was named, exit 1", async (context) => {
  const problem = {
    severity: "error",
    code: "config/unknown-key",
    file: "/etc/solosafe/solosafe.yaml",
    line: 3,
    column: 5,
    key: "groups.shop.resorces",
    what: "unknown key",
    hint: null,
  } as const;
  const answer = planned({ isValid: false, plan: null, token: null, problems: [problem] });
  const own = await desk(context, { planConfig: () => answer });
  for (const action of ["diff", "apply"]) {
    const said = await own.run(action, own.file);
    assert.equal(said.code, 1);
    assert.equal(
      said.out,
      `${own.file}:3:5: groups.shop.resorces: unknown key. (config/unknown-key)\nNot valid: 1 error.`,
    );
  }
});

test("an obstacle is told with the plan; apply refuses, diff does not", async (context) => {
  const obstacle = { code: "config/file-changed", message: "the file was changed", hint: "Do so." };
  const own = await desk(context, { planConfig: () => planned({ token: null, obstacle }) });
  const refused = await own.run("push", own.file, "--yes");
  assert.equal(refused.code, 4);
  assert.match(refused.err, /the file was changed\n {2}Do so\./);
  const shown = await own.run("diff");
  assert.equal(shown.code, 0);
  assert.match(shown.out, /It cannot be applied now: the file was changed\./);
  await own.run("push", own.file, "--yes", "--overwrite");
  assert.equal(own.seen.at(-1)?.request["isOverwriting"], true);
});

test("what the agent refuses or fails at has its exit code", async (context) => {
  const error = { code: "config/x", message: "no" };
  const refused = await desk(context, { ...ANSWERS, applyConfig: { status: 409, error } });
  assert.equal((await refused.run("apply", "--yes")).code, 4);
  const failed = await desk(context, { ...ANSWERS, applyConfig: { status: 507, error } });
  assert.equal((await failed.run("apply", "--yes")).code, 5);
});

test("set and unset send the edited file, comments kept", async (context) => {
  const own = await desk(context, ANSWERS);
  await own.run("set", "groups.shop.title", "Our shop", "--yes");
  assert.equal(own.seen.at(-1)?.request["text"], `${FILE}    title: Our shop\n`);
  await own.run("set", "groups.shop.resources.web.user", "shop", "--yes");
  const expected = FILE.replace("true }", "true, user: shop }");
  assert.equal(own.seen.at(-1)?.request["text"], expected);
  assert.equal((await own.run("unset", "groups.shop.none", "--yes")).code, 1);
  assert.equal((await own.run("set", "groups..none", "1")).code, 2);
  assert.equal(readFileSync(own.file, "utf8"), FILE, "only the agent writes the file");
});

test("history is a line for each version, what is in force marked", async (context) => {
  const own = await desk(context, {
    configHistory: () =>
      historyOf(
        version(8, { kind: "start", by: "agent", message: "found when the agent started" }),
        version(9, { message: "second page" }),
        version(10, { kind: "rollback", of: 8, by: "bob" }),
      ),
  });
  const said = await own.run("history");
  assert.equal(
    said.out,
    [
      " 8  2026-01-31 12:00:08  agent  start: found when the agent started",
      " 9  2026-01-31 12:00:09  ann    applied: second page",
      "10  2026-01-31 12:00:10  bob    rolled back to 8  (in force)",
    ].join("\n"),
  );
  const json: ConfigHistoryAnswer = JSON.parse((await own.run("history", "--json")).out);
  assert.equal(json.versions.length, 3);
});

/** What was in force, and what a rollback without a number goes back to. */
const ROLLBACKS: readonly (readonly [
  what: string,
  versions: readonly ConfigVersionFacts[],
  to: number | null,
])[] = [
  ["an apply", [version(1), version(2)], 1],
  ["a rollback", [version(1), version(2), version(3, { hash: "h1", kind: "rollback", of: 1 })], 2],
  ["a file that never was in force", [version(1), version(2, { kind: "file" }), version(3)], 1],
  ["the same text again", [version(1), version(2, { hash: "h3" }), version(3)], 1],
  ["nothing", [version(1)], null],
];

for (const [what, versions, to] of ROLLBACKS) {
  test(`rollback after ${what} goes to ${to ?? "nowhere"}`, async (context) => {
    const own = await desk(context, { ...ANSWERS, configHistory: () => historyOf(...versions) });
    const said = await own.run("rollback", "--yes", "--message", "back");
    assert.equal(said.code, to === null ? 4 : 0, said.err);
    if (to === null) return;
    const request = { version: to, token: "t-1", message: "back" };
    assert.deepEqual(own.seen.at(-1), { route: "rollbackConfig", request });
  });
}

test("pull gives the text in force, to stdout or into a new file", async (context) => {
  const answer = { text: FILE, version: version(7) };
  const own = await desk(context, { configVersion: () => answer });
  assert.equal(`${(await own.run("pull")).out}\n`, FILE);
  const copy = join(own.state, "copy.yaml");
  const said = await own.run("pull", copy, "--of", "7");
  assert.equal(said.out, `Version 7 was written to \`${copy}\`.`);
  assert.deepEqual(own.seen.at(-1)?.request, { version: "7" });
  assert.equal(readFileSync(copy, "utf8"), FILE);
  assert.equal((await own.run("pull", copy)).code, 4);
  assert.equal((await own.run("pull", copy, "--yes")).code, 0);
  assert.equal((await own.run("pull", join(own.state, "none", "x"))).code, 5);
});

test("without an agent diff compares with what was in force last; the rest says it is not running", async (context) => {
  const own = await desk(context, null);
  assert.equal((await own.run("diff")).code, 3);
  mkdirSync(join(own.state, "state"));
  writeFileSync(join(own.state, "state", "last-good.yaml"), FILE.replace("true", "false"));
  const said = await own.run("diff");
  assert.equal(said.code, 0);
  assert.match(
    said.out,
    /^The agent is not running: this is compared with what was in force last\./,
  );
  assert.match(
    said.out,
    /~ groups\.shop\.resources\.web\.start: \["\/bin\/false"\] -> \["\/bin\/true"\]/,
  );
  for (const typed of [["history"], ["rollback"], ["rollback", "7"], ["pull"]]) {
    assert.equal((await own.run(...typed)).code, 3, typed.join(" "));
  }
  writeFileSync(own.file, "groups: [\n");
  assert.equal((await own.run("diff")).code, 1);
});

test("without an agent the file is checked, shown, and written when somebody says so", async (context) => {
  const own = await desk(context, null);
  const asked = await own.run("set", "groups.shop.title", "Our shop");
  assert.equal(asked.code, 4);
  assert.equal(readFileSync(own.file, "utf8"), FILE);
  const done = await own.say("y", "set", "groups.shop.title", "Our shop");
  assert.equal(done.code, 0);
  assert.equal(
    done.out,
    [
      `The agent is not running: \`${own.file}\` is only written.`,
      "1 change:",
      "  ~ groups.shop.title:  -> Our shop",
      "Format: `version: 1` is written at the top, so that later programs know the format.",
      `\`${own.file}\` was written. The agent reads it when it starts.`,
    ].join("\n"),
  );
  const expected = FILE.replace("groups:", "version: 1\ngroups:");
  assert.equal(readFileSync(own.file, "utf8"), `${expected}    title: Our shop\n`);
  const wrong = await own.run("set", "groups.shop.titel", "x", "--yes");
  assert.equal(wrong.code, 1);
  assert.match(wrong.out, /Did you mean `title`/);
  const copy = join(own.state, "copy.yaml");
  writeFileSync(copy, FILE);
  assert.equal((await own.run("push", copy, "--yes", "--json")).code, 0);
  assert.equal(readFileSync(own.file, "utf8"), expected);
  rmSync(own.file);
  assert.equal((await own.run("push", copy, "--yes")).code, 0);
  assert.equal(readFileSync(own.file, "utf8"), expected);
});

const USAGE: readonly (readonly [typed: readonly string[], err: RegExp])[] = [
  [["push"], /something is missing/],
  [["set", "mode"], /something is missing/],
  [["unset"], /something is missing/],
  [["history", "x"], /`x` is one word too many/],
  [["diff", "a", "b"], /`b` is one word too many/],
  [["rollback", "v1"], /`v1` is no number of a version/],
  [["pull", "--of", "last"], /`last` is no number of a version/],
];

for (const [typed, err] of USAGE) {
  test(`config ${typed.join(" ")} is not understood`, async (context) => {
    const own = await desk(context, ANSWERS);
    const said = await own.run(...typed);
    assert.equal(said.code, 2);
    assert.match(said.err, err);
    assert.deepEqual(own.seen, []);
  });
}

test("check says what applying would change of the format", async (context) => {
  const own = await desk(context, null);
  assert.match((await own.run("check")).out, /Applying it changes its format: `version: 1`/);
  writeFileSync(own.file, `version: 1\n${FILE}`);
  assert.doesNotMatch((await own.run("check")).out, /format/);
});
