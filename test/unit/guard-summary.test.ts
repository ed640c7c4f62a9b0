/** What the guard tells about itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { GuardReport } from "../../src/base/guard-report.ts";
import { formatGuardReport, parseGuardReport } from "../../src/base/guard-report.ts";
import { guardReport } from "../../src/core/guard-summary.ts";
import { guardReport as plainReport } from "../agent/guard-report.ts";
import { DEVICE, order, play, type Setting, SETTINGS, type World } from "./guard-play.ts";

type Happening = readonly [second: number, what: (world: World) => void];

const SELF = { pid: 7, startTime: 9, dropped: 3, hardeningFault: null };
const UPTIME = 10_000;
const freeze = (world: World): void => {
  world.prover = null;
  world.agent = null;
  world.restartAfter = null;
};

function reportOf(
  setting: Setting,
  seconds: number,
  happenings: readonly Happening[],
): GuardReport {
  return guardReport(play(setting, seconds, happenings).state, SELF);
}

const TABLE: readonly (readonly [
  what: string,
  setting: Setting,
  seconds: number,
  happenings: readonly Happening[],
  want: Partial<GuardReport>,
])[] = [
  [
    "a guard in peace",
    {},
    12,
    [],
    plainReport({
      ...SELF,
      at: UPTIME + 12_000,
      device: DEVICE,
      fedAt: UPTIME + 10_000,
      proofAt: UPTIME + 10_000,
      beatAt: UPTIME + 12_000,
      slowest: { proof: "program", tookMs: 5 },
    }),
  ],
  [
    "nobody has spoken",
    { isSilent: true },
    5,
    [],
    { phase: "waiting", device: null, slowest: null },
  ],
  [
    "no device",
    { device: null },
    5,
    [],
    { phase: "uncovered", device: null, deviceFault: "there is no device", fedAt: null },
  ],
  [
    "a device that is closed again",
    {},
    30,
    [[20, (world) => world.tell({ is: "settings", settings: { ...SETTINGS, mode: "observe" } })]],
    { phase: "idle", device: null, fedAt: null, deviceFault: null },
  ],
  [
    "no device, and none is wanted any more",
    { device: null },
    30,
    [[20, (world) => world.tell({ is: "settings", settings: { ...SETTINGS, mode: "observe" } })]],
    { phase: "idle", deviceFault: null },
  ],
  [
    "a prover that cannot prove",
    {},
    30,
    [
      [20, freeze],
      [25, (world) => world.tell({ is: "no-proof", by: { pid: 102, startTime: 7 }, why: "fork" })],
    ],
    { noProof: "fork", proofAt: UPTIME + 15_000, phase: "guarding" },
  ],
  ["beyond the limit", { counted: 5 }, 30, [], { slowedUntil: 2 * 3600_000, phase: "guarding" }],
  ["without a record", { counted: null }, 30, [], { slowedUntil: 1800_000 }],
  [
    "beyond the limit in observe mode",
    { counted: 5, settings: { mode: "observe" } },
    30,
    [],
    { slowedUntil: null },
  ],
  [
    "an order, and one that is refused",
    {},
    30,
    [
      [20, (world) => world.tell(order("g1", "reset", UPTIME + 60_000))],
      [21, (world) => world.tell(order("g2", "reboot"))],
    ],
    { orderId: "g1", refusal: "g2: reset is being carried out", phase: "ordered" },
  ],
  [
    "one as strong as the one that runs",
    {},
    30,
    [
      [20, (world) => world.tell(order("g1", "reboot", UPTIME + 140_000))],
      [21, (world) => world.tell(order("g2", "reboot", UPTIME + 140_000))],
    ],
    { orderId: "g1", refusal: "g2: reboot is being carried out" },
  ],
  [
    "an order that is taken after one was refused",
    {},
    21.5,
    [
      [20, (world) => world.tell(order("g1", "reboot", UPTIME + 140_000))],
      [21, (world) => world.tell(order("g2", "reboot", UPTIME + 140_000))],
      [21.5, (world) => world.tell(order("g3", "panic", UPTIME + 140_000))],
    ],
    { orderId: "g3", refusal: null },
  ],
  [
    "a test without a device",
    { device: null },
    30,
    [[20, (world) => world.tell({ is: "test", id: "t1" })]],
    { orderId: null, refusal: "t1: there is no armed watchdog, or this boot is being ended" },
  ],
  [
    "who left in order",
    {},
    30,
    [
      [20, freeze],
      [20, (world) => world.tell({ is: "leaving", who: "agent", by: { pid: 1, startTime: 1 } })],
      [20, (world) => world.tell({ is: "leaving", who: "prover", by: { pid: 1, startTime: 1 } })],
    ],
    { left: ["agent", "prover"], phase: "guarding" },
  ],
  [
    "who left and is there again",
    {},
    800,
    [
      [21, (world) => world.tell({ is: "leaving", who: "agent", by: { pid: 101, startTime: 7 } })],
      [21, (world) => world.tell({ is: "leaving", who: "prover", by: { pid: 102, startTime: 7 } })],
      [21, (world) => world.tell({ is: "no-proof", by: { pid: 102, startTime: 7 }, why: "fork" })],
      [
        22,
        (world) => {
          world.prover = { pid: 103, startTime: 7 };
          world.agent = { pid: 104, startTime: 7 };
        },
      ],
    ],
    { left: [], phase: "guarding", noProof: null, beatAt: UPTIME + 800_000 },
  ],
  [
    "one that came after the one that left, and cannot prove",
    {},
    700,
    [
      [21, (world) => world.tell({ is: "leaving", who: "prover", by: { pid: 102, startTime: 7 } })],
      [21, freeze],
      [690, (world) => world.tell({ is: "no-proof", by: { pid: 103, startTime: 7 }, why: "fork" })],
    ],
    { left: [], phase: "guarding", noProof: "fork" },
  ],
  [
    "a prover and an agent that were killed",
    {},
    100,
    [
      [20, (world) => (world.prover = null)],
      [61, (world) => (world.agent = null)],
    ],
    { proverKills: 1, agentKills: 1, isAgentLost: false },
  ],
  [
    "kills are forgotten after ten minutes",
    {},
    700,
    [[20, (world) => (world.agent = null)]],
    { agentKills: 0 },
  ],
  [
    "switched off",
    { held: "off" },
    5,
    [],
    { phase: "idle", deviceFault: "switched off at the boot (solosafe=off)" },
  ],
  [
    "texts of others are cut",
    {},
    30,
    [
      [18, freeze],
      [
        20,
        (world) =>
          world.tell({ is: "no-proof", by: { pid: 2, startTime: 7 }, why: "x".repeat(999) }),
      ],
    ],
    { noProof: "x".repeat(200) },
  ],
];

for (const [what, setting, seconds, happenings, want] of TABLE) {
  test(what, () => {
    const report = reportOf(setting, seconds, happenings);
    const seen = Object.fromEntries(
      Object.keys(want).map((name) => [name, Reflect.get(report, name)]),
    );
    assert.deepEqual(seen, want);
    const text = formatGuardReport(report);
    assert.deepEqual(parseGuardReport(text ?? ""), report);
  });
}

const LOST_AT = 49;
const LOSE_AGENT = Array.from(
  { length: 160 },
  (_none, half): Happening => [
    20 + half / 2,
    half % 4 === 0
      ? () => {}
      : (world) => {
          world.agent = null;
        },
  ],
);
const HOUR = 3600_000;
/** The boot is older than one that is counted when it ends; by an hour. */
const OLD = HOUR / 2;

