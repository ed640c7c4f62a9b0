import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { PressureNews } from "../../src/host/resources/pressure-news.ts";
import { sampleResources } from "../../src/host/resources/sample.ts";
import { SpaceReader, type SpaceParts } from "../../src/host/resources/space.ts";
import type { MountSpace } from "../../src/ports/resources.ts";

const folder = mkdtempSync(join(tmpdir(), "solosafe resources-"));
after(() => rmSync(folder, { recursive: true, force: true }));

let lastRoot = 0;

/** A folder that looks like the root of a server, as far as these files go. */
function rootWith(files: Readonly<Record<string, string>>): string {
  lastRoot += 1;
  const root = join(folder, `root-${lastRoot}`);
  mkdirSync(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, text);
  }
  return root;
}

const SERVER = {
  "/proc/stat": [
    "cpu  100 10 50 800 40 5 5 20 30 0",
    "cpu0 50 5 25 400 20 2 3 10 15 0",
    "cpu1 50 5 25 400 20 3 2 10 15 0",
    "intr 12345",
  ].join("\n"),
  "/proc/loadavg": "1.50 0.75 0.50 3/812 4711\n",
  "/proc/meminfo": [
    "MemTotal:        8000 kB",
    "MemFree:          100 kB",
    "MemAvailable:    6000 kB",
    "SwapTotal:       1000 kB",
    "SwapFree:         750 kB",
  ].join("\n"),
  "/proc/pressure/cpu": "some avg10=12.50 avg60=1.00 avg300=0.50 total=1\n",
  "/proc/pressure/memory":
    "some avg10=0.10 avg60=0.00 avg300=0.00 total=1\nfull avg10=0.05 avg60=0.00 avg300=0.00 total=1\n",
  "/proc/sys/fs/file-nr": "1000\t100\t9000\n",
  "/proc/sys/kernel/pid_max": "32768\n",
  "/proc/sys/kernel/threads-max": "60000\n",
};

describe("a sample", () => {
  test("is what the kernel says", () => {
    assert.deepEqual(sampleResources(7, rootWith(SERVER)), {
      at: 7,
      cpu: { used: 190, most: 1030 },
      processors: 2,
      load: 1.5,
      memory: { used: 2000, most: 8000 },
      swap: { used: 250, most: 1000 },
      pressure: {
        cpu: { some: 12.5, full: null },
        memory: { some: 0.1, full: 0.05 },
        io: null,
      },
      files: { used: 900, most: 9000 },
      processes: { used: 812, most: 32_768 },
      threads: { used: 812, most: 60_000 },
    });
  });

  test("leaves out what is not there", () => {
    const one = sampleResources(0, rootWith({ "/proc/loadavg": "0.10 0.10 0.10 1/100 5\n" }));
    assert.equal(one?.load, 0.1);
    for (const part of [one?.cpu, one?.memory, one?.swap, one?.files, one?.processes]) {
      assert.equal(part, null);
    }
  });

  test("of nothing or of garbage is none", () => {
    assert.equal(sampleResources(0, rootWith({})), null);
    const garbage = Object.fromEntries(Object.keys(SERVER).map((path) => [path, "\0?\n cpu"]));
    assert.equal(sampleResources(0, rootWith(garbage)), null);
  });

  const limits: readonly [string, Readonly<Record<string, string>>, number][] = [
    [
      "a cgroup's limit that is nearer",
      {
        "/proc/self/cgroup": "0::/box.slice/app.scope\n",
        "/proc/self/mountinfo": "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
        "/sys/fs/cgroup/box.slice/pids.max": "100\n",
        "/sys/fs/cgroup/box.slice/pids.current": "90\n",
        "/sys/fs/cgroup/box.slice/app.scope/pids.max": "max\n",
        "/sys/fs/cgroup/box.slice/app.scope/pids.current": "9\n",
      },
      100,
    ],
    [
      "the older kind of cgroup",
      {
        "/proc/self/cgroup": "8:pids:/box\n4:memory:/other\n0::/\n",
        "/proc/self/mountinfo": "39 31 0:36 / /cg/pids rw,relatime - cgroup cgroup rw,pids\n",
        "/cg/pids/box/pids.max": "50\n",
        "/cg/pids/box/pids.current": "49\n",
      },
      50,
    ],
    [
      "the server's, when the cgroup's is further away",
      {
        "/proc/self/cgroup": "0::/../../box\n",
        "/proc/self/mountinfo": "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
        "/sys/fs/cgroup/box/pids.max": "100\n",
        "/sys/fs/cgroup/box/pids.current": "0\n",
      },
      32_768,
    ],
  ];
  for (const [title, files, most] of limits) {
    test(`of processes knows ${title}`, () => {
      assert.equal(sampleResources(0, rootWith({ ...SERVER, ...files }))?.processes?.most, most);
    });
  }

  test("of this server can be made", () => {
    const one = sampleResources(0);
    assert.ok(one?.cpu && one.memory && one.files && one.processes && one.load !== null);
    assert.equal(one.processors, availableParallelism());
    assert.ok(one.memory.used > 0 && one.memory.used < one.memory.most);
  });
});

