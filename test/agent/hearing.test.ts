/** Another server's heartbeat: who may be heard, when silence is told, and what may not look like it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeardBeat } from "../../src/api/contract-heard.ts";
import { MINUTE } from "../../src/base/duration.ts";
import type { Caller } from "../../src/agent/caller.ts";
import { HeardServers } from "../../src/agent/heard-servers.ts";
import { PostDisk } from "../../src/agent/post-disk.ts";
import type { LoadedServerHeard } from "../../src/config/servers-heard.ts";
import type { Event } from "../../src/core/event.ts";
import { FakeClock } from "./fake-clock.ts";

const ROOT: Caller = { name: "root", role: "administrator" };

function rule(change: Partial<LoadedServerHeard> = {}): LoadedServerHeard {
  const usual = { silenceMs: null, announcedSilenceMs: 15 * MINUTE, token: null };
  return { name: "shop1", server: "shop1", ...usual, ...change };
}

function beat(seq: number, change: Partial<HeardBeat> = {}): HeardBeat {
  return {
    v: 1,
    server: "shop1",
    title: "Shop",
    bootId: "b1",
    seq,
    wall: 1_000_000 + seq * MINUTE,
    nextWithinMs: 3 * MINUTE,
    state: "well",
    failed: [],
    announced: null,
    ...change,
  };
}

/** Servers that are listened to, with time moved by hand. */
function bench(rules: readonly LoadedServerHeard[] = [rule()], clock = new FakeClock()) {
  const events: Event[] = [];
  const disk = { text: "" };
  const begin = (bootId = "own", saved: string | null = disk.text || null): HeardServers => {
    const servers = new HeardServers({
      clock,
      bootId,
      files: {
        replace: async (_name, text) => {
          disk.text = text;
        },
      },
      disk: new PostDisk(clock),
      saved,
      tell: (event) => events.push(event),
      onFault: (what, error) => assert.fail(`${what}: ${String(error)}`),
    });
    servers.configure(rules);
    return servers;
  };
  const told = (): readonly string[] =>
    events.map(({ id, fields }) => `${id} ${JSON.stringify(fields)}`);
  return { clock, begin, events, told, disk };
}

test("three heartbeats that do not come are silence, told once, and so is its end", async () => {
  const { clock, begin, events } = bench();
  const servers = begin();
  assert.deepEqual(servers.take(beat(1), ROOT), { ok: true, value: { silenceMs: 3 * MINUTE } });
  await clock.pass(2 * MINUTE);
  assert.ok(servers.take(beat(2, { state: "failing", failed: ["page"] }), ROOT).ok);
  await clock.pass(3 * MINUTE - 1);
  assert.deepEqual(events, []);
  await clock.pass(30 * MINUTE);
  const was = { state: "failing", failed: "page", announced: null } as const;
  assert.deepEqual(events, [
    {
      id: "server-silent",
      incident: null,
      fields: { server: "shop1", since: 3 * MINUTE, ...was },
    },
  ]);
  assert.equal(servers.status()[0]?.isSilent, true);
  assert.ok(servers.take(beat(40), ROOT).ok);
  assert.deepEqual(events[1], {
    id: "server-heard-again",
    incident: null,
    fields: {
      server: "shop1",
      after: 33 * MINUTE - 1,
      state: "well",
      failed: "",
      isRebooted: false,
    },
  });
});

test("a server that was never heard is told of, too", async () => {
  const { clock, begin, told } = bench();
  const servers = begin();
  await clock.pass(4 * MINUTE);
  assert.deepEqual(told(), [
    'server-silent {"server":"shop1","since":null,"state":null,"failed":"","announced":null}',
  ]);
  servers.take(beat(1), ROOT);
  assert.match(told()[1] ?? "", /"after":null/);
});

for (const [announced, state] of [
  ["reboot", "going-down"],
  ["shutdown", "going-down"],
  [null, "leaving"],
] as const) {
  test(`silence after ${announced ?? state} is told later, and with it`, async () => {
    const { clock, begin, events } = bench();
    const servers = begin();
    servers.take(beat(1, { state, announced }), ROOT);
    await clock.pass(15 * MINUTE - 1);
    assert.equal(events.length, 0);
    await clock.pass(2);
    const [told] = events;
    assert.ok(told?.id === "server-silent");
    assert.deepEqual([told.fields.state, told.fields.announced], [state, announced]);
    servers.take(beat(1, { bootId: "b2" }), ROOT);
    const again = events[1];
    assert.ok(again?.id === "server-heard-again" && again.fields.isRebooted);
  });
}

test("who keeps to what it announced is never told of", async () => {
  const { clock, begin, events } = bench();
  const servers = begin();
  servers.take(beat(1, { state: "going-down", announced: "reboot" }), ROOT);
  await clock.pass(10 * MINUTE);
  servers.take(beat(1, { bootId: "b2" }), ROOT);
  await clock.pass(2 * MINUTE);
  assert.deepEqual(events, []);
});

/** What comes after `beat(5)` of boot b1; the last column says whether it is newer. */
const ORDER: readonly (readonly [string, HeardBeat, boolean])[] = [
  ["the next one", beat(6), true],
  ["the same once more", beat(5), false],
  ["an earlier one", beat(4), false],
  ["the next one, by a clock that was set back", beat(6, { wall: 10 }), true],
  ["one of a snapshot that was restored", beat(3, { wall: 9_000_000 }), true],
  ["another boot", beat(1, { bootId: "b2" }), true],
  ["another boot without a clock", beat(1, { bootId: "b2", wall: 10 }), true],
  ["a boot from before, recorded", beat(9, { bootId: "b0", wall: 20 }), false],
  ["a boot from before, restored", beat(9, { bootId: "b0", wall: 9_000_000 }), true],
];

