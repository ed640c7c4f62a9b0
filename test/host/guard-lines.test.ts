import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import * as fc from "fast-check";
import {
  formatGuardLine,
  GUARD_LINE_MAX,
  type GuardMessage,
  type GuardSettings,
} from "../../src/base/guard-message.ts";
import { openGuardLines } from "../../src/host/guard-lines.ts";
import { GuardWriter } from "../../src/host/guard-writer.ts";
import { parseGuardLine } from "../../src/host/parse-guard-line.ts";

const by = { pid: 4321, startTime: 987_654 };
const times = { loopMs: 0.5, memoryMs: 1, programMs: 2, fileMs: 3, threadMs: 4 };
const settings: GuardSettings = {
  mode: "enforce",
  timeoutMs: 60_000,
  stallAction: "reset",
  agentTimeoutMs: 20_000,
  agentLost: "alert",
  gracefulTimeoutMs: 120_000,
  shutdownTimeoutMs: 600_000,
  dumpTimeoutMs: 600_000,
  rebootLimit: 3,
  lastGasp: { address: "192.0.2.7", port: 514 },
  device: `/dev/${"watchdog"}1`,
};
const order = { id: "b/1", kind: "reboot", reason: "web is failed", deadlineAt: 1e6 } as const;

/** One of each kind: the table below cannot forget one without the compiler saying so. */
const EACH: { readonly [Kind in GuardMessage["is"]]: Extract<GuardMessage, { is: Kind }> } = {
  proof: { is: "proof", by, times },
  "no-proof": { is: "no-proof", by, why: "fork: resource temporarily unavailable" },
  beat: { is: "beat", by },
  settings: { is: "settings", settings },
  record: { is: "record", record: { counted: 2, isLost: false, isCharged: true } },
  order: { is: "order", order },
  "groups-stopped": { is: "groups-stopped", id: "b/1" },
  leaving: { is: "leaving", who: "prover", by },
  test: { is: "test", id: "t/1" },
  shutdown: { is: "shutdown", isOn: true, isRescue: false },
};

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "solosafe guard-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function open(t: TestContext, path = join(folder(t), "guard.fifo")) {
  const opened = openGuardLines(path);
  assert.ok(opened.ok, opened.ok ? "" : opened.problem.message);
  t.after(() => opened.value.close());
  return { path, lines: opened.value };
}

/** Bytes into the FIFO as a writer that knows no rules sends them. */
function push(path: string, bytes: string | Buffer): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  writeSync(fd, Buffer.from(bytes));
  closeSync(fd);
}

for (const [is, message] of Object.entries(EACH)) {
  test(`${is} comes back as it was written, and without any one field not at all`, () => {
    const line = formatGuardLine(message);
    assert.ok(line);
    assert.deepEqual(parseGuardLine(line), message);
    for (const path of paths(message)) {
      if (path[1] === "lastGasp") continue;
      const spoilt = { v: 1, ...structuredClone(message) };
      const last = path.at(-1) ?? "";
      const holder = path.slice(0, -1).reduce<object>((at, key) => Reflect.get(at, key), spoilt);
      for (const value of [
        ...(last === "device" ? [] : [undefined]),
        null,
        {},
        [],
        "\u0000",
        Number.NaN,
        -1,
      ]) {
        if (value === "\u0000" && ["id", "why", "reason"].includes(last)) continue;
        Reflect.set(holder, last, value);
        assert.equal(
          parseGuardLine(JSON.stringify(spoilt)),
          null,
          `${path.join(".")}: ${JSON.stringify(value)}`,
        );
      }
    }
  });
}

function paths(value: object): string[][] {
  return Object.entries(value).flatMap(([key, one]: [string, unknown]) =>
    typeof one === "object" && one !== null
      ? [[key], ...paths(one).map((rest) => [key, ...rest])]
      : [[key]],
  );
}

