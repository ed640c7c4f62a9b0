import assert from "node:assert/strict";
import { test } from "node:test";
import { disk } from "../../src/monitors/disk.ts";
import type { ServerFacts } from "../../src/monitors/define.ts";
import type { DiskEnd, DiskProbe, MountFacts } from "../../src/ports/disk.ts";
import { fakeHost, probeOf, run } from "./fake-host.ts";

const MOUNT: MountFacts = {
  mountPoint: "/srv",
  source: "/dev/sdb1",
  fileSystem: "ext4",
  isReadOnly: false,
  isUnforeseen: false,
};
const error = (step: string, code: string, more: object = {}): DiskEnd =>
  ({ kind: "error", step, code, words: "the words", mount: MOUNT, ...more }) as DiskEnd;

const cases: readonly {
  readonly params?: Readonly<Record<string, unknown>>;
  /** The probe before this one. */
  readonly wasOk?: boolean;
  readonly end: DiskEnd;
  readonly want: RegExp;
}[] = [
  {
    end: { kind: "ok", isBypassed: true, mount: MOUNT },
    want: /^ok: 2 MiB on `\/srv` were written, flushed and read back in \d+ ms$/,
  },
  {
    params: { size: "4k" },
    end: { kind: "ok", isBypassed: false, mount: MOUNT },
    want: /^ok: 4 KiB on .* ms; the page cache may have answered$/,
  },
  {
    params: { path: "/dev/sdb", method: "read" },
    end: { kind: "ok", isBypassed: true, mount: null },
    want: /^ok: 2 MiB of `\/dev\/sdb` were read in \d+ ms$/,
  },
  {
    params: { path: "/dev/sdb", method: "tur" },
    end: { kind: "ok", isBypassed: true, mount: null },
    want: /^ok: `\/dev\/sdb` is ready, asked in \d+ ms$/,
  },
  {
    end: { kind: "ok", isBypassed: true, mount: { ...MOUNT, isUnforeseen: true } },
    want: /^warning: .*; that is a network or multipath storage behind a symbolic link/,
  },
  {
    end: error("write", "EIO"),
    want: /^failed: `\/srv` on \/dev\/sdb1 \(ext4\): writing failed: the words \(EIO\)$/,
  },
  {
    end: error("fsync", "EIO"),
    want: /^failed: .*: flushing \(fsync\) failed: the words \(EIO\)$/,
  },
  { end: error("read", "EIO"), want: /^failed: .*: reading failed: / },
  {
    end: error("fsync", "EIO", { mount: { ...MOUNT, isUnforeseen: true } }),
    want: /^failed, told only: /,
  },
  {
    end: error("write", "ENOSPC", { hasNoInodes: false }),
    want: /^failed, told only: `\/srv` on \/dev\/sdb1 \(ext4\) is full$/,
  },
  {
    end: error("create", "ENOSPC", { hasNoInodes: true }),
    want: /^failed, told only: .* has no inodes left$/,
  },
  {
    end: error("write", "EDQUOT"),
    want: /^failed, told only: the quota on `\/srv` .* is used up$/,
  },
  {
    params: { path: "/dev/sdb", method: "read" },
    end: error("open", "ENOMEDIUM", { mount: null }),
    want: /^failed, told only: `\/dev\/sdb`: opening it failed: the words \(ENOMEDIUM\)$/,
  },
  {
    wasOk: true,
    params: { path: "/dev/sdb", method: "read" },
    end: error("open", "ENOMEDIUM", { mount: null }),
    want: /^failed: `\/dev\/sdb`: opening it failed: the words \(ENOMEDIUM\)$/,
  },
  {
    end: error("create", "EROFS", { mount: { ...MOUNT, isReadOnly: true } }),
    want: /^failed: `\/srv` on \/dev\/sdb1 \(ext4\) is mounted read-only$/,
  },
  {
    end: error("create", "EROFS"),
    want: /^failed: .* has become read-only after an error, though its mount says that it is not$/,
  },
  {
    end: error("open", "ENOENT", { mount: null }),
    want: /^unknown: there is no `\/srv`, and there was none before; is it written right\?$/,
  },
  {
    wasOk: true,
    end: error("open", "ENOENT", { mount: null }),
    want: /^failed: there is no `\/srv`$/,
  },
  {
    end: error("create", "EROFS", { mount: { ...MOUNT, isReadOnly: true, fileSystem: "udf" } }),
    want: /^unknown: .* can never be written to; use `method: read` with its device$/,
  },
  {
    end: error("create", "EACCES"),
    want: /^unknown: .*, creating a file failed: the words \(EACCES\); the agent needs the right to it$/,
  },
  { end: error("open", "ENOTDIR", { mount: null }), want: /^unknown: `\/srv` cannot be probed, / },
  { end: error("open", "EMFILE"), want: /^unknown: / },
  {
    end: { kind: "changed", at: 4096, mount: MOUNT },
    want: /^failed: `\/srv` on .* gives back other data than was written, first at byte 4096$/,
  },
  {
    end: { kind: "notMounted", mountPoint: "/srv", on: { ...MOUNT, source: "/dev/sda1" } },
    want: /^failed: nothing is mounted at `\/srv`; `\/srv` lies on \/dev\/sda1 \(ext4\) now$/,
  },
  {
    end: { kind: "notMounted", mountPoint: "/srv", on: null },
    want: /^failed: nothing is mounted at `\/srv`$/,
  },
  {
    params: { device: "/dev/sdc1" },
    end: { kind: "otherDevice", isThere: true, mount: MOUNT },
    want: /^failed, told only: \/dev\/sdb1 \(ext4\) is mounted at `\/srv`, not `\/dev\/sdc1`$/,
  },
  {
    wasOk: true,
    params: { device: "/dev/sdc1" },
    end: { kind: "otherDevice", isThere: false, mount: MOUNT },
    want: /^failed: .* is mounted at .*, which this server does not have$/,
  },
  {
    end: { kind: "inTheWay", file: "/srv/.solosafe-probe-m", what: "a symbolic link" },
    want: /^unknown: `\/srv\/\.solosafe-probe-m` is a symbolic link and not ours; remove it/,
  },
  {
    params: { path: "/dev/sdb", method: "tur" },
    end: { kind: "notReady", answer: "a fault of the medium" },
    want: /^failed: `\/dev\/sdb` is not ready: a fault of the medium$/,
  },
  { end: { kind: "cannot", reason: "no way" }, want: /^unknown: no way$/ },
  {
    end: { kind: "noWorker", reason: "it does not start", isOnWatched: false },
    want: /^unknown: it does not start$/,
  },
  {
    end: { kind: "noWorker", reason: "it does not start", isOnWatched: true },
    want: /^failed: `\/srv` holds our own program, and it does not start$/,
  },
];
for (const { params = {}, wasOk = false, end, want } of cases) {
  const before = wasOk ? " after an ok" : "";
  test(`${JSON.stringify({ ...params, ...end })}${before} is told as ${want.source}`, async () => {
    const probe = probeOf(disk, { path: "/srv", ...params });
    const sound: DiskEnd = { kind: "ok", isBypassed: true, mount: MOUNT };
    if (wasOk) await run(probe, { probeDisk: async () => sound });
    const result = await run(probe, { probeDisk: async () => end });
    const onlyTold = result.isAlertOnly ? ", told only" : "";
    assert.match(`${result.outcome}${onlyTold}: ${result.reason}`, want);
  });
}