for (const [what, given, isNewer] of ORDER) {
  test(`${what} is ${isNewer ? "heard" : "an old one"}`, () => {
    const { begin } = bench();
    const servers = begin();
    servers.take(beat(9, { bootId: "b0", wall: 20 }), ROOT);
    servers.take(beat(5), ROOT);
    const taken = servers.take(given, ROOT);
    assert.equal(taken.ok ? "heard" : taken.problem.code, isNewer ? "heard" : "heartbeat/old");
  });
}

test("an old heartbeat is no sign of life", async () => {
  const { clock, begin, told } = bench();
  const servers = begin();
  servers.take(beat(5), ROOT);
  for (let minute = 0; minute < 3; minute += 1) {
    await clock.pass(MINUTE);
    servers.take(beat(5), ROOT);
  }
  assert.equal(told().length, 1);
});

test("strangers are refused, and a token is for its server", () => {
  const { begin } = bench([rule({ token: "shop1-beat" })]);
  const servers = begin();
  const answer = (server: string, caller: Caller): string => {
    const taken = servers.take(beat(1, { server }), caller);
    return taken.ok ? "taken" : `${taken.problem.status} ${taken.problem.code}`;
  };
  const rest = { from: null, csrf: null, session: null, route: "heartbeat", isOver: () => false };
  const by = (name: string, kind: "token" | "session"): Caller => ({
    name,
    role: "viewer",
    remote: { by: kind, ...rest },
  });
  assert.equal(answer("shop9", ROOT), "404 heartbeat/unknown-server");
  assert.equal(answer("shop1", by("other", "token")), "403 heartbeat/wrong-token");
  assert.equal(answer("shop1", by("shop1-beat", "session")), "403 heartbeat/wrong-token");
  const viewer = by("shop1-beat", "token");
  const unbound = { ...viewer, remote: { by: "token" as const, ...rest, route: null } };
  assert.equal(answer("shop1", unbound), "403 heartbeat/wrong-token");
  assert.equal(answer("shop1", viewer), "taken");
  const anybody = bench([rule({})]).begin();
  assert.equal(anybody.take(beat(1), by("other", "session")).ok, false);
  assert.equal(anybody.take(beat(1), by("other", "token")).ok, true);
});

test("after a restart each server has its full time, and what it announced is still known", async () => {
  const { clock, begin, told } = bench();
  const first = begin();
  first.take(beat(7), ROOT);
  await clock.pass(2 * MINUTE + 50_000);
  await first.leave();
  // Nobody listens for an hour.
  await clock.pass(60 * MINUTE);
  const second = begin();
  await clock.pass(3 * MINUTE - 1);
  assert.deepEqual(told(), []);
  assert.equal(second.take(beat(7), ROOT).ok, false);
  await clock.pass(2);
  assert.match(told()[0] ?? "", /"since":\d{7},"state":"well"/);
  await second.leave();
  // The third one knows that it was told.
  const third = begin("other boot of ours");
  await clock.pass(30 * MINUTE);
  assert.equal(told().length, 1);
  assert.equal(third.status()[0]?.isSilent, true);
  third.take(beat(8), ROOT);
  assert.match(told()[1] ?? "", /server-heard-again/);
  await third.leave();
});

test("the calendar may jump as it likes", async () => {
  const { clock, begin, told } = bench();
  const servers = begin();
  servers.take(beat(1), ROOT);
  await clock.pass(MINUTE);
  clock.setWall(clock.wall() + 365 * 24 * 60 * MINUTE);
  await clock.pass(MINUTE);
  assert.deepEqual(told(), []);
  assert.equal(servers.status()[0]?.agoMs, 2 * MINUTE);
  servers.take(beat(2), ROOT);
  clock.setWall(0);
  await clock.pass(2 * MINUTE);
  assert.deepEqual(told(), []);
  await clock.pass(2 * MINUTE);
  assert.match(told()[0] ?? "", /"since":180000/);
});

test("who was paused himself does not call others silent", async () => {
  const { clock, begin, told } = bench();
  const servers = begin();
  servers.take(beat(1), ROOT);
  await clock.pass(2 * MINUTE + 55_000);
  clock.freeze(20 * MINUTE);
  await clock.pass(2 * MINUTE);
  assert.deepEqual(told(), []);
  await clock.pass(2 * MINUTE);
  assert.equal(told().length, 1);
});

test("a configuration that changes forgets who is gone and keeps who stays", async () => {
  const { clock, begin, told } = bench();
  const servers = begin();
  servers.take(beat(1), ROOT);
  servers.configure([rule({ silenceMs: 10 * MINUTE }), rule({ name: "db", server: "db" })]);
  await clock.pass(4 * MINUTE);
  assert.equal(told().length, 1);
  assert.match(told()[0] ?? "", /"server":"db"/);
  servers.configure([]);
  await clock.pass(60 * MINUTE);
  assert.equal(told().length, 1);
  assert.equal(servers.take(beat(2), ROOT).ok, false);
});

test("what cannot be read of what was saved is forgotten", async () => {
  const { clock, told } = bench();
  const faults: string[] = [];
  const servers = new HeardServers({
    clock,
    bootId: "own",
    files: { replace: async () => {} },
    disk: new PostDisk(clock),
    saved: '{"v":1,"servers":[{"name":"sh',
    tell: () => {},
    onFault: (what) => faults.push(what),
  });
  servers.configure([rule()]);
  assert.deepEqual(faults, ["what was known of other servers is not readable"]);
  assert.equal(servers.status()[0]?.agoMs, null);
  assert.deepEqual(told(), []);
});
