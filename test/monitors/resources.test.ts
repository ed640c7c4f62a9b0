import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";
import { succeed } from "../../src/base/result.ts";
import type { Probe } from "../../src/monitors/define.ts";
import { resources } from "../../src/monitors/resources.ts";
import { roughly, SpaceTrend } from "../../src/monitors/space-trend.ts";
import type { Host } from "../../src/ports/host.ts";
import type { MountSpace, ResourceSample } from "../../src/ports/resources.ts";
import { fault, probeOf, run } from "./fake-host.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const half = { used: 50, most: 100 };

const sample = (more: Partial<ResourceSample> = {}): ResourceSample => ({
  at: 0,
  cpu: { used: 1000, most: 4000 },
  processors: 4,
  load: 2,
  memory: half,
  swap: half,
  pressure: {
    cpu: { some: 10, full: 0 },
    memory: { some: 20, full: 15 },
    io: { some: 30, full: 25 },
  },
  files: half,
  processes: half,
  threads: half,
  ...more,
});
const space = (mountPoint: string, used: number, inodes = 10): MountSpace => ({
  kind: "space",
  mountPoint,
  space: { used, most: 100 },
  inodes: { used: inodes, most: 100 },
});

interface Look extends Partial<ResourceSample> {
  readonly mounts?: readonly MountSpace[];
}

async function look(probe: Probe, { mounts = [], ...more }: Look): Promise<string> {
  const answers: Partial<Host> = {
    sampleResources: async () => sample(more),
    mountSpaces: async () => succeed(mounts),
  };
  // Who looks at disks only takes no sample, and its time from here.
  const clock = mock.method(performance, "now", () => more.at ?? 0);
  try {
    const { outcome, reason } = await run(probe, answers);
    return `${outcome}: ${reason}`;
  } finally {
    clock.mock.restore();
  }
}

const nothing = { cpu: null, memory: null, io: null };
const cases: readonly {
  readonly params: Readonly<Record<string, unknown>>;
  readonly now?: Look;
  readonly want: string;
}[] = [
  { params: { memory: "50%" }, want: "ok: memory 50%" },
  { params: { memory: "49%" }, want: "failed: memory 50%, at most 49% is allowed" },
  {
    params: { memory: "99.5%" },
    now: { memory: { used: 999, most: 1000 } },
    want: "failed: memory 99%, at most 99.5% is allowed",
  },
  { params: { swap: "40%" }, want: "failed: swap 50%, at most 40% is allowed" },
  { params: { swap: "40%" }, now: { swap: { used: 0, most: 0 } }, want: "ok: swap 0%" },
  { params: { load: 0.5 }, want: "ok: load per processor 0.5" },
  { params: { load: 0.4 }, want: "failed: load per processor 0.5, at most 0.4 is allowed" },
  { params: { files: "40%" }, want: "failed: files 50%, at most 40% is allowed" },
  { params: { processes: "40%" }, want: "failed: processes 50%, at most 40% is allowed" },
  { params: { threads: "40%" }, want: "failed: threads 50%, at most 40% is allowed" },
  {
    params: { pressure: { cpu: "5%", memory: "25%", io: "5%" } },
    want: "failed: pressure on cpu 10%, at most 5% is allowed; pressure on io 30%, at most 5% is allowed",
  },
  {
    params: { pressure: { "memory-full": "14%", "io-full": "26%" } },
    want: "failed: full pressure on memory 15%, at most 14% is allowed",
  },
  {
    params: { memory: "90%", swap: "90%", files: "90%" },
    want: "ok: memory 50%, swap 50%, files 50%",
  },
  {
    params: { memory: "90%", pressure: { cpu: "5%" } },
    now: { pressure: nothing },
    want: "ok: memory 50%; cannot be read here: pressure on cpu",
  },
  {
    params: { pressure: { cpu: "5%" }, swap: "5%" },
    now: { pressure: nothing, swap: null },
    want: "unknown: nothing could be read: swap, pressure on cpu",
  },
  { params: { cpu: "5%" }, want: "ok: cpu is measured from the next probe on" },
  {
    params: { cpu: "5%", memory: "90%" },
    now: { cpu: null },
    want: "ok: memory 50%; cannot be read here: cpu",
  },
  {
    params: { disk: {} },
    now: { mounts: [space("/", 50), space("/srv", 84)] },
    want: "ok: / is 50% full, /srv is 84% full",
  },
  {
    params: { disk: {} },
    now: { mounts: [space("/", 50), space("/srv", 85)] },
    want: "warning: /srv is 85% full",
  },
  {
    params: { disk: {} },
    now: { mounts: [space("/", 96), space("/srv", 85)] },
    want: "failed: / is 96% full, at most 95% may be; /srv is 85% full",
  },
  {
    params: { disk: { warn: "10%", fail: "20%" } },
    now: { mounts: [space("/", 50)] },
    want: "failed: / is 50% full, at most 20% may be",
  },
  {
    params: { disk: {} },
    now: { mounts: [space("/", 50, 85)] },
    want: "warning: 85% of the inodes of / are in use",
  },
  {
    params: { disk: {} },
    now: { mounts: [space("/", 90, 100)] },
    want: "failed: 100% of the inodes of / are in use, at most 95% may be",
  },
  {
    params: { disk: {} },
    now: { mounts: [space("/", 96, 85)] },
    want: "failed: / is 96% full, at most 95% may be; 85% of the inodes of / are in use",
  },
  {
    params: { disk: { mounts: ["/mnt/far"] }, memory: "90%" },
    now: { mounts: [{ kind: "hangs", mountPoint: "/mnt/far", sinceMs: 5 * MINUTE }] },
    want: "warning: the file system of /mnt/far has not answered for 5 min",
  },
  {
    params: { disk: { mounts: ["/nowhere"] }, memory: "40%" },
    now: { mounts: [{ kind: "unread", mountPoint: "/nowhere", why: "no such folder" }] },
    want: "failed: memory 50%, at most 40% is allowed; /nowhere was not looked at: no such folder",
  },
];
for (const { params, now = {}, want } of cases) {
  test(want, async () => {
    assert.equal(await look(probeOf(resources, { for: "0s", ...params }), now), want);
  });
}

