import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { GuardMessage } from "../../src/base/guard-message.ts";
import type { GuardReport } from "../../src/base/guard-report.ts";
import type { GuardTools, HeldWatchdog } from "../../src/cli/guard-tools.ts";
import { guardReport } from "../agent/guard-report.ts";
import { cli, scratch } from "./run-cli.ts";

const HARDWARE: HeldWatchdog = {
  path: "/dev/watchdog0",
  folder: "/sys/class/watchdog/watchdog0",
  identity: "i6300ESB timer",
  isSoftware: false,
  timeoutMs: 60_000,
  timeoutMostMs: 2_046_000,
  leftMs: 58_000,
  isActive: true,
  isNowayout: true,
  hasReset: true,
  pretimeoutMs: 15_000,
  governor: "panic",
  governors: ["noop", "panic"],
  holder: "node (pid 411)",
};
const SOFT: HeldWatchdog = {
  ...HARDWARE,
  path: "/dev/watchdog1",
  identity: "Software Watchdog",
  isSoftware: true,
  timeoutMostMs: null,
  leftMs: null,
  isActive: false,
  isNowayout: false,
  hasReset: false,
  pretimeoutMs: 0,
  governor: null,
  governors: [],
  holder: null,
};
const REPORT: GuardReport = guardReport({
  pid: 411,
  at: 100_000,
  device: {
    path: "/dev/watchdog0",
    identity: "i6300ESB timer",
    isSoftware: false,
    timeoutMs: 60_000,
    hasPanicPretimeout: false,
    isNowayout: false,
  },
  fedAt: 99_000,
  proofAt: 98_000,
  beatAt: 99_000,
});

/** A guard that reports so, and answers what it is told with `answers`; its clock runs with each look. */
function played(
  report: GuardReport | null,
  answers: (message: GuardMessage) => Partial<GuardReport> | string = () => ({}),
  isRoot = true,
) {
  const told: GuardMessage[] = [];
  let now = 100_000;
  let current = report;
  const tools: GuardTools = {
    listWatchdogs: async () => [HARDWARE, SOFT],
    askGuard: async () => ({
      isRoot,
      now: () => (now += 1000),
      report: () => current,
      tell(message) {
        told.push(message);
        const answer = answers(message);
        if (typeof answer === "string") return answer;
        current = { ...(current ?? REPORT), ...answer };
        return null;
      },
    }),
  };
  return { tools, told };
}

const takes = (message: GuardMessage): Partial<GuardReport> =>
  message.is === "test" ? { orderId: message.id, phase: "ordered" } : {};

test("the list says of each device what it is, who holds it and what it did", async () => {
  const said = await cli(["watchdog", "list"], { guard: played(REPORT).tools });
  assert.equal(said.code, 0);
  assert.equal(
    said.out,
    [
      "/dev/watchdog0  i6300ESB timer (hardware)",
      "  armed, held by node (pid 411)",
      "  timeout 1m, at most 34m6s, 58s left",
      "  pretimeout 15s, then panic (can: noop, panic)",
      "  once it is armed, nothing stops it (nowayout)",
      "  it says that it reset the server before this boot",
      "/dev/watchdog1  Software Watchdog (a part of the kernel)",
      "  not armed",
      "  timeout 1m",
      "  pretimeout none",
    ].join("\n"),
  );
  const json = await cli(["watchdog", "list", "--json"], { guard: played(REPORT).tools });
  assert.deepEqual(JSON.parse(json.out), { watchdogs: [HARDWARE, SOFT] });
});

test("a server without any is told what that means", async () => {
  const said = await cli(["watchdog", "list"]);
  assert.equal(said.code, 1);
  assert.match(said.out, /a frozen kernel or guard is not covered/);
});

test("the test tells the guard, and says exactly what comes", async () => {
  const { tools, told } = played(REPORT, takes);
  const said = await cli(["watchdog", "test", "--yes"], { guard: tools });
  assert.equal(said.code, 0, said.err);
  assert.match(said.out, /dog0 \(i6300ESB timer\) no more: within 1m this server is reset/);
  assert.equal(told[0]?.is, "test");
});

test("without --yes nothing is told, and what would come is", async () => {
  const { tools, told } = played(REPORT, takes);
  const said = await cli(["watchdog", "test"], { guard: tools });
  assert.equal(said.code, 2);
  assert.match(said.err, /this is no simulation\. .* within 1m this server is reset/);
  assert.deepEqual(told, []);
});

const refusals: readonly (readonly [string, GuardReport | null, boolean, RegExp])[] = [
  ["nobody but root", REPORT, false, /only root/],
  ["no guard", null, true, /no guard answers/],
  ["a guard that hangs", { ...REPORT, at: 90_000 }, true, /no guard answers/],
  ["observe mode", { ...REPORT, phase: "idle", device: null }, true, /armed now \(idle\)/],
  [
    "a container",
    { ...REPORT, phase: "idle", device: null, deviceFault: "in a container" },
    true,
    /\(idle\): in a container/,
  ],
  ["no device", { ...REPORT, phase: "uncovered", device: null }, true, /\(uncovered\)/],
  ["a shutdown", { ...REPORT, phase: "shutdown" }, true, /\(shutdown\)/],
];

for (const [what, report, isRoot, why] of refusals) {
  test(`the test is refused: ${what}`, async () => {
    const { tools, told } = played(report, takes, isRoot);
    const said = await cli(["watchdog", "test", "--yes"], { guard: tools });
    assert.equal(said.code, 4, said.out);
    assert.match(said.err, why);
    assert.deepEqual(told, []);
  });
}

test("what the guard answers otherwise is told", async () => {
  const refuses = (message: GuardMessage) =>
    message.is === "test" ? { refusal: `${message.id}: this boot is being ended` } : {};
  for (const [answers, code, why] of [
    [refuses, 4, /this boot is being ended/],
    [() => "EAGAIN: resource temporarily unavailable", 5, /the guard: EAGAIN/],
    [() => ({}), 5, /has not said within 5s/],
  ] as const) {
    const said = await cli(["watchdog", "test", "--yes"], { guard: played(REPORT, answers).tools });
    assert.equal(said.code, code, said.out);
    assert.match(said.err, why);
  }
});

test("a play that leads to a reboot says what this server's guard cannot do", async (context) => {
  const folder = scratch(context);
  const config = join(folder, "c.yaml");
  writeFileSync(config, "monitors: { data: { disk: /srv } }\n");
  const environment = { SOLOSAFE_CONFIG: config, SOLOSAFE_STATE: folder };
  const plays: readonly (readonly [GuardReport | null, RegExp])[] = [
    [null, /none is heard of here\. Without one server-level actions are said, not done\.$/],
    [
      { ...REPORT, device: null },
      /\nNo watchdog is armed: a frozen kernel or guard is not covered\.$/,
    ],
    [REPORT, /\nIt ends .*$/],
  ];
  for (const [report, last] of plays) {
    const options = { environment, guard: played(report).tools, width: 200 };
    const said = await cli(["simulate", "--fail", "data"], options);
    assert.equal(said.code, 0, said.err);
    assert.match(said.out, last);
  }
});
