import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { release, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { readBootWitness } from "../../src/host/boot-witness.ts";
import { guardLines, journalEnd } from "../../src/host/journal-end.ts";
import { lastLoginRecord } from "../../src/host/login-records.ts";

/** This boot began then. */
const BOOTED = Date.now() - 60_000;
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "solosafe-witness-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** Lines as `journalctl --output=json` prints them, a second apart. */
function journal(...lines: readonly (readonly [from: string, text: unknown])[]): string {
  return lines
    .map(([from, text], index) =>
      JSON.stringify({
        __REALTIME_TIMESTAMP: String((1_763_700_000 + index) * 1_000_000),
        SYSLOG_IDENTIFIER: from,
        MESSAGE: text,
      }),
    )
    .join("\n");
}

const CUT = [
  ["nginx", "GET /"],
  ["kernel", "eth0: link up"],
] as const;
const REBOOT = [
  ["systemd-logind", "System is rebooting."],
  ["systemd", "Stopping nginx.service"],
  ["systemd-journald", "Journal stopped"],
] as const;
const SUDO = ["sudo", "admin : TTY=pts/0 ; USER=root ; COMMAND=/usr/sbin/reboot"] as const;
const OTHER_SUDO = ["sudo", "admin : COMMAND=/usr/bin/systemctl restart nginx"] as const;
const POWER_KEY = ["systemd-logind", "Power key pressed short."] as const;

for (const [name, lines, end] of [
  ["cut off", CUT, { isClosed: false, shutdown: null, asked: null }],
  ["rebooted", REBOOT, { isClosed: true, shutdown: "System is rebooting.", asked: null }],
  [
    "rebooted with sudo",
    [SUDO, ...REBOOT],
    { isClosed: true, shutdown: "System is rebooting.", asked: SUDO[1] },
  ],
  [
    "sudo for something else",
    [OTHER_SUDO, ...REBOOT],
    { isClosed: true, shutdown: "System is rebooting.", asked: null },
  ],
  ["a command that did nothing", [SUDO, ...CUT], { isClosed: false, shutdown: null, asked: null }],
  [
    "the power key",
    [POWER_KEY, ["systemd-logind", "The system will power off now!"], ...REBOOT],
    { isClosed: true, shutdown: "The system will power off now!", asked: POWER_KEY[1] },
  ],
  [
    "asked by signal, cut off on the way",
    [["systemd", "Received SIGRTMIN+5."], ...CUT],
    { isClosed: false, shutdown: "Received SIGRTMIN+5.", asked: null },
  ],
  ["bytes that are no text", [...CUT, ["app", [1, 2]]], { isClosed: false, shutdown: null }],
] as const) {
  test(`a journal that is ${name}`, () => {
    const found = journalEnd(journal(...lines));
    assert.ok(found);
    for (const [key, value] of Object.entries(end)) {
      assert.equal(Reflect.get(found, key), value, key);
    }
  });
}

test("the last line counts, also when the clock went back on the way", () => {
  const rows = journal(["a", "1"], ["a", "2"], ["a", "3"]).split("\n");
  const end = journalEnd([rows[2], rows[0], rows[1]].join("\n"));
  assert.equal(end?.lastWall, 1_763_700_002_000);
});

test("a journal without a line, or damaged, is no witness", () => {
  assert.equal(journalEnd(""), null);
  assert.equal(journalEnd('{"MESSAGE":"cut\n\u0000\u0000\n[]\n7\n'), null);
  assert.deepEqual(guardLines(journal(["solosafe-guard", "sysrq b"])), ["sysrq b"]);
});

/** One record of wtmp as glibc writes it on this processor. */
function login(type: number, user: string, wall: number): Buffer {
  const [length, at] = process.arch === "arm64" ? [400, 344] : [384, 340];
  const bytes = Buffer.alloc(length);
  bytes.writeInt16LE(type, 0);
  bytes.write("~", 8);
  bytes.write(user, 44);
  bytes.writeUInt32LE(Math.floor(wall / 1000), at);
  return bytes;
}
const boot = (wall: number): Buffer => login(2, "reboot", wall);
const shutdown = (wall: number): Buffer => login(1, "shutdown", wall);
const person = (wall: number): Buffer => login(7, "admin", wall);

for (const [name, records, expected] of [
  ["no record", [], null],
  ["only this boot", [boot(BOOTED)], null],
  [
    "shut down",
    [boot(1000), person(2000), shutdown(3000), boot(BOOTED)],
    { isShutDown: true, wall: 3000 },
  ],
  ["not shut down", [boot(1000), person(2000), boot(BOOTED)], { isShutDown: false, wall: 1000 }],
  ["this boot not written yet", [boot(1000), shutdown(2000)], { isShutDown: true, wall: 2000 }],
  [
    "a shutdown of an older boot",
    [shutdown(500), boot(1000), boot(BOOTED)],
    { isShutDown: false, wall: 1000 },
  ],
] as const) {
  test(`login records with ${name}`, () => {
    put("var/log/wtmp", Buffer.concat(records));
    assert.deepEqual(lastLoginRecord(join(root, "var/log/wtmp"), BOOTED), expected);
  });
}

test("login records that were cut off, or are none", () => {
  put("wtmp", Buffer.concat([boot(1000), shutdown(2000), Buffer.alloc(100)]));
  assert.equal(lastLoginRecord(join(root, "wtmp"), BOOTED)?.isShutDown, true);
  assert.equal(lastLoginRecord(join(root, "missing"), BOOTED), null);
});

test("all witnesses together; the kernel's logs are kept where nobody else keeps them", async () => {
  const words = "<0>[9.1] solosafe-guard: panic: no proof for 12s\n<4>[9.2] a\n";
  put("sys/fs/pstore/dmesg-erst-1", `Panic#1 Part1\n${words}Kernel panic - not syncing: sysrq\n`);
  put("var/crash/202611210300/dump.202611210300", "");
  put("sys/class/watchdog/watchdog0/bootstatus", "32\n");
  const asked: string[] = [];
  const keep = join(root, "kept");
  const witness = await readBootWitness({ root, keep }, BOOTED, async (options) => {
    asked.push(options.join(" "));
    return options.includes("--identifier=solosafe-guard") ? "" : journal(...REBOOT);
  });
  assert.deepEqual(witness, {
    kernel: release(),
    hasWatchdogStatus: true,
    panic: {
      line: "Kernel panic - not syncing: sysrq",
      path: join(keep, "dmesg-erst-1"),
    },
    crashDump: join(root, "var/crash/202611210300/dump.202611210300"),
    guardWord: "panic: no proof for 12s",
    journal: {
      lastWall: 1_763_700_002_000,
      isClosed: true,
      shutdown: "System is rebooting.",
      asked: null,
    },
    loginRecord: null,
  });
  assert.equal(asked.length, 2);
  assert.ok(!existsSync(join(root, "sys/fs/pstore/dmesg-erst-1")));
  assert.match(readFileSync(join(keep, "dmesg-erst-1"), "latin1"), /no proof for 12s/);
});

test("a server without any of them", async () => {
  const none = { root, keep: join(root, "kept") };
  const witness = await readBootWitness(none, BOOTED, async () => null);
  assert.deepEqual(witness, {
    kernel: release(),
    hasWatchdogStatus: false,
    panic: null,
    crashDump: null,
    guardWord: null,
    journal: null,
    loginRecord: null,
  });
});