const MOUNTINFO = [
  "20 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw",
  "21 20 0:5 / /proc rw - proc proc rw",
  "22 20 0:6 / /run rw - tmpfs tmpfs rw",
  "23 20 8:2 / /srv/my\\040data rw - xfs /dev/sdb1 rw",
  "24 20 8:1 /x /var/bind rw - ext4 /dev/sda1 rw",
  "25 20 7:0 / /snap/x ro - squashfs /dev/loop0 ro",
  "26 20 0:40 / /home rw - btrfs /dev/sdc rw",
  "27 20 8:3 / /boot ro - ext4 /dev/sda3 ro",
  "28 20 0:50 / /mnt/far rw - nfs4 server:/export rw",
  "29 20 0:51 / /mnt/farther rw - nfs4 server:/other rw",
  "30 20 0:52 / /mnt/farthest rw - cifs //server/x rw",
].join("\n");
const BLOCKS = { bsize: 1000, blocks: 100, bfree: 30, bavail: 20, files: 10, ffree: 4 };

/** File systems of which some hang until they are let go. */
class Disks implements SpaceParts {
  readonly asked: string[] = [];
  readonly hanging: Map<string, (() => void) | null>;
  time = 0;

  constructor(...hanging: readonly string[]) {
    this.hanging = new Map(hanging.map((point) => [point, null]));
  }

  readonly now = (): number => this.time;
  readonly readMountinfo = (): string => MOUNTINFO;
  readonly statfs = async (path: string) => {
    this.asked.push(path);
    if (path === "/gone") throw Object.assign(new Error("no such folder"), { code: "ENOENT" });
    if (this.hanging.has(path)) {
      await new Promise<void>((resolve) => this.hanging.set(path, resolve));
    }
    return BLOCKS;
  };

  letGo(path: string): void {
    this.hanging.get(path)?.();
    this.hanging.delete(path);
  }
}

async function spaces(
  reader: SpaceReader,
  wanted: readonly string[] | "all-local",
): Promise<Record<string, MountSpace["kind"]>> {
  // Fast enough for a test: each call that hangs is waited for so long.
  const read = await reader.read(wanted, 50);
  assert.ok(read.ok);
  return Object.fromEntries(read.value.map(({ mountPoint, kind }) => [mountPoint, kind]));
}

describe("space", () => {
  test("is counted without what only root may use", async () => {
    const read = await new SpaceReader(new Disks()).read(["/"], 1000);
    const space = { used: 70_000, most: 90_000 };
    const inodes = { used: 6, most: 10 };
    assert.deepEqual(read, {
      ok: true,
      value: [{ kind: "space", mountPoint: "/", space, inodes }],
    });
  });

  test("all local: each file system once, none that is read-only, remote or made of nothing", async () => {
    const found = await spaces(new SpaceReader(new Disks()), "all-local");
    assert.deepEqual(Object.keys(found), ["/", "/srv/my data", "/home"]);
  });

  test("one that hangs does not hold up the others, and is not asked twice", async () => {
    const disks = new Disks("/mnt/far");
    const reader = new SpaceReader(disks);
    const wanted = ["/mnt/far", "/", "/srv/my data"];
    const want = { "/mnt/far": "hangs", "/": "space", "/srv/my data": "space" };
    for (let round = 0; round < 3; round += 1) assert.deepEqual(await spaces(reader, wanted), want);
    assert.equal(disks.asked.filter((path) => path === "/mnt/far").length, 1);
    disks.time = 60_000;
    const later = await reader.read(["/mnt/far"], 50);
    assert.deepEqual(later.ok && later.value, [
      { kind: "hangs", mountPoint: "/mnt/far", sinceMs: 60_000 },
    ]);
    disks.letGo("/mnt/far");
    await new Promise(setImmediate);
    assert.equal((await spaces(reader, wanted))["/mnt/far"], "space");
  });

  test("two who ask at the same time share one answer", async () => {
    const disks = new Disks();
    const reader = new SpaceReader(disks);
    const both = await Promise.all([spaces(reader, ["/"]), spaces(reader, ["/"])]);
    assert.deepEqual(both, [{ "/": "space" }, { "/": "space" }]);
    assert.deepEqual(disks.asked, ["/"]);
  });

  test("many that hang leave threads for everything else", async () => {
    const far = ["/mnt/far", "/mnt/farther", "/mnt/farthest"];
    const disks = new Disks(...far);
    const reader = new SpaceReader(disks);
    // One after the other, because each takes all the time there is.
    for (const point of far.slice(0, 2)) {
      assert.deepEqual(await spaces(reader, [point]), { [point]: "hangs" });
    }
    assert.deepEqual(await spaces(reader, [...far, "/"]), {
      "/mnt/far": "hangs",
      "/mnt/farther": "hangs",
      "/mnt/farthest": "unread",
      "/": "space",
    });
    assert.ok(!disks.asked.includes("/mnt/farthest"));
    for (const point of far) disks.letGo(point);
  });

  test("a folder that is not there is said", async () => {
    const read = await new SpaceReader(new Disks()).read(["/gone"], 50);
    assert.deepEqual(read.ok && read.value, [
      { kind: "unread", mountPoint: "/gone", why: "/gone: no such folder" },
    ]);
  });

  test("without mountinfo nothing is asked", async () => {
    const disks = new Disks();
    const readMountinfo = (): string => {
      throw new Error("not allowed");
    };
    const { statfs: ask, now } = disks;
    const read = await new SpaceReader({ statfs: ask, now, readMountinfo }).read("all-local", 50);
    assert.equal(read.ok, false);
    assert.deepEqual(disks.asked, []);
  });
});

