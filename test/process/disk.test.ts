/**
 * Disks that break, on real file systems: ext4 on loop devices, and one of our own that fails as it
 * is told (test/programs/faulty-fs.c).
 *
 * What this ground cannot show and the machine lab has to: device mapper (flakey with error_writes
 * and drop_writes, `dmsetup suspend` under ext4 and under the root disk, multipath with all paths
 * down), a SCSI disk that is ready, not ready, reserved, or pulled (`tur`), a disk pulled from under
 * ext4, NFS with its server gone (hard and soft), iSCSI, and the worker kept from starting because
 * the root disk is dead.
 */
import assert from "node:assert/strict";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { readStat } from "../../src/host/proc.ts";
import type { DiskEnd } from "../../src/ports/disk.ts";
import { DiskLab, NEEDS_ROOT, PROBE, run, type Under } from "./disk-lab.ts";
import { ask, configure, isRunning, params, PROGRAMS, until } from "./lab.ts";

const FILE = ".solosafe-probe-test";

/** `error fsync EIO`, for short. */
function told(end: DiskEnd): string {
  if (end.kind === "error") return `error ${end.step} ${end.code}`;
  return end.kind === "changed" ? `changed at ${end.at}` : end.kind;
}

/** A thread of it waits where nothing can end it. */
function isHanging(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).some(
    (thread) => readStat(`${pid}/task/${thread}`)?.state === "D",
  );
}