test("without /proc nothing is known", async () => {
  const { outcome, reason } = await run(probeOf(resources, { memory: "90%", disk: {} }), {
    sampleResources: async () => null,
  });
  assert.equal(`${outcome}: ${reason}`, "unknown: /proc cannot be read");
});

test("mounts that cannot be read are said, and asked for in time", async () => {
  const asked: unknown[] = [];
  const disk = { mounts: ["/srv"] };
  const { outcome, reason } = await run(probeOf(resources, { memory: "90%", disk }), {
    sampleResources: async () => sample(),
    mountSpaces: async (...words) => {
      asked.push(words);
      return fault("EACCES", "not allowed");
    },
  });
  assert.equal(`${outcome}: ${reason}`, "ok: memory 50%; cannot be read here: disks (not allowed)");
  assert.deepEqual(asked, [[["/srv"], 7500]]);
});

describe("for", () => {
  const over = { memory: { used: 99, most: 100 } };
  const limits = { memory: "90%", for: "1m" };
  const pending = (span: string): string => `ok: memory 99% for ${span} of 1m (limit 90%)`;
  const reached = (span: string): string =>
    `failed: memory 99% for ${span}, at most 90% is allowed`;
  const steps = async (...list: readonly (readonly [number, Look, string])[]): Promise<void> => {
    const probe = probeOf(resources, limits);
    for (const [at, more, want] of list) {
      assert.equal(await look(probe, { at: at * SECOND, ...more }), want, `at ${at} s`);
    }
  };

  test("beyond the limit for so long is a failure, and not before", () =>
    steps(
      [100, over, pending("0s")],
      [130, over, pending("30s")],
      [160, over, reached("1m")],
      [190, over, reached("1m30s")],
      [220, {}, "ok: memory 50%"],
      [250, over, pending("0s")],
    ));

  test("one good look begins anew", () =>
    steps([0, over, pending("0s")], [50, {}, "ok: memory 50%"], [70, over, pending("0s")]));

  test("a gap in which nobody looked begins anew", () =>
    steps(
      [0, over, pending("0s")],
      [30, over, pending("30s")],
      [3630, over, pending("0s")],
      [3660, over, pending("30s")],
      [3690, over, reached("1m")],
    ));

  test("a long interval is no gap", () =>
    steps([0, over, pending("0s")], [600, over, pending("0s")], [1200, over, reached("10m")]));

  test("a new agent begins anew", async () => {
    const first = probeOf(resources, limits);
    for (const at of [0, 30, 60]) await look(first, { at: at * SECOND, ...over });
    const second = await look(probeOf(resources, limits), { at: 90 * SECOND, ...over });
    assert.equal(second, pending("0s"));
  });
});

