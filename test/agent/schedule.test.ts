import assert from "node:assert/strict";
import test from "node:test";
import type { ProbeEnd } from "../../src/agent/run-probe.ts";
import { Schedule } from "../../src/agent/schedule.ts";
import type { Probed } from "../../src/agent/schedule-row.ts";
import type { Probe, ProbeResult } from "../../src/monitors/define.ts";
import type { Host } from "../../src/ports/host.ts";
import { FakeClock } from "./fake-clock.ts";

const refuse = (): never => {
  throw new Error("this test's probes look at nothing");
};
const HOST: Host = {
  findProcesses: refuse,
  readProcess: refuse,
  readFile: refuse,
  http: refuse,
  tcp: refuse,
  sampleResources: refuse,
  mountSpaces: refuse,
  shakeHands: refuse,
  readCertificates: refuse,
  echo: refuse,
  readLink: refuse,
  linkName: refuse,
  readLinkDevice: refuse,
  readLinkSpeed: refuse,
  askName: refuse,
  probeDisk: refuse,
  runProgram: refuse,
  unit: refuse,
  resourceTree: refuse,
  monitorStatuses: refuse,
  lastMessage: refuse,
};

interface Told extends ProbeEnd {
  readonly monitor: string;
  readonly at: number;
}

function bench(monitors: readonly Probed[]): {
  readonly clock: FakeClock;
  readonly schedule: Schedule;
  readonly told: Told[];
} {
  const clock = new FakeClock();
  const told: Told[] = [];
  const schedule = new Schedule({
    clock,
    host: HOST,
    onFinished: (monitor, end) => told.push({ ...end, monitor, at: clock.now() - 1_000_000 }),
  });
  schedule.configure(monitors);
  return { clock, schedule, told };
}

const monitor = (name: string, probe: Probe): Probed => ({
  name,
  intervalMs: 30_000,
  timeoutMs: 10_000,
  probe,
});
const OK: Probe = async () => ({ outcome: "ok", reason: "fine" });
const HANGS: Probe = () => new Promise(() => {});

test("what a probe said last of what takes long is the reason when it does not end", async () => {
  const slow: Probe = ({ onSlow }) => {
    onSlow?.("writing hangs");
    onSlow?.("flushing hangs");
    return new Promise(() => {});
  };
  const { clock, schedule, told } = bench([monitor("data", slow)]);
  schedule.start("data", 0, false);
  await clock.pass(10_500);
  assert.equal(told[0]?.reason, "no result within 10 s: flushing hangs");
});

test("a monitor is probed each interval, from its start delay on", async () => {
  const { clock, schedule, told } = bench([monitor("web", OK)]);
  schedule.start("web", 5000, false);
  await clock.pass(4999);
  assert.equal(told.length, 0);
  await clock.pass(61_000);
  assert.deepEqual(
    told.map((one) => Math.round(one.at / 1000)),
    [5, 35, 65],
  );
});

test("an eager monitor is probed each second until it goes on normally", async () => {
  const { clock, schedule, told } = bench([monitor("web", OK)]);
  schedule.start("web", 0, true);
  await clock.pass(3200);
  assert.equal(told.length, 4);
  schedule.start("web", 30_000, false);
  await clock.pass(29_000);
  assert.equal(told.length, 4);
  await clock.pass(2000);
  assert.equal(told.length, 5);
});

test("a probe that hangs ends at its timeout as failed and is not waited for", async () => {
  const { clock, schedule, told } = bench([monitor("web", HANGS)]);
  schedule.start("web", 0, false);
  await clock.pass(10_100);
  assert.equal(told.length, 1);
  assert.equal(told[0]?.outcome, "failed");
  assert.equal(told[0]?.isTimeout, true);
  assert.match(told[0]?.reason ?? "", /10 s/);
});

test("the signal of a probe is aborted at its timeout", async () => {
  const seen: boolean[] = [];
  const { clock, schedule } = bench([
    monitor("web", ({ signal }) => {
      signal.addEventListener("abort", () => seen.push(true));
      return new Promise(() => {});
    }),
  ]);
  schedule.start("web", 0, false);
  await clock.pass(10_100);
  assert.deepEqual(seen, [true]);
});