test("the probe is what was configured, and knows what was mounted there before", async () => {
  const probes: DiskProbe[] = [];
  const probe = probeOf(disk, { path: "/srv/data", size: "8k", mount: true, device: "UUID=1" });
  const ends: DiskEnd[] = [
    { kind: "notMounted", mountPoint: "/srv", on: MOUNT },
    { kind: "ok", isBypassed: true, mount: MOUNT },
    { kind: "ok", isBypassed: true, mount: MOUNT },
  ];
  for (const end of ends) {
    await run(probe, {
      probeDisk: async (one) => {
        probes.push(one);
        return end;
      },
    });
  }
  const [first] = probes;
  assert.deepEqual(first, {
    method: "write",
    path: "/srv/data",
    sizeBytes: 8192,
    name: "m",
    mount: "yes",
    seenMountPoint: null,
    device: "UUID=1",
    timeoutMs: 10_000,
  });
  assert.deepEqual(
    probes.map((one) => one.seenMountPoint),
    [null, null, "/srv"],
  );
});

test("what takes long is told with its step", async () => {
  const slow: string[] = [];
  const probe = probeOf(disk, { path: "/srv" });
  const host = fakeHost({
    probeDisk: async (_probe, _signal, onStep) => {
      onStep?.("fsync");
      return { kind: "ok", isBypassed: true, mount: MOUNT };
    },
  });
  const { signal } = new AbortController();
  const onSlow = (what: string): number => slow.push(what);
  await probe({ host, monitor: "m", timeoutMs: 10_000, signal, onSlow });
  assert.deepEqual(slow, ["flushing (fsync) hangs on `/srv`"]);
});

const storages: readonly [ServerFacts, string][] = [
  [{}, "server reboot reset 30000"],
  [{ storageOf: () => "local" }, "server reboot reset 30000"],
  [{ storageOf: () => "network" }, "none none undefined 60000"],
  [{ storageOf: () => "multipath" }, "none none undefined 60000"],
  [{ storageOf: () => null }, "none none undefined 60000"],
];
for (const [facts, want] of storages) {
  test(`defaults on ${facts.storageOf?.("/srv") ?? "storage nobody knows"}`, () => {
    const read = disk.read({ path: "/srv" });
    assert.ok(read.ok);
    const { target, finalAction, stuckAction, intervalMs } = read.value.defaultsFor(facts);
    assert.equal([target, finalAction, String(stuckAction), intervalMs].join(" "), want);
  });
}

const shorts: readonly [unknown, Readonly<Record<string, unknown>> | null][] = [
  ["/srv", { path: "/srv" }],
  ["/dev/sdb", { path: "/dev/sdb", method: "read" }],
  [5, null],
  [null, null],
];
for (const [value, want] of shorts) {
  test(`the short form ${JSON.stringify(value)}`, () =>
    assert.deepEqual(disk.shortForm(value), want));
}

const complaints: readonly [Readonly<Record<string, unknown>>, readonly string[]][] = [
  [{ path: "/srv", device: "/dev/sdb1" }, []],
  [{ path: "/srv", device: "/dev/sdb1", mount: false }, ["device"]],
  [{ path: "/dev/sdb", method: "read", mount: true, device: "x" }, ["device", "mount"]],
  [{ path: "/dev/sdb", method: "tur", mount: false }, ["mount"]],
];
for (const [params, keys] of complaints) {
  test(`${JSON.stringify(params)} is complained of at ${keys.join(", ") || "nothing"}`, () => {
    const read = disk.read(params);
    assert.ok(read.ok);
    assert.deepEqual(
      read.value.complaints.map((one) => one.key),
      keys,
    );
  });
}

for (const bad of [
  {},
  { path: "srv" },
  { path: "/srv", size: "1k" },
  { path: "/srv", mount: "" },
]) {
  test(`${JSON.stringify(bad)} is refused`, () => assert.equal(disk.read(bad).ok, false));
}
