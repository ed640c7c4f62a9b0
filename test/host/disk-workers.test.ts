import assert from "node:assert/strict";
import { test } from "node:test";
import { fail } from "../../src/base/result.ts";
import { parseDiskAnswer, parseDiskRequest } from "../../src/host/disk-protocol.ts";
import { DiskWorkers } from "../../src/host/disk-workers.ts";
import { parseRequest } from "../../src/host/spawner-protocol.ts";
import type { DiskProbe } from "../../src/ports/disk.ts";

const PROBE: DiskProbe = {
  method: "write",
  path: "/srv",
  sizeBytes: 4096,
  name: "test",
  mount: "auto",
  seenMountPoint: null,
  device: null,
  timeoutMs: 120_000,
};

const faults: readonly [string, string, readonly string[], boolean][] = [
  ["the spawner hangs behind the watched disk", "silent", ["/srv/bin/node"], true],
  ["the program cannot be read from the watched disk", "EIO", ["/proc/1", "/srv/node"], true],
  ["the program lies on another disk", "silent", ["/proc/self/exe"], false],
  ["the spawner is being started again", "lost", ["/srv/bin/node"], false],
  ["no processes are left", "EAGAIN", ["/srv/bin/node"], false],
];
for (const [what, code, programs, isOnWatched] of faults) {
  test(`no worker because ${what}`, async () => {
    const start = async () => fail({ code, message: "of this test" });
    const disks = new DiskWorkers({
      socket: "/nowhere/disk.sock",
      notes: "/nowhere/disk-hung.json",
      start,
      programs,
    });
    const end = await disks.probeDisk(PROBE, new AbortController().signal);
    disks.close();
    const reason = "the disk worker could not be started: of this test";
    assert.deepEqual(end, { kind: "noWorker", reason, isOnWatched });
  });
}

test("a worker that is slow to start says nothing about another disk", async () => {
  for (const [program, isOnWatched] of [
    ["/proc/self/exe", false],
    ["/srv/bin/node", true],
  ] as const) {
    const disks = new DiskWorkers({
      socket: "/nowhere/disk.sock",
      notes: "/nowhere/disk-hung.json",
      start: () => new Promise(() => {}),
      programs: [program],
    });
    const quick = { ...PROBE, timeoutMs: 100 };
    const end = await disks.probeDisk(quick, new AbortController().signal);
    disks.close();
    const reason = "the disk worker could not be started: it has not started in time";
    assert.deepEqual(end, { kind: "noWorker", reason, isOnWatched });
  }
});

test("what is no request, and what is no answer", () => {
  const bad = [
    null,
    [],
    {},
    { id: "1" },
    { id: 1 },
    { id: 1, type: "probe" },
    { id: 1, type: "x" },
  ];
  for (const line of bad) {
    assert.equal(parseDiskRequest(line), null);
    assert.equal(parseDiskAnswer(line), null);
  }
  assert.deepEqual(parseDiskRequest({ id: 1, type: "ping" }), { id: 1, type: "ping" });
  assert.deepEqual(parseDiskAnswer({ id: 1, threads: 16 }), { id: 1, threads: 16 });
});

test("the spawner starts no other worker than it knows", () => {
  const good = { id: 1, type: "worker", role: "disk", socket: "/run/disk.sock", threads: 16 };
  assert.equal(typeof parseRequest(good), "object");
  for (const more of [{ role: "spawner" }, { socket: 5 }, { threads: 0 }, { threads: "16" }]) {
    assert.equal(typeof parseRequest({ ...good, ...more }), "string");
  }
});