const isRoot = process.getuid?.() === 0;

/** Waits for the first line that a child writes. */
function firstLine(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString()));
  child.once("exit", (code) => reject(new Error(`it ended with ${code}`)));
  return promise;
}

test("a small file system that is filled is seen as full", {
  skip: isRoot ? false : "only root may mount",
}, async (t) => {
  const point = join(folder, "small");
  mkdirSync(point);
  const steps = [
    `mount -t tmpfs -o size=1M,nr_inodes=10 none "$1"`,
    `head -c 921600 /dev/zero >"$1/file"`,
    `for number in 1 2 3 4 5; do : >"$1/$number"; done`,
    "echo mounted",
    "exec sleep 60",
  ];
  const words = ["-m", "sh", "-ec", steps.join("\n"), "sh", point];
  const child = spawn("unshare", words, { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  await firstLine(child);
  const read = await new SpaceReader({
    // The mount is in a namespace of its own.
    statfs: (path) => statfs(`/proc/${child.pid}/root${path}`),
    readMountinfo: () => readFileSync(`/proc/${child.pid}/mountinfo`, "utf8"),
    now: () => performance.now(),
  }).read([point], 60_000);
  const space = { used: 921_600, most: 1_048_576 };
  assert.deepEqual(read.ok && read.value, [
    { kind: "space", mountPoint: point, space, inodes: { used: 7, most: 10 } },
  ]);
});

const descriptors = (): number => readdirSync("/proc/self/fd").length;

describe("pressure", () => {
  test("a kernel without it, or one that refuses, is polled only", () => {
    const before = descriptors();
    const news = new PressureNews(rootWith({ "/memory": "" }));
    // A plain file can be written to, but not waited for.
    news.watch(new Set(["pressure:memory", "pressure:io"]));
    assert.equal(descriptors(), before);
    news.close();
  });

  const canWatch = (): boolean => {
    const before = descriptors();
    const news = new PressureNews();
    news.watch(new Set(["pressure:cpu"]));
    const isOpen = descriptors() > before;
    news.close();
    assert.equal(descriptors(), before, "everything is closed again");
    return isOpen;
  };

  test("the trigger of a kernel that has it is news when more programs than processors want to run", {
    skip: canWatch() ? false : "this kernel has no pressure that we may watch",
  }, async (t) => {
    const news = new PressureNews();
    t.after(() => news.close());
    const { promise: heard, resolve } = Promise.withResolvers<void>();
    // Whatever else runs here may wait for a disk.
    news.onNews((source) => (source === "pressure:cpu" ? resolve() : undefined));
    news.watch(new Set(["pressure:cpu", "pressure:io"]));
    const busy = Array.from({ length: availableParallelism() * 3 }, () =>
      spawn("sh", ["-c", "while :; do :; done"], { stdio: "ignore" }),
    );
    t.after(() => busy.forEach((child) => child.kill("SIGKILL")));
    const alive = setTimeout(() => {}, 120_000);
    t.after(() => clearTimeout(alive));
    await heard;
  });
});
