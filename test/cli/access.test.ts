/** `solosafe web`, `user`, `token` and `audit`: what is asked, what is shown, where passwords come from. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { TokenFacts, UserFacts, WebStatus } from "../../src/api/access-answers.ts";
import { fakeAgent } from "./fake-agent.ts";
import { cli, scratch } from "./run-cli.ts";

const PASSWORD = "four words not together";
const WALL = Date.UTC(2026, 0, 31, 12);
const USER: UserFacts = {
  name: "naoko",
  role: "operator",
  since: WALL,
  signedInAt: null,
  sessions: 0,
  lockedMs: 30_000,
};
const TOKEN: TokenFacts = {
  name: "prometheus",
  role: "viewer",
  route: "metrics",
  since: WALL,
  endsAt: null,
  usedAt: null,
};
const STATUS: WebStatus = {
  port: 29_003,
  isPublic: true,
  because: "password",
  hasPassword: true,
  users: 1,
  sessions: 0,
  addresses: ["https://shop.example.org:29003/"],
  fingerprint: null,
  fault: null,
  toldAt: null,
  editsScripts: false,
  accessFault: null,
};

test("a password comes from a file, and is sent as it is", async (t) => {
  const state = scratch(t);
  const file = join(state, "password");
  writeFileSync(file, `${PASSWORD}\n`, { mode: 0o600 });
  const seen = await fakeAgent(t, state, { webSetup: () => STATUS, userAdd: () => USER });
  const setup = await cli(["web", "setup", "--password-file", file, "--state", state]);
  assert.equal(setup.code, 0, setup.err);
  assert.match(setup.out, /https:\/\/shop\.example\.org:29003\//);
  assert.equal(setup.err, "");
  const words = ["user", "add", "naoko", "--role", "operator", "--password-file", file];
  const added = await cli([...words, "--state", state]);
  assert.equal(added.code, 0, added.err);
  assert.deepEqual(
    seen.map(({ route, request }) => [route, request]),
    [
      ["webSetup", { user: "admin", password: PASSWORD }],
      ["userAdd", { name: "naoko", role: "operator", password: PASSWORD }],
    ],
  );
});

test("a file that others may read is used, and told", async (t) => {
  const state = scratch(t);
  const file = join(state, "password");
  writeFileSync(file, PASSWORD, { mode: 0o644 });
  await fakeAgent(t, state, { userChange: () => USER });
  const said = await cli(["user", "password", "naoko", "--password-file", file, "--state", state]);
  assert.equal(said.code, 0);
  assert.match(said.err, /Others may read/);
});

const NO_PASSWORD: readonly (readonly [string, string | null, RegExp])[] = [
  ["is too short", "short\n", /10 to 200 characters/],
  ["has two lines", `${PASSWORD}\n${PASSWORD}\n`, /more than one line/],
  ["is too long", "x".repeat(2000), /more than a password/],
  ["is not there", null, /cannot be read/],
];

for (const [what, text, message] of NO_PASSWORD) {
  test(`a password file that ${what} is refused before the agent is asked`, async (t) => {
    const state = scratch(t);
    const file = join(state, "password");
    if (text !== null) writeFileSync(file, text, { mode: 0o600 });
    const seen = await fakeAgent(t, state, { webSetup: () => STATUS });
    const said = await cli(["web", "setup", "--password-file", file, "--state", state]);
    assert.equal(said.code, 2);
    assert.match(said.err, message);
    assert.deepEqual(seen, []);
  });
}

test("a person types it twice; nobody there is told what to do", async (t) => {
  const state = scratch(t);
  const seen = await fakeAgent(t, state, { userChange: () => USER });
  const typed = ["user", "password", "naoko", "--state", state];
  const said = await cli(typed, { said: PASSWORD });
  assert.equal(said.code, 0);
  assert.deepEqual(seen[0]?.request, { name: "naoko", password: PASSWORD });
  assert.doesNotMatch(said.out + said.err, new RegExp(PASSWORD));
  const alone = await cli(typed);
  assert.equal(alone.code, 2);
  assert.match(alone.err, /--password-file/);
});

test("users, tokens and the audit trail as tables and as JSON", async (t) => {
  const state = scratch(t);
  const entry = {
    seq: 7,
    wall: WALL,
    who: "naoko",
    by: "session",
    from: "192.0.2.7",
    what: "stop",
    about: { name: "shop" },
    result: "done",
  } as const;
  const seen = await fakeAgent(t, state, {
    users: () => ({ users: [USER] }),
    tokens: () => ({ tokens: [TOKEN] }),
    tokenAdd: () => ({ secret: "solosafe_token_x", token: TOKEN }),
    audit: () => ({ entries: [entry], lost: 2 }),
  });
  const users = await cli(["user", "list", "--state", state]);
  assert.match(users.out, /naoko +operator +never +0 +locked for 30s/);
  const tokens = await cli(["token", "list", "--state", state]);
  assert.match(tokens.out, /prometheus +viewer +metrics +never +never/);
  const words = ["token", "add", "prometheus", "--route", "metrics", "--for", "30d"];
  const added = await cli([...words, "--state", state]);
  assert.match(added.out, /^solosafe_token_x\n/);
  assert.deepEqual(seen.at(-1)?.request, {
    name: "prometheus",
    role: "viewer",
    route: "metrics",
    forMs: 30 * 86_400_000,
  });
  const audit = await cli(["audit", "--limit", "5", "--state", state]);
  assert.match(audit.out, /naoko \(session\) +192\.0\.2\.7 +stop +done +name=shop\n2 entries/);
  assert.deepEqual(seen.at(-1)?.request, { limit: "5" });
  const json = await cli(["audit", "--json", "--state", state]);
  assert.deepEqual(JSON.parse(json.out), { entries: [entry], lost: 2 });
});

const MISTYPED: readonly (readonly string[])[] = [
  ["web", "open"],
  ["user", "add"],
  ["user", "role", "naoko", "king"],
  ["user", "remove", "naoko", "now"],
  ["token", "add", "x", "--for", "long"],
  ["token", "add", "x", "--role", "root"],
  ["audit", "--limit", "many"],
];

for (const typed of MISTYPED) {
  test(`solosafe ${typed.join(" ")} is not understood`, async (t) => {
    const state = scratch(t);
    const seen = await fakeAgent(t, state, {});
    assert.equal((await cli([...typed, "--state", state])).code, 2);
    assert.deepEqual(seen, []);
  });
}
