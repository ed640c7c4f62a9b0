/** Users, sessions and lock-out against a clock and a disk that a test moves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Accounts } from "../../src/agent/access/accounts.ts";
import { AccessStore } from "../../src/agent/access/access-store.ts";
import { Passwords } from "../../src/agent/access/passwords.ts";
import { hashOf } from "../../src/agent/access/secrets.ts";
import { Sessions } from "../../src/agent/access/sessions.ts";
import { CODE_LIFE, SignIn } from "../../src/agent/access/sign-in.ts";
import { HOUR, MINUTE, SECOND } from "../../src/base/duration.ts";
import { type IpAddress, parseAddress } from "../../src/base/ip-address.ts";
import type { Event } from "../../src/core/event.ts";
import { FakeAccessFiles } from "./fake-access-files.ts";
import { FakeClock, settle } from "./fake-clock.ts";

const CHEAP = { N: 16, r: 1, p: 1 };
const PASSWORD = "correct horse battery";
const HERE = addressOf("127.0.0.1");
const THERE = addressOf("192.0.2.7");

function addressOf(text: string): IpAddress {
  const address = parseAddress(text);
  assert(address);
  return address;
}

async function open(files = new FakeAccessFiles()) {
  const clock = new FakeClock();
  const events: Event[] = [];
  const lost: (string | null)[] = [];
  const store = new AccessStore({ clock, files, onLost: (_why, kept) => lost.push(kept) });
  await store.load();
  const times = { longestMs: 12 * HOUR, idleMs: HOUR };
  const sessions = new Sessions(clock, store, () => times);
  const passwords = new Passwords(() => {}, CHEAP);
  const signIn = new SignIn({ clock, store, passwords, tell: (event) => events.push(event) });
  const parts = { clock, store, sessions, signIn, passwords };
  const accounts = new Accounts({ ...parts, roleOfRoute: () => "viewer" });
  return { ...parts, accounts, files, events, lost };
}

type Opened = Awaited<ReturnType<typeof open>>;

async function addUser({ accounts }: Opened, name = "naoko"): Promise<void> {
  const added = await accounts.addUser(name, "administrator", PASSWORD);
  assert(added.ok, JSON.stringify(added));
}

async function tryIn(own: Opened, name: string, password: string, from = THERE): Promise<string> {
  const result = await own.signIn.byPassword(name, password, from);
  return result.ok ? "in" : result.problem.code;
}

test("a session ends after its longest time, after idleness, and when the clock was set back", async () => {
  const own = await open();
  await addUser(own);
  const find = (secret: string): boolean => own.sessions.find(hashOf(secret), true) !== null;
  const idle = own.sessions.begin("naoko");
  const used = own.sessions.begin("naoko");
  for (let passed = 0; passed < 11; passed += 1) {
    await own.clock.pass(59 * MINUTE);
    assert.equal(find(used), true);
  }
  assert.equal(find(idle), false);
  await own.clock.pass(59 * MINUTE);
  await own.clock.pass(20 * MINUTE);
  assert.equal(find(used), false);
  const early = own.sessions.begin("naoko");
  own.clock.freeze(-HOUR);
  assert.equal(find(early), false);
});

test("of one user ten sessions are open, and the one unused for longest ends first", async () => {
  const own = await open();
  await addUser(own);
  const all = [];
  for (let count = 0; count < 12; count += 1) {
    all.push(own.sessions.begin("naoko"));
    await own.clock.pass(SECOND);
  }
  assert.equal(own.sessions.count("naoko"), 10);
  assert.equal(own.sessions.find(hashOf(all[0] ?? ""), false), null);
  assert.notEqual(own.sessions.find(hashOf(all[11] ?? ""), false), null);
});

test("sessions are written soon, and another agent knows them", async () => {
  const own = await open();
  await addUser(own);
  const secret = own.sessions.begin("naoko");
  await own.clock.pass(2 * SECOND);
  assert.doesNotMatch(own.files.text ?? "", new RegExp(secret));
  const next = await open(own.files);
  assert.equal(next.sessions.find(hashOf(secret), true)?.user, "naoko");
});

test("another password and another role end what was open; the own session stays", async () => {
  const own = await open();
  await addUser(own);
  const one = own.sessions.begin("naoko");
  const other = own.sessions.begin("naoko");
  const changed = await own.accounts.changeUser("naoko", { password: "x".repeat(10) }, hashOf(one));
  assert.equal(changed.ok, true);
  assert.notEqual(own.sessions.find(hashOf(one), true), null);
  assert.equal(own.sessions.find(hashOf(other), true), null);
  assert.equal(await tryIn(own, "naoko", PASSWORD), "access/wrong");
  assert.equal((await own.accounts.removeUser("naoko")).ok, true);
  assert.equal(own.sessions.find(hashOf(one), true), null);
});

const ENDING: readonly (readonly [string, (own: Opened) => Promise<{ readonly ok: boolean }>])[] = [
  [
    "another password",
    ({ accounts }) => accounts.changeUser("kenji", { password: PASSWORD }, null),
  ],
  ["another role", ({ accounts }) => accounts.changeUser("kenji", { role: "viewer" }, null)],
  ["the removal", ({ accounts }) => accounts.removeUser("kenji")],
];

for (const [what, change] of ENDING) {
  test(`with ${what} of a user the sessions are out of the file at once`, async () => {
    const own = await open();
    await addUser(own);
    await addUser(own, "kenji");
    const ended = hashOf(own.sessions.begin("kenji"));
    const stays = hashOf(own.sessions.begin("naoko"));
    await own.clock.pass(2 * SECOND);
    assert.match(own.files.text ?? "", new RegExp(ended));
    own.files.fault = "ENOSPC";
    assert.equal((await change(own)).ok, false);
    assert.notEqual(own.sessions.find(ended, false), null);
    own.files.fault = null;
    assert.equal((await change(own)).ok, true);
    // Without the clock having moved: nothing of it is left for later.
    assert.doesNotMatch(own.files.text ?? "", new RegExp(ended));
    assert.match(own.files.text ?? "", new RegExp(stays));
    assert.equal(own.sessions.find(ended, false), null);
  });
}

test("the first user ends what began with a code; the second one ends nothing", async () => {
  const own = await open();
  const first = hashOf(own.sessions.begin(null));
  await own.clock.pass(2 * SECOND);
  await addUser(own);
  assert.doesNotMatch(own.files.text ?? "", new RegExp(first));
  assert.equal(own.sessions.find(first, true), null);
  const later = hashOf(own.sessions.begin(null));
  await addUser(own, "kenji");
  assert.notEqual(own.sessions.find(later, true), null);
});

test("the last administrator stays while there are others", async () => {
  const own = await open();
  await addUser(own);
  assert.equal((await own.accounts.addUser("kenji", "viewer", PASSWORD)).ok, true);
  const lowered = await own.accounts.changeUser("naoko", { role: "viewer" }, null);
  assert.equal(!lowered.ok && lowered.problem.code, "access/last-administrator");
  const removed = await own.accounts.removeUser("naoko");
  assert.equal(!removed.ok && removed.problem.code, "access/last-administrator");
  assert.equal((await own.accounts.removeUser("kenji")).ok, true);
  assert.equal((await own.accounts.removeUser("naoko")).ok, true);
});

test("who is wrong too often waits, each time twice as long, also with the right password", async () => {
  const own = await open();
  await addUser(own);
  for (let count = 0; count < 5; count += 1) {
    assert.equal(await tryIn(own, "naoko", "wrong"), "access/wrong");
  }
  assert.equal(await tryIn(own, "naoko", PASSWORD), "access/locked");
  const locked = own.events.filter(({ id }) => id === "sign-in-locked");
  assert.deepEqual(locked[0]?.fields, { user: "naoko", from: "192.0.2.7", lasts: 30 * SECOND });
  await own.clock.pass(31 * SECOND);
  assert.equal(await tryIn(own, "naoko", "wrong"), "access/wrong");
  await own.clock.pass(31 * SECOND);
  assert.equal(await tryIn(own, "naoko", PASSWORD), "access/locked");
  await own.clock.pass(31 * SECOND);
  assert.equal(await tryIn(own, "naoko", PASSWORD), "in");
  assert.equal(await tryIn(own, "naoko", "wrong"), "access/wrong");
});

test("names that nobody has lock in the same way, and are not repeated", async () => {
  const own = await open();
  await addUser(own);
  for (let count = 0; count < 5; count += 1) {
    assert.equal(await tryIn(own, "my-password-by-mistake", "wrong"), "access/wrong");
  }
  assert.equal(await tryIn(own, "my-password-by-mistake", "wrong"), "access/locked");
  assert.doesNotMatch(JSON.stringify(own.events), /my-password/);
  assert.equal(await tryIn(own, "naoko", PASSWORD), "in");
});

test("one address that tries many names waits too; a whole network of IPv6 is one", async () => {
  const own = await open();
  await addUser(own);
  for (let count = 0; count < 10; count += 1) {
    const from = addressOf(`2001:db8::${count + 1}`);
    assert.equal(await tryIn(own, `name${count}`, "wrong", from), "access/wrong");
  }
  assert.equal(await tryIn(own, "naoko", PASSWORD, addressOf("2001:db8::abcd")), "access/locked");
  assert.equal(await tryIn(own, "naoko", PASSWORD, addressOf("2001:db8:0:1::1")), "in");
});

test("attempts at the same time count as many", async () => {
  const own = await open();
  await addUser(own);
  const all = await Promise.all(Array.from({ length: 20 }, () => tryIn(own, "naoko", "wrong")));
  assert.equal(all.filter((code) => code === "access/wrong").length, 5);
  assert.equal(all.filter((code) => code === "access/locked").length, 15);
});

test("a person with the right to it lifts a lock", async () => {
  const own = await open();
  await addUser(own);
  for (let count = 0; count < 6; count += 1) await tryIn(own, "naoko", "wrong");
  assert.equal(own.accounts.users()[0]?.lockedMs, 30 * SECOND);
  await own.accounts.changeUser("naoko", { password: PASSWORD }, null);
  assert.equal(await tryIn(own, "naoko", PASSWORD), "in");
});

test("a code is good once, for ten minutes, on this server, and only the newest", async () => {
  const own = await open();
  const byCode = (typed: string, from = HERE): string => {
    const result = own.signIn.byCode(typed, from);
    return result.ok ? "in" : result.problem.code;
  };
  assert.equal(byCode(""), "access/wrong-code");
  const old = own.signIn.newCode();
  const code = own.signIn.newCode();
  assert.equal(byCode(old), "access/wrong-code");
  assert.equal(byCode(code, THERE), "access/not-from-here");
  assert.equal(byCode(code.toLowerCase().replaceAll("-", " ")), "in");
  assert.equal(byCode(code), "access/wrong-code");
  const late = own.signIn.newCode();
  await own.clock.pass(CODE_LIFE);
  assert.equal(byCode(late), "access/wrong-code");
});

test("who tries a code from elsewhere waits, and locks neither the code nor this server", async () => {
  const own = await open();
  await addUser(own);
  const code = own.signIn.newCode();
  const tries = Array.from({ length: 12 }, () => own.signIn.byCode(code, THERE));
  const codes = tries.map((one) => (one.ok ? "in" : one.problem.code));
  assert.equal(codes.filter((one) => one === "access/not-from-here").length, 10);
  assert.deepEqual(codes.slice(10), ["access/locked", "access/locked"]);
  assert.equal(await tryIn(own, "naoko", PASSWORD), "access/locked");
  assert.deepEqual(own.events[0]?.fields, { user: "", from: "192.0.2.7", lasts: 30 * SECOND });
  assert.equal(own.signIn.byCode(code, HERE).ok, true);
});

test("all loopback addresses wait as one, and a new code lets them in", async () => {
  const own = await open();
  await addUser(own);
  for (let count = 0; count < 10; count += 1) {
    const from = addressOf(count % 2 === 0 ? `127.0.0.${count + 1}` : `::ffff:127.9.0.${count}`);
    assert.equal(await tryIn(own, `name${count}`, "wrong", from), "access/wrong");
  }
  const here = addressOf("::1");
  assert.equal(await tryIn(own, "naoko", PASSWORD, here), "access/locked");
  for (let count = 0; count < 5; count += 1) own.signIn.byCode("guess", HERE);
  assert.equal(own.signIn.byCode(own.signIn.newCode(), here).ok, true);
  assert.equal(await tryIn(own, "naoko", PASSWORD, HERE), "in");
});

test("a new code forgets the guesses at the one before", async () => {
  const own = await open();
  own.signIn.newCode();
  for (let count = 0; count < 5; count += 1) own.signIn.byCode("guess", HERE);
  const locked = own.signIn.byCode("guess", HERE);
  assert.equal(!locked.ok && locked.problem.code, "access/locked");
  assert.equal(own.signIn.byCode(own.signIn.newCode(), HERE).ok, true);
});

test("with a full disk nothing about accounts changes, and people still sign in", async () => {
  const own = await open();
  await addUser(own);
  own.files.fault = "ENOSPC: no space left on device";
  const added = await own.accounts.addUser("kenji", "viewer", PASSWORD);
  assert.equal(!added.ok && added.problem.status, 507);
  assert.equal(own.store.user("kenji"), null);
  const secret = own.sessions.begin("naoko");
  await own.clock.pass(5 * SECOND);
  assert.notEqual(own.sessions.find(hashOf(secret), true), null);
  own.files.fault = null;
  await own.clock.pass(15 * SECOND);
  assert.match(own.files.text ?? "", new RegExp(hashOf(secret)));
});

test("a disk that hangs is given up; what it wrote late is not what counts", async () => {
  const own = await open();
  await addUser(own);
  own.files.isHanging = true;
  const adding = own.accounts.addUser("kenji", "viewer", PASSWORD);
  await waitFor(() => own.clock.waiting > 0);
  await own.clock.pass(6 * SECOND);
  const added = await adding;
  assert.equal(!added.ok && added.problem.code, "access/not-saved");
  const again = await own.accounts.addUser("kenji", "viewer", PASSWORD);
  assert.equal(!again.ok && again.problem.code, "access/not-saved");
  own.files.release();
  await settle();
  assert.match(own.files.text ?? "", /kenji/);
  await own.clock.pass(2 * SECOND);
  assert.doesNotMatch(own.files.text ?? "", /kenji/);
});

const UNUSABLE: readonly (readonly [string, string])[] = [
  ["cut off", '{"version":1,"users":[{"na'],
  ["empty", ""],
  ["of another version", '{"version":2,"users":[],"sessions":[],"tokens":[]}'],
  [
    "with a user without a password",
    '{"version":1,"users":[{"name":"a","role":"administrator","hash":"","since":1,"signedInAt":null}],"sessions":[],"tokens":[]}',
  ],
  [
    "with a hash that would take a year",
    '{"version":1,"users":[{"name":"a","role":"administrator","hash":"scrypt$1073741824$8$1$AAAA$AAAA","since":1,"signedInAt":null}],"sessions":[],"tokens":[]}',
  ],
  ["not an object", "null"],
];

for (const [what, text] of UNUSABLE) {
  test(`a file of users that is ${what} is kept aside, and nobody is in it`, async () => {
    const files = new FakeAccessFiles();
    files.text = text;
    const own = await open(files);
    assert.equal(own.store.accounts.users.length, 0);
    assert.match(own.store.fault ?? "", /not valid/);
    assert.deepEqual(files.kept, [text]);
    assert.equal(own.lost.length, 1);
    await addUser(own);
    assert.equal(own.store.fault, null);
  });
}

test("over a file that cannot be read, or not be kept aside, nothing is written", async () => {
  const unreadable = new FakeAccessFiles();
  unreadable.text = "secret";
  unreadable.readFault = "EIO";
  const stuck = new FakeAccessFiles();
  stuck.text = "{";
  stuck.fault = "EROFS";
  for (const files of [unreadable, stuck]) {
    const { text } = files;
    const own = await open(files);
    files.fault = null;
    const added = await own.accounts.addUser("naoko", "viewer", PASSWORD);
    assert.equal(!added.ok && added.problem.status, 507);
    assert.equal(files.text, text);
  }
});

test("one password is worked on at a time, and few wait", async () => {
  const passwords = new Passwords(() => {}, CHEAP);
  const all = await Promise.all(Array.from({ length: 30 }, () => passwords.hash(PASSWORD)));
  assert.equal(all.filter((hash) => hash !== null).length, 9);
  assert.equal(await passwords.isRight(PASSWORD, await passwords.hash(PASSWORD)), true);
  assert.equal(await passwords.isRight("wrong", await passwords.hash(PASSWORD)), false);
  assert.equal(await passwords.isRight(PASSWORD, null), false);
});

/** Real work in the thread pool goes on while the clock stands. */
async function waitFor(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
