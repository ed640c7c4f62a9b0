import assert from "node:assert/strict";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createDeviceCalls, type DeviceCalls } from "../../src/host/device-calls.ts";
import { findHolders } from "../../src/host/device-holders.ts";
import { KernelWatchdog } from "../../src/host/kernel-watchdog.ts";
import { listWatchdogs } from "../../src/host/watchdog-devices.ts";

/** Nothing here opens a real one: paths are names for the played devices. */
const DEVICE = `/dev/${"watch"}dog`;

interface Planted {
  readonly identity?: string;
  readonly timeout?: number;
  readonly most?: number;
  readonly isNowayout?: boolean;
  readonly governors?: string;
  readonly bootStatus?: number;
  /** Error when it is opened. */
  readonly refuses?: string;
  /** The kernel has no attributes for it. */
  readonly isBare?: boolean;
  /** Its timeout cannot be changed. */
  readonly isFixed?: boolean;
  /** It rounds up to so many seconds. */
  readonly step?: number;
  readonly cannotStop?: boolean;
}

/** A tree as the kernel makes it, and devices that answer as drivers do (watchdog_dev.c). */
function plant(t: TestContext, devices: readonly Planted[]) {
  const sys = mkdtempSync(join(tmpdir(), "solosafe sys-"));
  t.after(() => rmSync(sys, { recursive: true, force: true }));
  const folder = (at: number) => join(sys, "class/watchdog", `watchdog${at}`);
  const note = (at: number, name: string, value: string | number) =>
    writeFileSync(join(folder(at), name), `${value}\n`);
  const seconds = devices.map(({ timeout = 30 }) => timeout);
  const said: string[] = [];
  for (const [at, one] of devices.entries()) {
    mkdirSync(folder(at), { recursive: true });
    if (one.isBare === true) continue;
    note(at, "identity", one.identity ?? "i6300ESB timer");
    note(at, "timeout", one.timeout ?? 30);
    note(at, "max_timeout", one.most ?? 0);
    note(at, "nowayout", one.isNowayout === true ? 1 : 0);
    note(at, "bootstatus", one.bootStatus ?? 0);
    note(at, "state", "inactive");
    if (one.governors === undefined) continue;
    note(at, "pretimeout", 0);
    note(at, "pretimeout_governor", "noop");
    note(at, "pretimeout_available_governors", one.governors.replaceAll(" ", "\n"));
  }
  const calls: DeviceCalls = {
    open(path) {
      const at = Number(path.slice(DEVICE.length));
      const { refuses, isBare } = devices[at] ?? {};
      if (refuses !== undefined) return refuses;
      said.push(`open ${at}`);
      if (isBare !== true) note(at, "state", "active");
      return at;
    },
    ioctl(fd, request, value) {
      const one = devices[fd] ?? {};
      const number = value.readInt32LE(0);
      switch (request) {
        case 0x8028_5700:
          value.write(one.identity ?? "i6300ESB timer", 8, "latin1");
          return null;
        case 0xc004_5706: {
          const step = one.step ?? 1;
          if (one.isFixed === true) return "EOPNOTSUPP";
          if (number > (one.most || 65_535)) return "EINVAL";
          seconds[fd] = Math.ceil(number / step) * step;
          said.push(`timeout ${seconds[fd]}`);
          return null;
        }
        case 0x8004_5707:
          value.writeInt32LE(seconds[fd] ?? 0, 0);
          return null;
        case 0xc004_5708:
          if (number >= (seconds[fd] ?? 0)) return "EINVAL";
          said.push(`pretimeout ${number}`);
          return null;
        default:
          return "ENOTTY";
      }
    },
    write(_fd, byte) {
      said.push(byte === "\0" ? "feed" : `write ${byte}`);
      return true;
    },
    close(fd) {
      said.push("close");
      if (devices[fd]?.cannotStop !== true) note(fd, "state", "inactive");
    },
  };
  const governor = (at: number) =>
    readFileSync(join(folder(at), "pretimeout_governor"), "latin1").trim();
  return { sys, said, governor, open: (device = "auto") => new KernelWatchdog(device, sys, calls) };
}

const SOFT: Planted = { identity: "Software Watchdog", timeout: 60, most: 65_535 };
const TAKEN: Planted = { refuses: "EBUSY" };