test("after four abandoned probes that still hang no fifth is begun, and it is unknown", async () => {
  let begun = 0;
  const { clock, schedule, told } = bench([
    monitor("web", () => {
      begun += 1;
      return new Promise(() => {});
    }),
  ]);
  schedule.start("web", 0, false);
  await clock.pass(5 * 30_000);
  assert.equal(begun, 4);
  assert.equal(told.at(-1)?.outcome, "unknown");
});

for (const [how, probe] of [
  [
    "throws",
    () => {
      throw new Error("planted bug");
    },
  ],
  ["rejects", () => Promise.reject(new Error("planted bug"))],
] as const satisfies readonly (readonly [string, Probe])[]) {
  test(`a probe that ${how} is a bug and therefore unknown`, async () => {
    const { clock, schedule, told } = bench([monitor("web", probe)]);
    schedule.start("web", 0, false);
    await clock.pass(100);
    assert.equal(told[0]?.outcome, "unknown");
    assert.match(told[0]?.reason ?? "", /planted bug/);
  });
}

test("what a probe finds out without waiting is told within its moment", async () => {
  const clock = new FakeClock();
  const told: string[] = [];
  const schedule = new Schedule({
    clock,
    host: HOST,
    onFinished: (name) => {
      told.push(name);
      // The first that is told of stops the one beside it and asks for a third.
      if (told.length > 1) return;
      schedule.stop(name === "one" ? "two" : "one");
      schedule.probeNow("three");
    },
  });
  const quick: Probe = () => ({ outcome: "ok", reason: "fine" });
  schedule.configure(["one", "two", "three"].map((name) => monitor(name, quick)));
  schedule.start("one", 0, true);
  schedule.start("two", 0, true);
  await clock.pass(100);
  assert.deepEqual(told, ["one", "three"]);
  assert.equal(clock.waiting, 1, "no deadline is left behind");
  await clock.pass(1000);
  assert.deepEqual(told, ["one", "three", "one"]);
});

test("whoever asks for a probe is told of it later, also when it is quick", async () => {
  const { clock, schedule, told } = bench([
    monitor("web", () => ({ outcome: "ok", reason: "fine" })),
  ]);
  schedule.probeNow("web");
  assert.equal(told.length, 0);
  await clock.pass(0);
  assert.equal(told.length, 1);
});

test("a probe now joins one that runs", async () => {
  let begun = 0;
  const gate = Promise.withResolvers<void>();
  const { clock, schedule, told } = bench([
    monitor("web", async () => {
      begun += 1;
      await gate.promise;
      return { outcome: "ok", reason: "fine" };
    }),
  ]);
  schedule.probeNow("web");
  schedule.probeNow("web");
  gate.resolve();
  await clock.pass(0);
  assert.equal(begun, 1);
  assert.equal(told.length, 1);
  // It was not being probed, and is not now.
  await clock.pass(60_000);
  assert.equal(told.length, 1);
});

test("what a stopped monitor's probe says is heard by nobody", async () => {
  const gate = Promise.withResolvers<void>();
  const { clock, schedule, told } = bench([
    monitor("web", async () => {
      await gate.promise;
      return { outcome: "failed", reason: "late" };
    }),
  ]);
  schedule.start("web", 0, false);
  await clock.pass(100);
  schedule.stop("web");
  gate.resolve();
  await clock.pass(60_000);
  assert.deepEqual(told, []);
});

test("after a gap a running probe is discarded and judged after one interval", async () => {
  const { clock, schedule, told } = bench([monitor("web", HANGS), monitor("data", OK)]);
  schedule.start("web", 0, false);
  schedule.start("data", 20_000, false);
  await clock.pass(5000);
  clock.freeze(90_000);
  schedule.onGap(90_000);
  await clock.pass(14_900);
  assert.equal(told.length, 0);
  await clock.pass(200);
  assert.deepEqual(
    told.map((one) => one.monitor),
    ["data"],
  );
  assert.ok((schedule.nextInMs("web") ?? 0) > 10_000);
});

