import assert from "node:assert/strict";
import { test } from "node:test";
import { succeed } from "../../src/base/result.ts";
import { process } from "../../src/monitors/process.ts";
import type { Host, ProcessFacts } from "../../src/ports/host.ts";
import { facts, fault, probeOf, run } from "./fake-host.ts";

interface Case {
  readonly what: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly answers: Partial<Host>;
  readonly want: string;
}

const tree = (pids: readonly number[]): Partial<Host> => ({
  resourceTree: async () => ({ isAlive: pids.length > 0, pids }),
});
const named = (...found: readonly ProcessFacts[]): Partial<Host> => ({
  findProcesses: async () => found,
  readProcess: async () => facts(1),
});

const cases: readonly Case[] = [
  {
    what: "a resource whose tree is alive",
    params: { resource: "shop/app" },
    answers: tree([7, 8]),
    want: "ok: 2 processes of shop/app run",
  },
  {
    what: "a resource whose tree is empty",
    params: { resource: "shop/app" },
    answers: tree([]),
    want: "failed: no process of shop/app is left",
  },
  {
    what: "one process of the name",
    params: { name: "app" },
    answers: named(facts(7)),
    want: "ok: 1 process named app runs",
  },
  {
    what: "no process of the name",
    params: { name: "app" },
    answers: named(),
    want: "failed: 0 processes named app run, at least 1 must",
  },
  {
    what: "only a zombie of the name",
    params: { name: "app" },
    answers: named(facts(7, { state: "Z" })),
    want: "failed: 0 processes named app run, at least 1 must",
  },
  {
    what: "exactly the minimum",
    params: { name: "app", minimum: 2 },
    answers: named(facts(7), facts(8)),
    want: "ok: 2 processes named app run",
  },
  {
    what: "fewer than the minimum",
    params: { name: "app", minimum: 3 },
    answers: named(facts(7), facts(8)),
    want: "failed: 2 processes named app run, at least 3 must",
  },
  {
    what: "exactly the maximum",
    params: { name: "app", maximum: 2 },
    answers: named(facts(7), facts(8)),
    want: "ok: 2 processes named app run",
  },
  {
    what: "more than the maximum",
    params: { name: "app", maximum: 1 },
    answers: named(facts(7), facts(8)),
    want: "failed: 2 processes named app run, at most 1 may",
  },
  {
    what: "none allowed, none there",
    params: { name: "app", minimum: 0, maximum: 0 },
    answers: named(),
    want: "ok: 0 processes named app run",
  },
  {
    what: "a /proc that hides other accounts",
    params: { name: "app" },
    answers: { findProcesses: async () => [], readProcess: async () => null },
    want: "unknown: the processes of other accounts are hidden from this one",
  },
  {
    what: "no pid file",
    params: { "pid-file": "/run/app.pid" },
    answers: { readFile: async () => fault("ENOENT") },
    want: "failed: there is no pid file /run/app.pid",
  },
  {
    what: "a pid file without permission",
    params: { "pid-file": "/run/app.pid" },
    answers: { readFile: async () => fault("EACCES", "permission denied") },
    want: "unknown: the pid file could not be read: permission denied",
  },
  {
    what: "a pid file of a process that is not there",
    params: { "pid-file": "/run/app.pid" },
    answers: pidFile("7\n", null),
    want: "failed: process 7 of /run/app.pid is not there",
  },
  {
    what: "a pid file of a zombie",
    params: { "pid-file": "/run/app.pid" },
    answers: pidFile("7\n", facts(7, { state: "Z" })),
    want: "failed: process 7 of /run/app.pid is not there",
  },
  {
    what: "a pid file of a living process",
    params: { "pid-file": "/run/app.pid" },
    answers: pidFile(" 7", facts(7)),
    want: "ok: process 7 (/srv/app) runs",
  },
  {
    what: "the expected executable",
    params: { "pid-file": "/run/app.pid", executable: "/srv/app" },
    answers: pidFile("7\n", facts(7)),
    want: "ok: process 7 (/srv/app) runs",
  },
  {
    what: "the expected executable, replaced by an upgrade",
    params: { "pid-file": "/run/app.pid", executable: "/srv/app" },
    answers: pidFile("7\n", facts(7, { executable: "/srv/app (deleted)" })),
    want: "ok: process 7 (/srv/app) runs",
  },
  {
    what: "another executable",
    params: { "pid-file": "/run/app.pid", executable: "/srv/app" },
    answers: pidFile("7\n", facts(7, { executable: "/usr/bin/vi" })),
    want: "failed: process 7 is /usr/bin/vi now, not /srv/app: the pid file is stale",
  },
  {
    what: "an executable that cannot be read",
    params: { "pid-file": "/run/app.pid", executable: "/srv/app" },
    answers: pidFile("7\n", facts(7, { executable: null })),
    want: "unknown: the program of process 7 cannot be read by this account",
  },
];

function pidFile(text: string, found: ProcessFacts | null): Partial<Host> {
  return { readFile: async () => succeed(text), readProcess: async () => found };
}

for (const { what, params, answers, want } of cases) {
  test(`${what} is ${want}`, async () => {
    const { outcome, reason } = await run(probeOf(process, params), answers);
    assert.equal(`${outcome}: ${reason}`, want);
  });
}

test("a pid that was given to another program since is noticed without an executable", async () => {
  const probe = probeOf(process, { "pid-file": "/run/app.pid" });
  await run(probe, pidFile("7\n", facts(7)));
  const other = facts(7, { startTime: 900, executable: "/usr/bin/vi" });
  const { outcome } = await run(probe, pidFile("7\n", other));
  assert.equal(outcome, "failed");
  assert.equal((await run(probe, pidFile("7\n", other))).outcome, "failed");
});

test("a program that was restarted under the same pid is the same program", async () => {
  const probe = probeOf(process, { "pid-file": "/run/app.pid" });
  await run(probe, pidFile("7\n", facts(7)));
  assert.equal((await run(probe, pidFile("7\n", facts(7, { startTime: 900 })))).outcome, "ok");
});

test("a process that calls another program in its place keeps its pid and start time", async () => {
  const probe = probeOf(process, { "pid-file": "/run/app.pid" });
  await run(probe, pidFile("7\n", facts(7)));
  const replaced = facts(7, { executable: "/srv/app-2" });
  assert.equal((await run(probe, pidFile("7\n", replaced))).outcome, "ok");
});

test("an empty pid file is unknown once, while it may be being written, and then failed", async () => {
  const probe = probeOf(process, { "pid-file": "/run/app.pid" });
  assert.equal((await run(probe, pidFile("", null))).outcome, "unknown");
  assert.equal((await run(probe, pidFile("not a number", null))).outcome, "failed");
  assert.equal((await run(probe, pidFile("7\n", facts(7)))).outcome, "ok");
  assert.equal((await run(probe, pidFile("0\n", null))).outcome, "unknown");
});

test("the short form is a resource, a name or a pid file", () => {
  assert.deepEqual(process.shortForm("shop/app"), { resource: "shop/app" });
  assert.deepEqual(process.shortForm("nginx"), { name: "nginx" });
  assert.deepEqual(process.shortForm("/run/app.pid"), { "pid-file": "/run/app.pid" });
  assert.equal(process.shortForm(5), null);
});