for (const [what, line] of [
  ["nothing", ""],
  ["half a line", '{"v":1,"is":"beat","by":{"pid":1'],
  ["a number", "7"],
  ["null", "null"],
  ["a list", '[{"v":1}]'],
  ["another version", JSON.stringify({ ...EACH.beat, v: 2 })],
  ["no version", JSON.stringify(EACH.beat)],
  ["an unknown kind", '{"v":1,"is":"reboot"}'],
  ["a kind of the prototype", '{"v":1,"is":"constructor"}'],
  [
    "a pid that kills everybody",
    JSON.stringify({ v: 1, is: "beat", by: { pid: -1, startTime: 1 } }),
  ],
  ["init as a sender", JSON.stringify({ v: 1, is: "beat", by: { pid: 1, startTime: 1 } })],
  ["pid 0", JSON.stringify({ v: 1, is: "beat", by: { pid: 0, startTime: 1 } })],
  ["a timeout of a moment", withSettings({ timeoutMs: 10 })],
  ["a timeout of a year", withSettings({ timeoutMs: 365 * 86_400_000 })],
  ["an order in words of another kind", '{"v":1,"is":"order","order":"reboot"}'],
  ["brackets without end", "[".repeat(4000)],
] as const) {
  test(`${what} is no message`, () => assert.equal(parseGuardLine(line), null));
}

function withSettings(change: object): string {
  return JSON.stringify({ v: 1, is: "settings", settings: { ...settings, ...change } });
}

test("no last gasp, and one that leads nowhere, do not spoil the settings", () => {
  const { lastGasp: _none, ...without } = settings;
  for (const part of [without, { ...settings, lastGasp: { address: "log.example", port: 514 } }]) {
    assert.deepEqual(parseGuardLine(JSON.stringify({ v: 1, is: "settings", settings: part })), {
      is: "settings",
      settings: { ...settings, lastGasp: null },
    });
  }
});

test("whatever is written, nothing is thrown and nothing half-right comes out", () => {
  fc.assert(
    fc.property(fc.json(), (text) => assert.equal(parseGuardLine(text), null)),
    { numRuns: 300 },
  );
});

test("the FIFO is made for its owner only, and found again", (t) => {
  const { path } = open(t);
  assert.equal(statSync(path).mode & 0o7777, 0o600);
  assert.ok(statSync(path).isFIFO());
  open(t, path);
});

test("what is not a FIFO of our own is refused", (t) => {
  const place = folder(t);
  const plain = join(place, "file");
  writeFileSync(plain, "", { mode: 0o600 });
  const wide = join(place, "wide");
  assert.equal(spawnSync("mkfifo", [wide]).status, 0);
  chmodSync(wide, 0o620);
  const link = join(place, "link");
  const { path } = open(t);
  symlinkSync(path, link);
  const below = join(place, "folder");
  mkdirSync(below);
  for (const bad of [plain, wide, link, below, join(place, "none", "fifo")]) {
    const opened = openGuardLines(bad);
    assert.equal(opened.ok, false, bad);
    assert.equal(typeof new GuardWriter(bad).send(EACH.beat), "string", bad);
  }
});

test("messages arrive in order, and reading an empty FIFO does not wait", (t) => {
  const { path, lines } = open(t);
  assert.deepEqual(lines.read(), []);
  const writer = new GuardWriter(path);
  t.after(() => writer.close());
  for (const message of Object.values(EACH)) assert.equal(writer.send(message), null);
  assert.deepEqual(lines.read(), Object.values(EACH));
  assert.deepEqual(lines.read(), []);
  assert.equal(lines.dropped, 0);
});

test("what is no message is counted and dropped; what comes after it arrives", (t) => {
  const { path, lines } = open(t);
  const beat = formatGuardLine(EACH.beat) ?? "";
  push(path, `garbage\n${beat}\n\0\xff\n`);
  assert.deepEqual(lines.read(), [EACH.beat]);
  assert.equal(lines.dropped, 3);
  push(path, `${"x".repeat(GUARD_LINE_MAX)}\n${beat}`);
  assert.deepEqual(lines.read(), [EACH.beat]);
  assert.equal(lines.dropped, 4);
  push(path, "y".repeat(5 * GUARD_LINE_MAX));
  assert.deepEqual(lines.read(), []);
  push(path, `${beat}${beat}`);
  // The first one is the end of the endless line.
  assert.deepEqual(lines.read(), [EACH.beat]);
  assert.equal(lines.dropped, 5);
});