describe("a disk is probed", { skip: NEEDS_ROOT }, () => {
  let lab: DiskLab;
  before(async () => {
    lab = await DiskLab.open();
  });
  after(() => lab.close());

  test("a sound one is ok, past the page cache, and nothing is left on it", async () => {
    const { path, device } = lab.ext4(16);
    const end = await lab.probe(path, { sizeBytes: 2 * 1024 * 1024 });
    assert.deepEqual(end, {
      kind: "ok",
      isBypassed: true,
      mount: {
        mountPoint: path,
        source: device,
        fileSystem: "ext4",
        isReadOnly: false,
        isUnforeseen: false,
      },
    });
    assert.deepEqual(readdirSync(path), ["lost+found"]);
  });

  for (const size of [4096, 5 * 1024, 65_536, 70 * 1024]) {
    test(`a probe of ${size} bytes`, async () => {
      const { path } = lab.ext4(8);
      assert.equal(told(await lab.probe(path, { sizeBytes: size })), "ok");
    });
  }

  test("a full one", async () => {
    const { path } = lab.ext4(8);
    const end = await lab.probe(path, { sizeBytes: 64 * 1024 * 1024 });
    assert.equal(told(end), "error write ENOSPC");
    assert.equal(end.kind === "error" && end.hasNoInodes, false);
    assert.ok(!existsSync(join(path, FILE)), "the probe made room again");
  });

  test("one without inodes", async () => {
    const { path } = lab.ext4(8, "-N", "16");
    assert.throws(() => {
      for (let at = 0; at < 100; at += 1) writeFileSync(join(path, `file-${at}`), "");
    }, /ENOSPC/);
    const end = await lab.probe(path);
    assert.equal(told(end), "error create ENOSPC");
    assert.equal(end.kind === "error" && end.hasNoInodes, true);
  });

  test("one that is mounted read-only", async () => {
    const { path } = lab.ext4(8);
    run("mount", "-o", "remount,ro", path);
    const end = await lab.probe(path);
    assert.equal(told(end), "error create EROFS");
    assert.equal(end.kind === "error" && end.mount?.isReadOnly, true);
  });

  test("one that ext4 has made read-only after an error", async () => {
    const { path, device } = lab.ext4(8);
    writeFileSync(`/sys/fs/ext4/${basename(device)}/trigger_fs_error`, "a test");
    assert.match(told(await lab.probe(path)), /^error (create|open) (EROFS|ESHUTDOWN)$/);
  });

  test("a tmpfs, a bind mount, an overlay", async () => {
    const tmpfs = lab.folder();
    lab.mount(tmpfs, "-t", "tmpfs", "none");
    const bound = lab.folder();
    const { path } = lab.ext4(8);
    for (const one of ["upper", "work", "lower"]) mkdirSync(join(path, one));
    lab.mount(bound, "--bind", join(path, "lower"));
    const overlay = lab.folder();
    const layers = ["lower", "upper", "work"].map((one) => `${one}dir=${join(path, one)}`);
    lab.mount(overlay, "-t", "overlay", "-o", layers.join(","), "none");
    for (const one of [tmpfs, bound, overlay]) {
      const end = await lab.probe(one);
      assert.equal(told(end), "ok", one);
      assert.equal(end.kind === "ok" && end.mount?.mountPoint, one);
    }
  });

  test("unmounted under our feet: never a probe on the disk below", async () => {
    const { path } = lab.ext4(8);
    const first = await lab.probe(path);
    assert.equal(told(first), "ok");
    run("umount", path);
    const below = lab.ext4(8);
    for (const more of [{ seenMountPoint: path }, { mount: "yes" as const }]) {
      const end = await lab.probe(path, more);
      assert.equal(end.kind === "notMounted" && end.mountPoint, path);
      assert.deepEqual(readdirSync(path), []);
    }
    // Nobody ever saw it mounted, or nobody minds.
    assert.equal(told(await lab.probe(path)), "ok");
    assert.equal(told(await lab.probe(path, { seenMountPoint: path, mount: "no" })), "ok");
    // A folder of a mount that is gone.
    const gone = await lab.probe(join(path, "data"), { seenMountPoint: path });
    assert.equal(gone.kind, "notMounted");
    assert.equal(told(await lab.probe(join(below.path, "data"))), "error open ENOENT");
  });

  test("what /etc/fstab promises must be mounted, seen before or not", () => {
    const [due, optional] = [lab.folder(), lab.folder()];
    const line = (path: string, options: string): string =>
      `/dev/none ${path.replaceAll(" ", "\\040")} ext4 ${options} 0 2\n`;
    const fstab = `${due}.fstab`;
    writeFileSync(fstab, `${line(due, "defaults")}${line(optional, "noauto")}`);
    const worker = join(import.meta.dirname, "../../src/workers/disk-write.ts");
    const script = `
      const { probeByWriting } = await import(process.argv[1]);
      for (const path of process.argv.slice(2)) {
        const probe = { ...${JSON.stringify(PROBE)}, path };
        console.log((await probeByWriting(probe, () => {})).kind);
      }`;
    // A mount namespace of its own, in which /etc holds nothing else.
    const alone = 'mount -t tmpfs none /etc && cp "$0" /etc/fstab && exec "$@"';
    const node = [process.execPath, "--input-type=module", "-e", script, worker];
    const words = ["--mount", "sh", "-c", alone, fstab, ...node, due, `${due}/below`, optional];
    const kinds = run("unshare", ...words);
    assert.deepEqual(kinds.trim().split("\n"), ["notMounted", "notMounted", "ok"]);
    assert.deepEqual(readdirSync(due), []);
  });

  test("another device than the configured one", async () => {
    const { path, device } = lab.ext4(8);
    const other = lab.device(4);
    assert.equal(told(await lab.probe(path, { device })), "ok");
    const end = await lab.probe(path, { device: other.device });
    assert.equal(end.kind === "otherDevice" && end.isThere && end.mount.source, device);
    const gone = await lab.probe(path, { device: "UUID=no-such-disk" });
    assert.equal(gone.kind === "otherDevice" && gone.isThere, false);
  });

  test("a path that is a symbolic link of the administrator is followed", async () => {
    const { path } = lab.ext4(8);
    const link = `${lab.folder()}/link`;
    symlinkSync(path, link);
    const end = await lab.probe(link);
    assert.equal(end.kind === "ok" && end.mount?.mountPoint, path);
  });

  test("a symbolic link to what is no local disk is told", async () => {
    const { path } = await lab.faulty();
    const link = `${lab.folder()}/link`;
    symlinkSync(path, link);
    for (const [one, want] of [
      [path, false],
      [link, true],
    ] as const) {
      const end = await lab.probe(one);
      assert.equal(end.kind === "ok" && end.mount?.isUnforeseen, want);
    }
  });

  describe("what has the name of the probe file and is not ours", () => {
    const treasure = (path: string): string => join(path, "treasure");
    const obstacles: readonly [string, (path: string) => void][] = [
      ["a symbolic link", (path) => symlinkSync(treasure(path), join(path, FILE))],
      ["a folder", (path) => mkdirSync(join(path, FILE))],
      ["a FIFO", (path) => void run("mkfifo", join(path, FILE))],
      ["a file with several names", (path) => linkSync(treasure(path), join(path, FILE))],
      ["a file with other contents", (path) => writeFileSync(join(path, FILE), "of a person")],
    ];
    for (const [what, make] of obstacles) {
      test(`${what} stays as it is`, async () => {
        const path = lab.folder();
        writeFileSync(treasure(path), "precious");
        make(path);
        const was = lstatSync(join(path, FILE));
        const end = await lab.probe(path);
        assert.deepEqual(end, { kind: "inTheWay", file: join(path, FILE), what });
        assert.equal(readFileSync(treasure(path), "utf8"), "precious");
        assert.equal(lstatSync(join(path, FILE)).ino, was.ino);
      });
    }

    for (const text of ["", "\0\0\0\0", "solosafe probe\nwas killed"]) {
      test(`what a killed probe left is removed: ${JSON.stringify(text)}`, async () => {
        const path = lab.folder();
        writeFileSync(join(path, FILE), text);
        assert.equal(told(await lab.probe(path)), "ok");
        assert.deepEqual(readdirSync(path), []);
      });
    }
  });

  /** A probe while which the change was made: who is kept from looking for a while is too late. */
  async function caughtAtWork(path: string, change: () => void): Promise<Under> {
    for (let left = 20; left > 0; left -= 1) {
      rmSync(join(path, FILE), { force: true });
      const under = lab.begin(path, { sizeBytes: 256 * 1024 * 1024 });
      await until("the file is there", () => under.isOver || existsSync(join(path, FILE)));
      if (existsSync(join(path, FILE))) change();
      if (!under.isOver) return under;
    }
    throw new Error("the probe was always quicker than this test");
  }

  for (const how of ["deleted", "replaced by a symbolic link"]) {
    test(`the probe file is ${how} by somebody during the probe`, async () => {
      const path = lab.folder();
      lab.mount(path, "-t", "tmpfs", "-o", "size=400m", "none");
      const treasure = join(path, "treasure");
      writeFileSync(treasure, "precious");
      const under = await caughtAtWork(path, () => {
        if (how === "deleted") rmSync(join(path, FILE), { force: true });
        else {
          symlinkSync(treasure, join(path, "link"));
          renameSync(join(path, "link"), join(path, FILE));
        }
      });
      assert.equal(told(await under.end), "ok");
      assert.equal(readFileSync(treasure, "utf8"), "precious");
      if (how !== "deleted") assert.equal(readlinkSync(join(path, FILE)), treasure);
    });
  }

  test("a device is read; a short one, a FIFO and nothing are told", async () => {
    const { device, image } = lab.device(8);
    const read = { method: "read" as const, sizeBytes: 2 * 1024 * 1024 };
    const sound = await lab.probe(device, read);
    assert.equal(sound.kind === "ok" && sound.isBypassed, true);
    assert.equal(told(await lab.probe(image, read)), "ok");
    truncateSync(image, 0);
    assert.equal(told(await lab.probe(device, read)), "error read EIO");
    assert.equal(told(await lab.probe(image, read)), "cannot");
    const fifo = `${lab.folder()}/fifo`;
    run("mkfifo", fifo);
    assert.equal(told(await lab.probe(fifo, read)), "cannot");
    assert.equal(told(await lab.probe(`${fifo}-not`, read)), "error open ENOENT");
  });

  test("what is no SCSI device cannot be asked", async () => {
    const { device } = lab.device(4);
    assert.equal(told(await lab.probe(device, { method: "tur" })), "cannot");
  });
});

