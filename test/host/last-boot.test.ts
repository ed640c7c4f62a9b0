import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { keepsEvidence } from "../../src/host/evidence.ts";
import { openFarFiles } from "../../src/host/far-files.ts";
import { readLastBoot } from "../../src/host/last-boot.ts";
import { isContainer, readKernelWish } from "../../src/host/surroundings.ts";

const HOUR = 3_600_000;
let root: string;
/** This boot began a minute ago. */
let booted: number;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "solosafe-boot-"));
  booted = Date.now() - 60_000;
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

test("a server that leaves nothing behind says nothing", () => {
  assert.deepEqual(readLastBoot(booted, root), {
    hasWatchdogStatus: false,
    hasPanicRecord: false,
  });
});

for (const [status, has] of [
  ["32", true],
  ["33", true],
  ["0", false],
  ["1", false],
  ["", false],
] as const) {
  test(`boot status "${status}" of a watchdog ${has ? "is its reset" : "is none"}`, () => {
    put("sys/class/watchdog/watchdog0/bootstatus", "0\n");
    put("sys/class/watchdog/watchdog1/bootstatus", `${status}\n`);
    assert.equal(readLastBoot(booted, root).hasWatchdogStatus, has);
  });
}

for (const [path, text, has] of [
  ["sys/fs/pstore/dmesg-erst-7", "Panic#1 Part1\n<0>[ 9.1] sysrq: Trigger a crash\n", true],
  ["sys/fs/pstore/dmesg-erst-7", "Shutdown#1 Part1\n<6>[ 9.1] reboot: Restarting\n", false],
  ["var/lib/systemd/pstore/17/dmesg.txt", "Panic#2 Part1\n<4>[ 9.1] a\n", true],
  ["var/lib/systemd/pstore/17/001/dmesg.txt", "Kernel panic - not syncing: stall\n", true],
  ["var/lib/systemd/pstore/17/dmesg.txt", "Oops#1 Part1\n", false],
] as const) {
  test(`${path} with "${text.slice(0, 8)}" is ${has ? "" : "not "}of a panic`, () => {
    put(path, text);
    assert.equal(readLastBoot(booted, root).hasPanicRecord, has);
  });
}

test("a record of an earlier boot is not of the last one", () => {
  put("var/lib/systemd/pstore/17/dmesg.txt", "Panic#2 Part1\n");
  // It was moved in an earlier boot than this one, which begins in an hour.
  assert.equal(readLastBoot(Date.now() + HOUR, root).hasPanicRecord, false);
  put("sys/fs/pstore/dmesg-erst-7", "Panic#1 Part1\n");
  assert.equal(readLastBoot(Date.now() + HOUR / 2, root).hasPanicRecord, true);
  assert.equal(readLastBoot(Date.now() + 2 * HOUR, root).hasPanicRecord, false);
});

for (const [files, keeps] of [
  [{}, false],
  [{ "sys/module/pstore/parameters/backend": "(null)\n" }, false],
  [{ "sys/module/pstore/parameters/backend": "erst\n" }, true],
  [{ "sys/kernel/kexec_crash_loaded": "0\n" }, false],
  [{ "sys/kernel/kexec_crash_loaded": "1\n" }, true],
] as const) {
  test(`with ${JSON.stringify(files)} a panic ${keeps ? "leaves" : "leaves no"} evidence`, () => {
    for (const [path, text] of Object.entries(files)) put(path, text);
    assert.equal(keepsEvidence(root), keeps);
  });
}

for (const [line, wish] of [
  ["BOOT_IMAGE=/vmlinuz ro quiet\n", null],
  ["ro solosafe=off\n", "off"],
  ["solosafe=observe ro\n", "observe"],
  ["ro notsolosafe=off solosafe=offline\n", null],
] as const) {
  test(`the kernel's command line "${line.trim()}" wants ${wish ?? "nothing"}`, () => {
    put("proc/cmdline", line);
    assert.equal(readKernelWish(root), wish);
  });
}

test("a container is told by systemd, by who started it, and by its PID 1", () => {
  put("proc/self/ns/x", "");
  symlinkSync("pid:[4026531836]", join(root, "proc/self/ns/pid"));
  assert.equal(isContainer(root), false);
  put("proc/1/environ", "HOME=/\0container=lxc\0");
  assert.equal(isContainer(root), true);
  put("proc/1/environ", "HOME=/\0");
  put("run/systemd/container", "podman\n");
  assert.equal(isContainer(root), true);
  rmSync(join(root, "run"), { recursive: true });
  rmSync(join(root, "proc/self/ns/pid"));
  symlinkSync("pid:[4026532999]", join(root, "proc/self/ns/pid"));
  assert.equal(isContainer(root), true);
});

test("a second copy is kept on another file system only", () => {
  mkdirSync(join(root, "boot"));
  assert.equal(openFarFiles(root, join(root, "boot")), null);
  assert.equal(openFarFiles(root, join(root, "none")), null);
});