test("a line that comes in two parts is one line", (t) => {
  const { path, lines } = open(t);
  const line = formatGuardLine(EACH.settings) ?? "";
  push(path, line.slice(0, 20));
  assert.deepEqual(lines.read(), []);
  push(path, line.slice(20));
  assert.deepEqual(lines.read(), [EACH.settings]);
});

test("a flood is taken in rounds", (t) => {
  const { path, lines } = open(t);
  const writer = new GuardWriter(path);
  t.after(() => writer.close());
  for (let count = 0; count < 400; count += 1) assert.equal(writer.send(EACH.beat), null);
  let taken = 0;
  let rounds = 0;
  do {
    const round = lines.read();
    assert.ok(round.length <= 128);
    taken += round.length;
    rounds += 1;
  } while (lines.hasMore && rounds < 100);
  assert.equal(taken, 400);
  assert.ok(rounds >= 4);
});

test("a full FIFO drops lines whole, says so, and takes the next when there is room", (t) => {
  const { path, lines } = open(t);
  const writer = new GuardWriter(path);
  t.after(() => writer.close());
  let sent = 0;
  let fault: string | null = null;
  while (fault === null && sent < 10_000) {
    fault = writer.send(EACH.settings);
    if (fault === null) sent += 1;
  }
  assert.match(fault ?? "", /EAGAIN/);
  let taken = lines.read().length;
  while (lines.hasMore) taken += lines.read().length;
  assert.equal(taken, sent);
  assert.equal(lines.dropped, 0);
  assert.equal(writer.send(EACH.beat), null);
  assert.deepEqual(lines.read(), [EACH.beat]);
});

test("a writer says that there is no guard, and finds the next one", (t) => {
  const path = join(folder(t), "guard.fifo");
  const writer = new GuardWriter(path);
  t.after(() => writer.close());
  assert.match(writer.send(EACH.beat) ?? "", /ENOENT/);
  const first = openGuardLines(path);
  assert.ok(first.ok);
  assert.equal(writer.send(EACH.beat), null);
  first.value.close();
  assert.match(writer.send(EACH.beat) ?? "", /EPIPE/);
  assert.match(writer.send(EACH.beat) ?? "", /ENXIO/);
  rmSync(path);
  const { lines } = open(t, path);
  assert.equal(writer.send(EACH.beat), null);
  assert.deepEqual(lines.read(), [EACH.beat]);
  // A guard that made its FIFO anew while the old one is still held open by somebody.
  rmSync(path);
  const next = open(t, path);
  assert.equal(writer.send(EACH["groups-stopped"]), null);
  assert.deepEqual(next.lines.read(), [EACH["groups-stopped"]]);
});

test("a FIFO that somebody removes is there again, with its folder, and is heard", (t) => {
  const run = join(folder(t), "run");
  mkdirSync(run);
  const { path, lines } = open(t, join(run, "guard.fifo"));
  const writer = new GuardWriter(path);
  t.after(() => writer.close());
  assert.equal(writer.send(EACH.beat), null);
  lines.renew();
  assert.deepEqual(lines.read(), [EACH.beat]);
  for (const gone of [path, run]) {
    rmSync(gone, { recursive: true });
    assert.match(writer.send(EACH.beat) ?? "", /ENOENT/);
    lines.renew();
    assert.equal(writer.send(EACH.beat), null);
    assert.deepEqual(lines.read(), [EACH.beat]);
  }
  // What stands in its place and is none leaves it as it is.
  rmSync(path);
  writeFileSync(path, "");
  lines.renew();
  assert.deepEqual(lines.read(), []);
});

test("a line that is too long is not written in parts", (t) => {
  const { path, lines } = open(t);
  const writer = new GuardWriter(path);
  t.after(() => writer.close());
  const why = "w".repeat(GUARD_LINE_MAX);
  assert.match(writer.send({ is: "no-proof", by, why }) ?? "", /too long/);
  assert.deepEqual(lines.read(), []);
});