describe("a disk that breaks", { skip: NEEDS_ROOT }, () => {
  let lab: DiskLab;
  before(async () => {
    lab = await DiskLab.open();
  });
  after(() => lab.close());

  test("each error is told by its step and name, and is over when the fault is", async () => {
    const faulty = await lab.faulty();
    const table = {
      "open 5": "error open EIO",
      "create 5": "error create EIO",
      "write 5": "error write EIO",
      "fsync 5": "error fsync EIO",
      "read 5": "error read EIO",
      "remove 5": "error remove EIO",
      "create 30": "error create EROFS",
      "write 28": "error write ENOSPC",
      "write 122": "error write EDQUOT",
      "fsync 117": "error fsync EUCLEAN",
      "open 116": "error open ESTALE",
      wrong: "changed at 70000",
    };
    for (const [fault, want] of Object.entries(table)) {
      faulty.tell(fault);
      assert.equal(told(await lab.probe(faulty.path)), want, fault);
      faulty.tell("");
      assert.equal(told(await lab.probe(faulty.path)), "ok", `after ${fault}`);
    }
  });

  test("eight hang at once, each in its step, and the ninth is judged", async () => {
    const steps = ["open", "create", "write", "fsync", "read", "remove", "write", "fsync"];
    const hung = await Promise.all(steps.map((step) => lab.faulty(`${step} hang`)));
    const under = hung.map(({ path }) => lab.begin(path));
    await until("all hang", () => under.every((one) => one.slow.length > 0));
    const ninth = lab.ext4(8);
    assert.equal(told(await lab.probe(ninth.path)), "ok");
    assert.deepEqual(
      under.map((one) => one.slow.at(-1)),
      steps,
    );
    assert.ok(under.every((one) => !one.isOver));
    assert.equal(lab.workers().length, 1);
    await Promise.all(hung.map((one) => one.end()));
    for (const one of under)
      assert.match(told(await one.end), /^error \w+ (ENOTCONN|ECONNABORTED)$/);
  });

  test("what cannot be killed stays stuck; others go to a fresh worker", async () => {
    const hung = await lab.faulty("fsync hang");
    const well = lab.ext4(8);
    const first = lab.begin(hung.path);
    await until("it hangs", () => first.slow.includes("fsync"));
    const [old] = lab.workers();
    first.abort();
    await until("another worker is used", async () => {
      assert.equal(told(await lab.probe(well.path)), "ok");
      return lab.workers().some((pid) => pid !== old);
    });
    const again = lab.begin(hung.path);
    await until("it still hangs", () => again.slow.includes("fsync"));
    assert.ok(existsSync(`/proc/${old}/task`), "nothing ends it");
    assert.ok(!first.isOver && !again.isOver);
    await hung.end();
    assert.equal((await first.end).kind, "noWorker");
    assert.match(told(await again.end), /^error open ENOTCONN$/);
    await until("the old worker is gone", () => !lab.workers().includes(old ?? 0));
  });

  test("what cannot be killed is not probed again by the next agent either", async () => {
    const hung = await lab.faulty("fsync hang");
    const well = lab.ext4(8);
    const first = lab.begin(hung.path);
    await until("it hangs", () => first.slow.includes("fsync"));
    const [old] = lab.workers();
    first.abort();
    await until("another worker is used", async () => {
      assert.equal(told(await lab.probe(well.path)), "ok");
      return lab.workers().some((pid) => pid !== old);
    });
    const notes = join(lab.lab.paths.run, "disk-hung.json");
    await until("it is noted", () => readFileSync(notes, "utf8").includes(hung.path));
    lab.nextAgent();
    const again = lab.begin(hung.path);
    await until("it still hangs for the new one", () => again.slow.includes("fsync"));
    assert.equal(told(await lab.probe(well.path)), "ok");
    assert.ok(lab.workers().every((pid) => pid === old || !isHanging(pid)));
    assert.ok(!again.isOver);
    await hung.end();
    await first.end;
    assert.match(told(await again.end), /^error open ENOTCONN$/);
    await until("nothing is noted", () => !readFileSync(notes, "utf8").includes(hung.path));
  });

  test("what can be killed is over with its probe, and is probed again", async () => {
    const slow = await lab.faulty();
    assert.equal(told(await lab.probe(slow.path)), "ok");
    const [old] = lab.workers();
    await slow.stop();
    const first = lab.begin(slow.path);
    await until("it hangs", () => first.slow.includes("open"));
    first.abort();
    await until("it is over", () => first.isOver);
    assert.equal((await first.end).kind, "noWorker");
    const second = lab.begin(slow.path);
    await until("a fresh worker hangs", () => second.slow.includes("open"));
    assert.ok(!lab.workers().includes(old ?? 0));
    await slow.end();
    assert.match(told(await second.end), /^error open (ENOTCONN|ECONNABORTED)$/);
  });

  test("an ext4 that is frozen hangs, and goes on", async () => {
    const { path } = lab.ext4(8);
    run("fsfreeze", "--freeze", path);
    const under = lab.begin(path);
    try {
      await until("it hangs", () => under.slow.length > 0);
    } finally {
      run("fsfreeze", "--unfreeze", path);
    }
    assert.equal(told(await under.end), "ok");
  });

  test("a worker that is killed between probes is replaced", async () => {
    const { path } = lab.ext4(8);
    assert.equal(told(await lab.probe(path)), "ok");
    for (const pid of lab.workers()) process.kill(pid, "SIGKILL");
    assert.equal(told(await lab.probe(path)), "ok");
  });

  test("a new agent takes up the worker and waits for what hangs in it", async () => {
    const hung = await lab.faulty("write hang");
    const first = lab.begin(hung.path);
    await until("it hangs", () => first.slow.includes("write"));
    const workers = lab.workers();
    lab.nextAgent();
    const second = lab.begin(hung.path);
    await until("it hangs for the new one, too", () => second.slow.includes("write"));
    assert.deepEqual(lab.workers(), workers);
    await hung.end();
    assert.match(told(await second.end), /^error write (ENOTCONN|ECONNABORTED)$/);
  });

  test("a worker that does not answer is killed", async () => {
    const { path } = lab.ext4(8);
    assert.equal(told(await lab.probe(path)), "ok");
    const [stopped] = lab.workers();
    assert.ok(stopped);
    process.kill(stopped, "SIGSTOP");
    lab.nextAgent();
    assert.equal(told(await lab.probe(path)), "ok");
    await until("it is gone", () => !lab.workers().includes(stopped));
  });

  test("more paths than the pool has threads: a larger one", async () => {
    const before = lab.workers();
    const paths = Array.from({ length: 20 }, () => lab.folder());
    const ends = await Promise.all(paths.map((path) => lab.probe(path)));
    assert.deepEqual(new Set(ends.map(told)), new Set(["ok"]));
    await until("the small one has left", () => !before.some((pid) => lab.workers().includes(pid)));
    assert.equal(lab.workers().length, 1);
  });

  test("the worker is no part of a resource that was started just before", async () => {
    for (const pid of lab.workers()) process.kill(pid, "SIGKILL");
    configure(lab.lab, params("web/app", [`${PROGRAMS}/stay.sh`]));
    const started = lab.lab.driver.start(ask("web/app", "START"));
    assert.equal(told(await lab.probe(lab.folder())), "ok");
    assert.equal((await started).result, "done");
    // One that was taken for a part of it was replaced, and is leaving.
    await until("one is left", () => lab.workers().length === 1);
    const [worker] = lab.workers();
    assert.ok(worker);
    assert.equal((await lab.lab.driver.stop(ask("web/app", "STOP"))).result, "done");
    assert.ok(isRunning(worker));
  });

  test("the worker leaves with the agent", async () => {
    lab.disks.close();
    await until("it is gone", () => lab.workers().length === 0);
    lab.nextAgent();
  });

  test("a worker that everybody left leaves, too", async () => {
    assert.equal(told(await lab.probe(lab.folder())), "ok");
    const hung = await lab.faulty("write hang");
    const under = lab.begin(hung.path);
    await until("it hangs", () => under.slow.length > 0);
    // With something that hangs it is left for the next agent, who does not come.
    lab.disks.close();
    await hung.end();
    assert.equal(lab.workers().length, 1);
    lab.lab.spawner.kill("SIGKILL");
    await until("it is gone", () => lab.workers().length === 0);
  });
});
