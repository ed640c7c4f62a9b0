/** The audit trail: what is kept, what a full disk and a power cut do to it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { aboutOf } from "../../src/agent/access/about.ts";
import { AuditTrail, type Audited } from "../../src/agent/access/audit-trail.ts";
import { SECOND } from "../../src/base/duration.ts";
import { FakeAccessFiles } from "./fake-access-files.ts";
import { FakeClock, settle } from "./fake-clock.ts";

function entry(name: string): Audited {
  return {
    wall: 1,
    who: "naoko",
    by: "session",
    from: "::1",
    what: "stop",
    about: { name },
    result: "done",
  };
}

function open(files = new FakeAccessFiles()) {
  const clock = new FakeClock();
  return { clock, files, trail: new AuditTrail(clock, files.audit) };
}

async function names(
  trail: AuditTrail,
  before: number | null = null,
  limit = 10,
): Promise<unknown[]> {
  return (await trail.page(before, limit)).map(({ about }) => about["name"]);
}

test("the newest first, page by page, and numbers go on in the next agent", async () => {
  const { files, trail } = open();
  for (const name of ["a", "b", "c"]) trail.add(entry(name));
  await settle();
  await trail.settled();
  assert.deepEqual(await names(trail, null, 2), ["c", "b"]);
  assert.deepEqual(await names(trail, 2), ["a"]);
  const next = open(files).trail;
  next.add(entry("d"));
  await settle();
  const page = await next.page(null, 10);
  assert.deepEqual(
    page.map(({ seq, about }) => [seq, about["name"]]),
    [
      [4, "d"],
      [3, "c"],
      [2, "b"],
      [1, "a"],
    ],
  );
});

test("only so much is kept, whatever is asked", async () => {
  const { files, trail } = open();
  for (let count = 0; count < 13_500; count += 1) {
    trail.add(entry(String(count)));
    if (count % 500 === 0) await settle();
  }
  await settle();
  await trail.settled();
  assert.ok(files.segments.size <= 11);
  const page = await trail.page(null, 1000);
  assert.equal(page.length, 1000);
  assert.equal(page[0]?.about["name"], "13499");
  assert.equal(trail.lost, 0);
});

test("with a full disk entries are shown from memory, and written when there is room", async () => {
  const { files, trail, clock } = open();
  files.fault = "ENOSPC";
  trail.add(entry("a"));
  await settle();
  assert.deepEqual(await names(trail), ["a"]);
  assert.equal(files.segments.size, 0);
  for (let count = 0; count < 1200; count += 1) trail.add(entry("more"));
  await settle();
  assert.equal(trail.lost, 201);
  files.fault = null;
  await clock.pass(11 * SECOND);
  await trail.settled();
  assert.equal((await names(trail, null, 5000)).length, 1000);
  assert.ok(files.segments.size > 0);
});

test("what a power cut left of a line swallows nothing", async () => {
  const { files, trail } = open();
  trail.add(entry("a"));
  await settle();
  await trail.settled();
  const [[name, text]] = [...files.segments] as [[string, string]];
  files.segments.set(name, `${text}{"seq":2,"wall":1,"wh`);
  const next = open(files).trail;
  next.add(entry("c"));
  await settle();
  await next.settled();
  assert.deepEqual(await names(open(files).trail), ["c", "a"]);
});

test("a flood of refusals pushes nothing out, and is counted", async () => {
  const { trail, clock } = open();
  trail.add(entry("mine"));
  for (let count = 0; count < 500; count += 1)
    trail.add({ ...entry("no"), from: `192.0.2.${count % 100}`, result: "access/wrong" });
  await settle();
  assert.equal((await names(trail, null, 1000)).length, 61);
  assert.equal(trail.lost, 440);
  await clock.pass(61 * SECOND);
  trail.add({ ...entry("later"), result: "access/wrong" });
  await settle();
  assert.equal((await names(trail))[0], "later");
});

test("one address, or one network of IPv6, leaves room for the refusals of others", async () => {
  const { trail } = open();
  const refused = (name: string, from: string): void =>
    trail.add({ ...entry(name), from, result: "access/wrong" });
  for (let count = 0; count < 500; count += 1) refused("stranger", `2001:db8::${count}`);
  refused("other", "2001:db8:0:1::1");
  refused("root", "local");
  await settle();
  const seen = await names(trail, null, 1000);
  assert.deepEqual(seen.slice(0, 2), ["root", "other"]);
  assert.equal(seen.length, 22);
  assert.equal(trail.lost, 480);
});

const caller = { name: "nobody", role: "viewer" } as const;

test("secrets, long texts and lists do not get into it", () => {
  const request = {
    name: "naoko",
    password: "secret",
    old: "secret",
    code: "secret",
    token: "secret",
    text: "groups: { secret: 1 }",
    message: "x".repeat(500),
    list: ["secret"],
    object: { secret: true },
    forMs: 5,
    isOn: true,
    group: null,
  };
  const about = aboutOf({ route: "userAdd", caller, request, result: "done" }, () => true);
  assert.doesNotMatch(JSON.stringify(about), /secret/);
  assert.deepEqual(Object.keys(about), ["name", "message", "forMs", "isOn", "group"]);
  assert.equal(String(about["message"]).length, 120);
});

test("a name that nobody has may be somebody's password", () => {
  const request = { user: "hunter2", password: "naoko" };
  const asked = { route: "sessionBegin", caller, request, result: "access/wrong" } as const;
  assert.deepEqual(
    aboutOf(asked, () => false),
    { user: "(unknown)" },
  );
  assert.deepEqual(
    aboutOf(asked, () => true),
    { user: "hunter2" },
  );
});