const choices: readonly (readonly [
  string,
  readonly Planted[],
  string,
  number | null,
  RegExp | null,
])[] = [
  ["nothing there", [], "auto", null, /no watchdog device; a frozen kernel/],
  ["one", [{}], "auto", 0, null],
  ["hardware before softdog", [SOFT, {}], "auto", 1, null],
  ["only softdog", [SOFT], "auto", 0, /hangs as a whole/],
  ["the first is taken", [TAKEN, {}], "auto", 1, /dog0 \(i6300ESB timer\) is taken/],
  ["hardware is taken", [TAKEN, SOFT], "auto", 1, /is taken by another program; softdog/],
  ["all are taken", [TAKEN, TAKEN], "auto", null, /dog0.*taken.*dog1.*taken.*not covered/],
  ["gone", [{ refuses: "ENODEV" }, {}], "auto", 1, /dog0 \(i6300ESB timer\): ENODEV/],
  ["a path", [{}, SOFT], `${DEVICE}1`, 1, /softdog/],
  ["the old name", [{}, {}], DEVICE, 0, null],
  ["a path that is not there", [{}], `${DEVICE}7`, null, /there is no device .*dog7/],
  ["a path that is taken", [{}, TAKEN], `${DEVICE}1`, null, /dog1.*taken/],
  ["no attributes", [{ isBare: true }], "auto", 0, null],
];

for (const [what, devices, device, chosen, fault] of choices) {
  test(`choice: ${what}`, (t) => {
    const { open, said } = plant(t, devices);
    const watchdog = open(device);
    assert.deepEqual(said, [], "nothing is opened before it is armed");
    const armed = watchdog.arm(60_000, "reset");
    assert.equal(armed.ok ? armed.value.path : null, chosen === null ? null : `${DEVICE}${chosen}`);
    if (fault === null) assert.equal(watchdog.fault(), null);
    else assert.match(watchdog.fault() ?? "", fault);
    if (!armed.ok) assert.match(armed.problem.message, fault ?? /never/);
    assert.equal(watchdog.feed(), chosen !== null);
  });
}

const timeouts: readonly (readonly [string, Planted, number, number, RegExp | null])[] = [
  ["as wanted", {}, 60_000, 60_000, null],
  ["not a whole second", {}, 1500, 2000, null],
  ["more than it accepts, and it says so", { most: 15 }, 60_000, 15_000, /set to 15s .* 1m/],
  ["it rounds", { step: 8 }, 60_000, 64_000, /set to 1m4s/],
  ["it cannot be changed", { isFixed: true, timeout: 40 }, 60_000, 40_000, /40s/],
];

for (const [what, device, wanted, want, fault] of timeouts) {
  test(`timeout: ${what}`, (t) => {
    const watchdog = plant(t, [device]).open();
    const armed = watchdog.arm(wanted, "reset");
    assert.ok(armed.ok);
    assert.equal(armed.value.timeoutMs, want);
    if (fault === null) assert.equal(watchdog.fault(), null);
    else assert.match(watchdog.fault() ?? "", fault);
    assert.equal(watchdog.setTimeout(wanted), device.isFixed === true ? null : want);
  });
}

test("a longest timeout that nobody tells is found", (t) => {
  const { open, sys } = plant(t, [{ most: 50 }]);
  rmSync(join(sys, "class/watchdog/watchdog0/max_timeout"));
  const watchdog = open();
  assert.ok(watchdog.arm(10_000, "reset").ok);
  assert.equal(watchdog.setTimeout(180_000), 45_000);
});

const pretimeouts: readonly (readonly [string, string | undefined, "panic" | "reset", boolean])[] =
  [
    ["panic is wanted and can be had", "noop panic", "panic", true],
    ["panic is not wanted", "noop panic", "reset", false],
    ["its module is not loaded", "noop", "panic", false],
    ["the device has none", undefined, "panic", false],
  ];

for (const [what, governors, onStall, want] of pretimeouts) {
  test(`pretimeout: ${what}`, (t) => {
    const device = governors === undefined ? {} : { governors };
    const { open, said, governor } = plant(t, [device]);
    const armed = open().arm(20_000, onStall);
    assert.equal(armed.ok && armed.value.hasPanicPretimeout, want);
    if (want) assert.equal(governor(0), "panic");
    assert.equal(said.includes("pretimeout 5"), want);
  });
}

