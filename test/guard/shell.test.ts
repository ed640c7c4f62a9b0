/** The guard's shell between its policy and ports that play kernel and device. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { GuardDevice, GuardMessage, GuardSettings } from "../../src/base/guard-message.ts";
import type { GuardReport } from "../../src/base/guard-report.ts";
import { fail, succeed } from "../../src/base/result.ts";
import { initialGuardState } from "../../src/core/guard-state.ts";
import { Guard, type GuardParts } from "../../src/guard/guard.ts";
import { rehearse } from "../../src/guard/rehearse.ts";
import { watchNewest } from "../../src/guard/newest-process.ts";
import { createStandIns } from "../../src/guard/stand-ins.ts";
import type { Power } from "../../src/ports/guard.ts";
import { CHARGED, SETTINGS } from "./guard-lab.ts";

const DEVICE: GuardDevice = {
  path: "/dev/none",
  identity: "played",
  isSoftware: true,
  timeoutMs: 60_000,
  hasPanicPretimeout: false,
  isNowayout: false,
};
const RESET: GuardMessage = {
  is: "order",
  order: { id: "g1", kind: "reset", reason: "a disk hangs", deadlineAt: 0 },
};

interface Played {
  readonly guard: Guard;
  readonly said: string[];
  readonly reports: GuardReport[];
  readonly waiting: GuardMessage[][];
  isFed: boolean;
  hasDevice: boolean;
  canAct: boolean;
  hasCrashKernel: boolean;
  newest: number;
}

function played(settings: GuardSettings = SETTINGS): Played {
  const said: string[] = [];
  const reports: GuardReport[] = [];
  const waiting: GuardMessage[][] = [];
  const flags = { isFed: true, hasDevice: true, canAct: true, hasCrashKernel: false, newest: 100 };
  const { power } = createStandIns((line) => said.push(line));
  const acts: Power = {
    ...power,
    sysrq: (key) => power.sysrq(key) && flags.canAct,
    preparePanic: () => void said.push("prepare panic"),
    restorePanic: () => void said.push("restore panic"),
    hasCrashKernel: () => flags.hasCrashKernel,
  };
  const parts: GuardParts = {
    lines: {
      read: () => waiting.shift() ?? [],
      get hasMore() {
        return waiting.length > 0;
      },
      dropped: 0,
      renew: () => {},
    },
    power: acts,
    createWatchdog: (device) => ({
      arm(timeoutMs) {
        said.push(`open ${device} ${timeoutMs}`);
        return flags.hasDevice
          ? succeed({ ...DEVICE, timeoutMs })
          : fail({ code: "watchdog/none", message: "there is none" });
      },
      fault: () => "it is a played one",
      feed: () => flags.isFed,
      setTimeout: (timeoutMs) => said.push(`set ${timeoutMs}`),
      disarm: () => said.push("closed") > 0,
    }),
    writeReport: (report) => void reports.push(report),
    readNewest: () => flags.newest,
    self: { pid: 7, startTime: 8 },
    hardeningFault: "memory is not locked",
    exit: () => void said.push("exit"),
  };
  const guard = new Guard(parts, initialGuardState(0, null, false));
  guard.hearKept(settings, 0);
  return Object.assign(flags, { guard, said, reports, waiting });
}

function run({ guard }: Played, from: number, to: number): void {
  for (let at = from; at <= to; at += 500) guard.tick(at);
}

test("a device that takes no feeding is closed, told, and opened anew a minute later", () => {
  const play = played();
  play.waiting.push([CHARGED]);
  run(play, 0, 9500);
  assert.equal(play.reports.at(-1)?.deviceFault, "it is a played one");
  play.isFed = false;
  run(play, 10_000, 60_000);
  assert.equal(play.reports.at(-1)?.phase, "uncovered");
  assert.equal(play.reports.at(-1)?.deviceFault, "the watchdog cannot be fed any more");
  play.isFed = true;
  run(play, 60_500, 80_000);
  assert.deepEqual(
    play.said.filter((line) => !line.startsWith("note") && !line.includes("panic")),
    ["open auto 60000", "closed", "open auto 60000"],
  );
  assert.equal(play.reports.at(-1)?.phase, "guarding");
});

test("without a device the reason is told, and what is refused goes to the kernel's log", () => {
  const play = played();
  play.hasDevice = false;
  play.canAct = false;
  play.waiting.push([CHARGED, RESET]);
  run(play, 0, 3000);
  assert.equal(play.reports.at(-1)?.deviceFault, "there is none");
  assert.ok(play.said.includes("sysrq b"));
  assert.ok(play.said.includes("note emergency: sysrq b was refused"));
});

test("what a panic does is prepared with the device and put back with it", () => {
  const play = played();
  play.waiting.push([CHARGED]);
  run(play, 0, 1000);
  play.guard.leave(1000, false);
  assert.deepEqual(play.said, [
    "prepare panic",
    "open auto 60000",
    "closed",
    "restore panic",
    "exit",
  ]);
  assert.equal(play.reports.at(-1)?.device, null);
  assert.equal(play.reports.at(-1)?.hardeningFault, "memory is not locked");
});

test("the last words have a way as soon as it is known, and once", () => {
  const target = { address: "192.0.2.1", port: 514 };
  const play = played({ ...SETTINGS, lastGasp: target });
  play.waiting.push([{ is: "settings", settings: { ...SETTINGS, lastGasp: { ...target } } }]);
  run(play, 0, 1000);
  play.waiting.push([{ is: "settings", settings: SETTINGS }]);
  run(play, 1500, 2000);
  assert.deepEqual(play.said, ["last gasp to 192.0.2.1 514", "last gasp to nobody"]);
});

test("a server in which nothing is started after its boot is seen", () => {
  const play = played();
  play.waiting.push([CHARGED]);
  run(play, 0, 605_000);
  assert.ok(play.said.some((line) => line.startsWith("last gasp: panic: nobody ever proved")));
  const lively = played();
  lively.waiting.push([CHARGED]);
  for (let at = 0; at < 900_000; at += 10_000) {
    run(lively, at, at + 9500);
    lively.newest += 1;
  }
  assert.ok(!lively.said.some((line) => line.startsWith("last gasp")));
});

test("the newest process of this server is known, and where nobody tells there is none", () => {
  const readNewest = watchNewest("/");
  assert.ok((readNewest() ?? 0) > 0);
  assert.equal(watchNewest("/none")(), null);
});

test("a crash kernel that is loaded later is noticed", () => {
  const play = played();
  play.waiting.push([CHARGED]);
  run(play, 0, 5000);
  play.hasCrashKernel = true;
  run(play, 5500, 15_000);
  play.waiting.push([{ ...RESET, order: { ...RESET.order, kind: "panic" } }]);
  run(play, 15_500, 16_000);
  assert.ok(play.said.includes("set 600000"));
  assert.ok(play.said.indexOf("sysrq c") > play.said.indexOf("set 600000"));
});

test("reports come at changes, and every two seconds", () => {
  const play = played();
  play.waiting.push([CHARGED]);
  run(play, 0, 10_000);
  assert.deepEqual(
    play.reports.map(({ at }) => at),
    [0, 2000, 4000, 6000, 8000, 10_000],
  );
  play.waiting.push([{ is: "leaving", who: "prover", by: { pid: 2, startTime: 1 } }]);
  run(play, 10_500, 12_000);
  assert.deepEqual(play.reports.map(({ at }) => at).slice(-1), [10_500]);
});

test("not more than some rounds of lines are read in a tick", () => {
  const play = played();
  for (let round = 0; round < 100; round += 1) {
    play.waiting.push([{ is: "beat", by: { pid: 2, startTime: 1 } }]);
  }
  run(play, 0, 0);
  assert.equal(play.waiting.length, 92);
});

test("the rehearsal goes every way and leaves nothing behind", () => {
  const said: string[] = [];
  const { power } = createStandIns((line) => said.push(line));
  rehearse(power, { pid: 7, startTime: 0 });
  const ways = [
    "sysrq s",
    "sysrq u",
    "sysrq b",
    "sysrq c",
    "sysrq o",
    "ask init: reboot",
    "kill 7 0",
  ];
  for (const way of [...ways, "ask init: poweroff"]) assert.ok(said.includes(way), way);
  assert.ok(said.some((line) => line.startsWith("last gasp: ")));
});