test("first probes of many monitors are spread, the same way each time", async () => {
  const names = Array.from({ length: 200 }, (_, at) => `monitor-${at}`);
  const run = async (): Promise<number[]> => {
    const { clock, schedule, told } = bench(names.map((name) => monitor(name, OK)));
    for (const name of names) schedule.start(name, 0, false);
    await clock.pass(2000);
    assert.equal(told.length, 200);
    return told.map((one) => one.at);
  };
  const first = await run();
  assert.deepEqual(first, await run());
  const slots = new Set(first);
  assert.ok(slots.size >= 10, `${slots.size} moments`);
});

test("quick probes share their moments, each still at its interval; slow ones keep their own", async () => {
  const quick = Array.from({ length: 40 }, (_, at) => `quick-${at}`);
  const slow = Array.from({ length: 40 }, (_, at) => `slow-${at}`);
  const { clock, schedule, told } = bench([
    ...quick.map((name) => monitor(name, OK)),
    ...slow.map((name) => monitor(name, () => takes(clock, 20))),
  ]);
  for (const name of [...quick, ...slow]) schedule.start(name, 0, false);
  await clock.pass(151_000);
  const moments = (names: readonly string[]): Set<number> =>
    new Set(
      told.filter((one) => names.includes(one.monitor) && one.at > 5000).map((one) => one.at),
    );
  assert.equal(moments(quick).size, 5);
  assert.ok(moments(slow).size > 20, `${moments(slow).size} moments`);
  for (const name of [...quick, ...slow]) {
    const at = told.filter((one) => one.monitor === name).map((one) => one.at);
    const [first = 0, ...later] = at.slice(1).map((end, index) => end - (at[index] ?? 0));
    assert.ok(first > 27_000 && first < 33_000, `${name}: ${first}`);
    assert.deepEqual(new Set(later), new Set([30_000]), name);
  }
});

test("a few monitors begin together, also slow ones, each at its interval", async () => {
  const begun: Record<string, number[]> = {};
  const slow = (name: string, intervalMs: number): Probed => ({
    ...monitor(name, () => {
      (begun[name] ??= []).push(clock.now());
      return takes(clock, 20);
    }),
    intervalMs,
  });
  const { clock, schedule } = bench([slow("five", 5000), slow("ten", 10_000), slow("seven", 7000)]);
  for (const name of ["five", "ten", "seven"]) {
    schedule.start(name, 0, false);
    await clock.pass(1300);
  }
  await clock.pass(60_000);
  const later = (name: string): number[] => (begun[name] ?? []).slice(2);
  assert.deepEqual(
    new Set([...later("five"), ...later("ten")].map((at) => at % 5000)),
    new Set([0]),
  );
  assert.deepEqual(new Set(later("seven").map((at) => at % 1000)), new Set([0]));
  for (const [name, everyMs] of Object.entries({ five: 5000, ten: 10_000, seven: 7000 })) {
    const at = later(name);
    assert.deepEqual(
      new Set(at.slice(1).map((time, index) => time - (at[index] ?? 0))),
      new Set([everyMs]),
    );
  }
});

function takes(clock: FakeClock, spanMs: number): Promise<ProbeResult> {
  return new Promise((resolve) => {
    clock.timer(spanMs, () => resolve({ outcome: "ok", reason: "fine" }));
  });
}

test("a new configuration replaces the probe and forgets what is gone", async () => {
  const { clock, schedule, told } = bench([monitor("web", OK), monitor("old", OK)]);
  schedule.start("web", 0, false);
  schedule.start("old", 0, false);
  schedule.configure([
    monitor("web", async () => ({ outcome: "warning", reason: "another probe" })),
  ]);
  await clock.pass(100);
  assert.deepEqual(
    told.map((one) => [one.monitor, one.outcome]),
    [["web", "warning"]],
  );
  assert.equal(schedule.last("old"), null);
});