test("asked again, an armed device is set and not opened again", (t) => {
  const { open, said } = plant(t, [{ governors: "noop panic" }]);
  const watchdog = open();
  assert.ok(watchdog.arm(20_000, "panic").ok);
  const again = watchdog.arm(40_000, "reset");
  assert.ok(again.ok);
  assert.equal(again.value.timeoutMs, 40_000);
  assert.equal(again.value.hasPanicPretimeout, false);
  assert.deepEqual(said, ["open 0", "timeout 20", "pretimeout 5", "timeout 40", "pretimeout 0"]);
});

test("a device that was taken is tried again", (t) => {
  const devices: Planted[] = [TAKEN];
  const { open } = plant(t, devices);
  const watchdog = open();
  assert.equal(watchdog.arm(20_000, "reset").ok, false);
  devices[0] = {};
  assert.ok(watchdog.arm(20_000, "reset").ok);
  assert.equal(watchdog.fault(), null);
});

test("magic close ends it, and says when the driver counts on", (t) => {
  for (const [device, isStopped] of [
    [{}, true],
    [{ cannotStop: true }, false],
    [{ isBare: true }, true],
  ] as const) {
    const { open, said } = plant(t, [device]);
    const watchdog = open();
    assert.ok(watchdog.arm(20_000, "reset").ok);
    assert.equal(watchdog.disarm(), isStopped);
    assert.deepEqual(said.slice(-2), ["write V", "close"]);
    assert.equal(watchdog.feed(), false);
  }
});

test("one without a way out is left open, so that it can be fed on", (t) => {
  const { open, said } = plant(t, [{ isNowayout: true }]);
  const watchdog = open();
  const armed = watchdog.arm(20_000, "reset");
  assert.ok(armed.ok && armed.value.isNowayout);
  assert.equal(watchdog.disarm(), false);
  assert.ok(watchdog.feed());
  assert.deepEqual(said.slice(-1), ["feed"]);
});

test("closing what was never opened writes nothing", (t) => {
  const { open, said } = plant(t, [{}]);
  assert.equal(open().disarm(), true);
  assert.deepEqual(said, []);
});

test("the list says what sysfs says, and nothing where there is none", (t) => {
  assert.deepEqual(listWatchdogs(join(tmpdir(), "no such folder")), []);
  const { sys } = plant(t, [SOFT, { governors: "noop panic", bootStatus: 0x20, most: 613 }]);
  const [first, second] = listWatchdogs(sys);
  assert.deepEqual(first, {
    path: `${DEVICE}1`,
    folder: join(sys, "class/watchdog/watchdog1"),
    identity: "i6300ESB timer",
    isSoftware: false,
    timeoutMs: 30_000,
    timeoutMostMs: 613_000,
    leftMs: null,
    isActive: false,
    isNowayout: false,
    hasReset: true,
    pretimeoutMs: 0,
    governor: "noop",
    governors: ["noop", "panic"],
  });
  assert.ok(second?.isSoftware);
});

test("who holds a file open is found", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "solosafe holder-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [held, free] = [realpathSync(folder) + "/held", realpathSync(folder) + "/free"];
  const fd = openSync(held, "w");
  t.after(() => closeSync(fd));
  const found = findHolders([held, free]);
  assert.deepEqual([...found.keys()], [held]);
  assert.match(found.get(held) ?? "", new RegExp(`^.+ \\(pid ${process.pid}\\)$`));
});

test("the real calls report errors, tried on what is no watchdog", (t) => {
  const calls = createDeviceCalls();
  assert.equal(calls.open(join(tmpdir(), "no such device")), "ENOENT");
  const fd = calls.open("/dev/null");
  assert.ok(typeof fd === "number");
  t.after(() => calls.close(fd));
  assert.equal(calls.ioctl(fd, 0x8004_5707, Buffer.alloc(4)), "ENOTTY");
  assert.equal(calls.write(fd, "\0"), true);
  assert.equal(calls.write(-1, "\0"), false);
});