describe("cpu", () => {
  const at = (seconds: number, used: number, most: number): Look => ({
    at: seconds * SECOND,
    cpu: { used, most },
  });
  const steps = async (...list: readonly (readonly [Look, string])[]): Promise<void> => {
    const probe = probeOf(resources, { cpu: "50%", for: "0s" });
    for (const [now, want] of list) assert.equal(await look(probe, now), want);
  };
  const soon = "ok: cpu is measured from the next probe on";
  const busy = "failed: cpu 90%, at most 50% is allowed";

  test("is the time between two looks", () =>
    steps(
      [at(0, 1000, 9000), soon],
      [at(30, 1090, 9100), busy],
      [at(60, 1100, 9200), "ok: cpu 10%"],
    ));

  test("a look right after another one sees the same", () =>
    steps([at(0, 0, 100), soon], [at(30, 90, 200), busy], [at(30.1, 90, 201), busy]));

  test("counters that go back are not known", () =>
    steps([at(0, 500, 1000), soon], [at(30, 10, 20), soon], [at(60, 100, 120), busy]));

  test("processors that idle backwards are not busier than busy", () =>
    steps([at(0, 0, 100), soon], [at(30, 150, 200), "failed: cpu 100%, at most 50% is allowed"]));
});

describe("time until full", () => {
  const filling = async (
    disk: Readonly<Record<string, unknown>>,
    used: (minute: number) => number,
    minutes: number,
  ): Promise<string> => {
    const probe = probeOf(resources, { disk });
    let last = "";
    for (let minute = 0; minute <= minutes; minute += 1) {
      last = await look(probe, { at: minute * MINUTE, mounts: [space("/srv", used(minute))] });
    }
    return last;
  };

  test("is told with the warning", async () => {
    const told = await filling({}, (minute) => 85 + minute / 12, 30);
    assert.equal(told, "warning: /srv is 87% full, full in about 3 h at this rate");
  });

  test("is told before it, when it is near", async () => {
    assert.equal(
      await filling({}, (minute) => 50 + minute / 4, 20),
      "ok: /srv is 55% full, full in about 3 h at this rate",
    );
    assert.equal(await filling({}, (minute) => 50 + minute / 1000, 20), "ok: /srv is 50% full");
  });

  test("is not told after one leap, nor while it empties, nor too early", async () => {
    assert.equal(
      await filling({}, (minute) => (minute < 20 ? 60 : 90), 25),
      "warning: /srv is 90% full",
    );
    assert.equal(await filling({}, (minute) => 94 - minute / 10, 30), "warning: /srv is 91% full");
    assert.equal(await filling({}, (minute) => 85 + minute, 4), "warning: /srv is 89% full");
  });

  test("forgets what was an hour ago", () => {
    const trend = new SpaceTrend();
    for (let minute = 0; minute <= 120; minute += 2) {
      trend.add(minute * MINUTE, minute < 60 ? minute * 100 : 6000);
    }
    assert.equal(trend.timeUntil(1000), null);
  });

  test("is told in one unit", () => {
    const spans = [0.2, 40, 150, 5 * 60, 50 * 60].map((minutes) => roughly(minutes * MINUTE));
    assert.deepEqual(spans, ["1 min", "40 min", "3 h", "5 h", "2 days"]);
  });
});

test("pressure is news, for what is limited only", () => {
  const wakes = (params: Readonly<Record<string, unknown>>): readonly string[] => {
    const read = resources.read(params);
    assert.ok(read.ok);
    return read.value.links.wakes ?? [];
  };
  assert.deepEqual(wakes({ memory: "90%" }), []);
  assert.deepEqual(wakes({ pressure: { "memory-full": "5%", io: "5%" } }), [
    "pressure:memory",
    "pressure:io",
  ]);
});

const complaints: readonly [Readonly<Record<string, unknown>>, string][] = [
  [{}, "there is no limit to judge by"],
  [{ for: "1m", pressure: {} }, "there is no limit to judge by"],
  [{ disk: { warn: "96%" } }, "the warning of the disks would come after the failure"],
  [{ disk: { "inodes-fail": "5%" } }, "the warning of the disks would come after the failure"],
];
for (const [params, want] of complaints) {
  test(`${JSON.stringify(params)}: ${want}`, () => {
    const read = resources.read(params);
    assert.deepEqual(read.ok && read.value.complaints.map(({ what }) => what), [want]);
  });
}

for (const value of ["90", 90, "0%", "101%", "5.55%", "ninety%", "-5%"]) {
  test(`${JSON.stringify(value)} is not a percentage`, () =>
    assert.equal(resources.read({ memory: value }).ok, false));
}