for (const [what, setting, isRebooted] of [
  ["within the limit", { counted: 2 }, true],
  ["at the limit", { counted: 3 }, false],
  ["without a record", { counted: null }, false],
  ["with nobody telling of one", { counted: "untold", isInherited: true }, false],
  ["in a boot that is not counted when it ends", { startAt: OLD }, false],
  ["just before that", { startAt: OLD - LOST_AT * 1000 - 500 }, true],
  ["before six hours of it", { startAt: 6 * HOUR - 160_000 }, false],
  ["after six hours of it", { startAt: 6 * HOUR }, true],
] as const) {
  test(`an agent is lost ${what}: ${isRebooted ? "it is rebooted for it" : "it is told only"}`, () => {
    const settings = { agentTimeoutMs: 5000, agentLost: "reboot" } as const;
    const { done, state, notes } = play({ ...setting, settings }, 100, LOSE_AGENT);
    assert.equal(done.includes(`${LOST_AT} ask init: reboot`), isRebooted, done.join("\n"));
    assert.equal(state.agent.isLost, true);
    assert.equal(notes.filter((note) => note.includes("the agent is lost: 5 times")).length, 1);
  });
}

test("an agent that was lost is not, when it lived for ten minutes", () => {
  const setting: Setting = { settings: { agentTimeoutMs: 5000 } };
  assert.equal(reportOf(setting, 100, LOSE_AGENT).isAgentLost, true);
  assert.equal(reportOf(setting, 600, LOSE_AGENT).isAgentLost, true);
  assert.equal(reportOf(setting, 720, LOSE_AGENT).isAgentLost, false);
});

test("an agent that begins again and again is lost, one that leaves in order is not", () => {
  const begins = (pid: number): Happening => [
    20 + pid,
    (world) => {
      world.agent = { pid: 300 + pid, startTime: 7 };
    },
  ];
  const each = Array.from({ length: 5 }, (_none, at) => (at + 1) * 30);
  const crashing = reportOf({}, 200, each.map(begins));
  assert.equal(crashing.isAgentLost, true);
  assert.equal(crashing.agentKills, 0);
  assert.equal(reportOf({}, 200, each.slice(1).map(begins)).isAgentLost, false);
  const leaves = each.map(
    (at): Happening => [
      19 + at,
      (world) => {
        if (world.agent !== null) world.tell({ is: "leaving", who: "agent", by: world.agent });
        world.agent = null;
      },
    ],
  );
  assert.equal(reportOf({}, 200, [...leaves, ...each.map(begins)]).isAgentLost, false);
});
