import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { BEAT_EVERY, type GuardMessage } from "../../src/base/guard-message.ts";
import type { GuardReport } from "../../src/base/guard-report.ts";
import type { GuardFacts } from "../../src/core/guarding.ts";
import { GuardLink } from "../../src/agent/guard-link.ts";
import { FakeClock } from "./fake-clock.ts";
import { guardReport } from "./guard-report.ts";

const SELF = { pid: 10, startTime: 100 };
const SETTINGS = {
  mode: "enforce",
  timeoutMs: 60_000,
  stallAction: "reset",
  agentTimeoutMs: 20_000,
  agentLost: "alert",
  gracefulTimeoutMs: 120_000,
  shutdownTimeoutMs: 600_000,
  dumpTimeoutMs: 600_000,
  rebootLimit: 3,
} as const;
const ORDER = { id: "g1", kind: "reboot", reason: "why", deadlineAt: 120_000 } as const;
const DEVICE = {
  path: "/dev/null0",
  identity: "fake",
  isSoftware: false,
  timeoutMs: 60_000,
  hasPanicPretimeout: false,
  isNowayout: false,
};

let clock: FakeClock;
let sent: GuardMessage[];
let heard: GuardFacts[];
let report: GuardReport | null;
/** Why lines are dropped now. */
let fault: string | null;
let link: GuardLink;

function fresh(change: Partial<GuardReport> = {}): GuardReport {
  const at = clock.now();
  return guardReport({ at, fedAt: at, device: DEVICE, ...change });
}

beforeEach(() => {
  clock = new FakeClock();
  sent = [];
  heard = [];
  fault = null;
  report = fresh();
  link = new GuardLink({
    clock,
    self: SELF,
    talk: {
      send: (message) => {
        if (fault === null) sent.push(message);
        return fault;
      },
      report: () => report,
      close: () => {},
    },
    onFacts: (facts) => heard.push(facts),
  });
});

/** What was sent besides beats, since the last look. */
function told(): readonly string[] {
  const words = sent.filter(({ is }) => is !== "beat").map(({ is }) => is);
  sent = [];
  return words;
}

/** One beat later; the guard writes its report. */
async function beat(change?: Partial<GuardReport>): Promise<void> {
  report = change === undefined ? null : fresh(change);
  await clock.pass(BEAT_EVERY);
}

test("it beats every two seconds with its own name", async () => {
  link.start();
  await clock.pass(3 * BEAT_EVERY);
  assert.deepEqual(
    sent,
    Array.from({ length: 4 }, () => ({ is: "beat", by: SELF })),
  );
});

test("what stands is told once, and again to another guard, in the order it has to hear it", async () => {
  link.start();
  link.order(ORDER);
  link.settings(SETTINGS);
  link.settings({ ...SETTINGS });
  assert.deepEqual(told(), ["order", "settings"]);
  await beat({});
  assert.deepEqual(told(), []);
  await beat({ pid: 21 });
  assert.deepEqual(told(), ["settings", "order"]);
  await beat({ pid: 21, startTime: 201 });
  assert.deepEqual(told(), ["settings", "order"]);
});

test("a line that was dropped is told at the next beat", async () => {
  link.start();
  fault = "resource temporarily unavailable";
  link.order(ORDER);
  link.groupsStopped("g1");
  assert.deepEqual(told(), []);
  fault = null;
  await beat({});
  assert.deepEqual(told(), ["order", "groups-stopped"]);
  await beat({});
  assert.deepEqual(told(), []);
});

test("the end of the groups belongs to its order", async () => {
  link.start();
  link.order(ORDER);
  link.groupsStopped("g1");
  link.order({ ...ORDER, id: "g2" });
  told();
  await beat({ pid: 21 });
  assert.deepEqual(told(), ["order"]);
});

test("who leaves says so, and beats no more", async () => {
  link.start();
  link.leave();
  assert.deepEqual(told(), ["leaving"]);
  await clock.pass(3 * BEAT_EVERY);
  assert.deepEqual(sent, []);
});

test("how the guard is is told at once, and when it changed", async () => {
  link.start();
  await beat({});
  assert.equal(heard.length, 1);
  assert.equal(heard[0]?.canAct, true);
  assert.equal(heard[0]?.cover, "hardware");
  assert.equal(heard[0]?.device, "fake (/dev/null0)");
  await beat({ phase: "uncovered", device: null, deviceFault: "it is held" });
  assert.equal(heard[1]?.cover, "none");
  assert.equal(heard[1]?.fault, "it is held");
});

test("a guard that does not write any more is gone, and comes back", async () => {
  link.start();
  const last = report;
  for (let times = 0; times < 4; times += 1) {
    report = last;
    await clock.pass(BEAT_EVERY);
  }
  assert.deepEqual(
    heard.map(({ isThere, canAct }) => [isThere, canAct]),
    [
      [true, true],
      [false, false],
    ],
  );
  await beat({});
  assert.equal(heard.at(-1)?.isThere, true);
});

for (const [phase, canAct] of [
  ["waiting", false],
  ["idle", false],
  ["guarding", true],
  ["uncovered", true],
  ["shutdown", true],
  ["ordered", true],
  ["stalled", true],
  ["something new", false],
] as const) {
  test(`in phase ${phase} it ${canAct ? "carries out orders" : "does nothing"}`, () => {
    report = fresh({ phase, device: null });
    link.look();
    assert.equal(link.facts.canAct, canAct);
  });
}

test("without a proof for a minute it is told why, until there is one", async () => {
  report = fresh({ proofAt: null });
  link.start();
  for (let beats = 0; beats < 29; beats += 1) {
    await beat({ proofAt: null, noProof: "fork: no memory" });
  }
  assert.equal(heard.at(-1)?.noProof, null);
  await beat({ proofAt: null, noProof: "fork: no memory" });
  assert.equal(heard.at(-1)?.noProof, "fork: no memory");
  await beat({});
  assert.equal(heard.at(-1)?.noProof, null);
  // It says no other word for a prover that went in order.
  for (let beats = 0; beats < 31; beats += 1) await beat({ proofAt: 0, left: ["prover"] });
  assert.equal(heard.at(-1)?.noProof, "the spawner was stopped");
});

test("a proof that takes more than half of the timeout is told once", async () => {
  link.settings(SETTINGS);
  link.start();
  await beat({ slowest: { proof: "program", tookMs: 30_000 } });
  assert.equal(heard.at(-1)?.slow, null);
  await beat({ slowest: { proof: "program", tookMs: 30_001 } });
  await beat({ slowest: { proof: "program", tookMs: 40_000 } });
  assert.deepEqual(heard.at(-1)?.slow, { proof: "program", tookMs: 30_001 });
  assert.equal(heard.length, 2);
  await beat({ slowest: { proof: "file", tookMs: 10 } });
  assert.equal(heard.at(-1)?.slow, null);
});
