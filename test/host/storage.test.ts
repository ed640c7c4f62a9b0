import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import {
  mountOf,
  parseFstab,
  parseMounts,
  readMounts,
  trimSlashes,
} from "../../src/host/mounts.ts";
import { formatDevice, storageOf, storageOfMount } from "../../src/host/storage.ts";
import { DirectReader } from "../../src/workers/direct-read.ts";

const MOUNTS = parseMounts(
  [
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro",
    "30 22 8:17 / /srv rw shared:2 master:1 - ext4 /dev/sdb1 rw",
    "31 30 8:33 / /srv/with\\040blank ro - xfs /dev/sdc1 rw",
    "32 22 0:50 / /nfs rw - nfs4 server:/export rw,vers=4.2",
    "33 22 0:51 / /ssh rw - fuse.sshfs me@server: rw",
    "34 22 253:0 / /multi rw - ext4 /dev/mapper/multi rw",
    "35 22 253:1 / /volume rw - ext4 /dev/mapper/group-volume rw",
    "36 22 8:49 / /iscsi rw - ext4 /dev/sdd1 rw",
    "37 22 43:0 / /nbd rw - ext4 /dev/nbd0 rw",
    "38 22 259:1 / /fabric rw - ext4 /dev/nvme1n1p1 rw",
    "39 22 259:0 / /nvme rw - ext4 /dev/nvme0n1 rw",
    "40 22 0:60 / /layers rw - overlay overlay rw,lowerdir=/a,upperdir=/multi/upper,workdir=/multi/w",
    "41 22 7:0 / /loop rw - ext4 /dev/loop0 rw",
    "42 22 0:70 / /zfs rw - zfs pool/data rw",
    "43 22 0:71 / /tmp rw - tmpfs tmpfs rw",
    "44 22 8:65 / /srv rw - ext4 /dev/sde1 rw",
    "garbage",
    "",
  ].join("\n"),
);

/** A part of sysfs: device number and where its folder lies, with what is in it. */
const DEVICES: Readonly<Record<string, readonly [string, Readonly<Record<string, string>>?]>> = {
  "8:1": ["pci0/ata1/host0/target0/0:0/block/sda/sda1"],
  "8:17": ["pci0/ata1/host0/target1/1:0/block/sdb/sdb1"],
  "8:49": ["platform/host3/session1/target3/3:0/block/sdd/sdd1"],
  "43:0": ["virtual/block/nbd0"],
  "259:0": ["pci0/nvme/nvme0/nvme0n1", { "../transport": "pcie\n" }],
  "259:1": ["virtual/nvme-fabrics/ctl/nvme1/nvme1n1/nvme1n1p1", { "../../transport": "tcp\n" }],
  "253:0": ["virtual/block/dm-0", { "dm/uuid": "mpath-3600\n" }],
  "253:1": ["virtual/block/dm-1", { "dm/uuid": "LVM-abc\n", "slaves/dm-0": "" }],
  "7:0": ["virtual/block/loop0", { "loop/backing_file": "/nfs/image\n" }],
};

const sys = mkdtempSync(join(tmpdir(), "solosafe-sys-"));
after(() => rmSync(sys, { recursive: true, force: true }));
mkdirSync(join(sys, "dev/block"), { recursive: true });
mkdirSync(join(sys, "class/block/dm-0"), { recursive: true });
writeFileSync(join(sys, "class/block/dm-0/dev"), "253:0\n");
for (const [number, [folder, files = {}]] of Object.entries(DEVICES)) {
  const path = join(sys, "devices", folder);
  mkdirSync(path, { recursive: true });
  symlinkSync(path, join(sys, "dev/block", number));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
}

const storages: readonly [string, string][] = [
  ["/etc", "local"],
  ["/srv", "local"],
  ["/nfs/data", "network"],
  ["/ssh", "network"],
  ["/multi", "multipath"],
  ["/volume/shop", "multipath"],
  ["/iscsi", "network"],
  ["/nbd", "network"],
  ["/fabric", "network"],
  ["/nvme", "local"],
  ["/layers", "multipath"],
  ["/loop", "network"],
  ["/zfs", "local"],
  ["/tmp", "local"],
];
for (const [path, want] of storages) {
  test(`${path} is ${want}`, () => {
    const mount = mountOf(path, MOUNTS);
    assert.ok(mount);
    assert.equal(storageOfMount(mount, { mounts: MOUNTS, sys }), want);
  });
}

test("the mount of a path is the longest one, and of several the last", () => {
  const sources = ["/", "/srvx", "/srv", "/srv/a", "/srv/with blank/a"].map(
    (path) => mountOf(path, MOUNTS)?.source,
  );
  assert.deepEqual(sources, ["/dev/sda1", "/dev/sda1", "/dev/sde1", "/dev/sde1", "/dev/sdc1"]);
  assert.equal(mountOf("/etc", []), null);
});

test("read-only may be said of the mount or of the file system", () => {
  assert.ok(mountOf("/srv/with blank", MOUNTS)?.options.includes("ro"));
});

test("what fstab promises", () => {
  const text = [
    "# /etc/fstab",
    "UUID=1 / ext4 errors=remount-ro 0 1",
    "/dev/sdb1\t/srv/\text4\tdefaults,nofail\t0\t2",
    "server:/export /mnt/with\\040blank nfs noauto 0 0",
    "/dev/sdc1 /later ext4 rw,noauto 0 0",
    "/swap none swap sw 0 0",
  ].join("\n");
  assert.deepEqual(parseFstab(text), ["/", "/srv"]);
});

test("numbers of devices are written as the kernel does", () => {
  assert.equal(formatDevice(0x811), "8:17");
  // makedev(259, 300): minor numbers above 255 lie in other bits.
  assert.equal(formatDevice(0x11032c), "259:300");
});

test("slashes", () => {
  assert.deepEqual(["/", "//", "/a/", "/a//b"].map(trimSlashes), ["/", "/", "/a", "/a/b"]);
});

test("this server is asked without touching the path", () => {
  assert.ok(readMounts().some((mount) => mount.mountPoint === "/"));
  assert.notEqual(storageOf("/no/such/path"), null);
});

test("where the page cache cannot be bypassed it is read all the same", async () => {
  const reader = await DirectReader.open("/proc/self/status");
  const text = (await reader.read(0)).toString("latin1");
  await reader.close();
  assert.match(text, /^Name:/);
  assert.equal(reader.isDirect, false);
});
