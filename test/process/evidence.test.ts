/** What is kept of real processes: one that sleeps in the kernel, one with sockets, one that is gone. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { EvidenceFolder, nextTaking, prune } from "../../src/workers/evidence-folder.ts";

const WORKERS = join(import.meta.dirname, "../../src/workers/main.ts");
const DAY = 24 * 3600 * 1000;
const run = promisify(execFile);

class EvidenceLab {
  readonly folder: string;
  readonly root: string;
  readonly #test: TestContext;

  constructor(t: TestContext) {
    this.#test = t;
    this.folder = mkdtempSync(join(tmpdir(), "solosafe evidence-"));
    this.root = join(this.folder, "evidence");
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** A program that has said that it is there. */
  async begin(program: string, words: readonly string[], environment = {}): Promise<ChildProcess> {
    const env = { ...process.env, ...environment };
    const child = spawn(program, words, { stdio: ["pipe", "pipe", "inherit"], env });
    this.#test.after(() => child.kill("SIGKILL"));
    await new Promise((resolve) => child.stdout.once("data", resolve));
    return child;
  }

  async take(wish: object): Promise<{ folder: string | null; files: number }> {
    const text = JSON.stringify({
      incident: "20260131-1",
      resource: "shop/web",
      isAlive: true,
      pids: [],
      unit: null,
      output: null,
      limitMs: 60_000,
      keepMs: 30 * DAY,
      keepBytes: 100_000_000,
      ...wish,
    });
    const words = [WORKERS, "evidence", "--keep", this.root, "--wish", text];
    const { stdout } = await run(process.execPath, words);
    return JSON.parse(stdout);
  }

  read(...names: readonly string[]): string {
    return readFileSync(join(this.root, ...names), "utf8");
  }
}

const SERVER = `
  const server = require("node:net").createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    const client = require("node:net").connect(port, "127.0.0.1", () => console.log(port));
  });`;

test("what a living process waits for and has open is kept, and no secret", async (t) => {
  const lab = new EvidenceLab(t);
  const secret = { SHOP_PASSWORD: "hunter2" };
  const sleeper = await lab.begin(
    "sh",
    ["-c", "echo here; read line", "--password", "hunter2"],
    secret,
  );
  const words = ["-e", SERVER, "--", "--token=hunter2"];
  const server = await lab.begin(process.execPath, words, secret);
  const output = join(lab.folder, "output.log");
  writeFileSync(output, "Bearer hunter2hunter2\nthe last words\n");
  const taken = await lab.take({ pids: [sleeper.pid, server.pid], output });
  assert.equal(taken.folder, "20260131-1/1-shop_web");

  const folder = join(lab.root, "20260131-1/1-shop_web");
  const names = readdirSync(folder).toSorted(byName);
  for (const name of names) {
    const text = readFileSync(join(folder, name), "utf8");
    assert.doesNotMatch(text, /hunter2/, name);
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  }
  const asleep = lab.read("20260131-1/1-shop_web", `process-${sleeper.pid}.txt`);
  assert.match(asleep, /== status\nName:\t/);
  assert.match(asleep, /== threads\n\d+ [SR] /);
  assert.match(asleep, /0 -> (unix|pipe:|socket:)/);
  assert.match(asleep, /== command line\nsh -c .*--password \[removed\]/);
  const serving = lab.read("20260131-1/1-shop_web", `process-${server.pid}.txt`);
  assert.match(serving, /-> tcp 127\.0\.0\.1:\d+ -> 0\.0\.0\.0:0 listen/);
  assert.match(serving, /-> tcp 127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+ established/);
  assert.match(serving, /== command line\n.*--token=\[removed\]/);
  assert.match(serving, /== smaps_rollup\n(?:[0-9a-f]+-|\()/);
  assert.match(lab.read("20260131-1/1-shop_web/output.txt"), /\nthe last words\n$/);
  assert.match(lab.read("20260131-1/1-shop_web/server.txt"), /== meminfo\nMemTotal:/);
  assert.match(
    lab.read("20260131-1/1-shop_web/processes.txt"),
    new RegExp(`^${server.pid} \\d+ \\w `, "m"),
  );
  const manifest = JSON.parse(lab.read("20260131-1/1-shop_web/manifest.json"));
  assert.equal(manifest.v, 1);
  assert.equal(manifest.incident, "20260131-1");
  assert.equal(manifest.files.length, taken.files);
  assert.deepEqual(
    [...manifest.files.map(({ name }: { name: string }) => name), "manifest.json"].toSorted(byName),
    names,
  );
});

test("a process that is gone leaves the rest", async (t) => {
  const lab = new EvidenceLab(t);
  const gone = spawn("true");
  await new Promise((resolve) => gone.once("close", resolve));
  const { folder } = await lab.take({ isAlive: false, pids: [gone.pid], output: "/nowhere/log" });
  assert.equal(folder, "20260131-1/1-shop_web");
  assert.match(lab.read(folder, `process-${gone.pid}.txt`), /== status\n\(it is gone\)/);
  assert.match(lab.read(folder, "output.txt"), /it is gone/);
});

test("five takings of an incident are kept, and old or large ones go first", (t) => {
  const lab = new EvidenceLab(t);
  for (const [name, days] of [
    ["20251101-1", 90],
    ["20260130-1", 2],
    ["20260130-2", 1],
  ] as const) {
    const folder = join(lab.root, name, "1-shop_web");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "output.txt"), "x".repeat(1000));
    const changed = (Date.now() - days * DAY) / 1000;
    for (const path of [join(folder, "output.txt"), folder, join(lab.root, name)]) {
      utimesSync(path, changed, changed);
    }
  }
  const take = (incident: string, keepBytes: number): string | null => {
    const name = nextTaking(lab.root, incident, "shop/web");
    if (name === null) return null;
    new EvidenceFolder(lab.root, name).write("output.txt", "x");
    prune(lab.root, { keepMs: 30 * DAY, keepBytes }, incident, Date.now());
    return name;
  };
  assert.equal(take("20260131-1", 1_000_000), "20260131-1/1-shop_web");
  assert.deepEqual(readdirSync(lab.root).toSorted(), ["20260130-1", "20260130-2", "20260131-1"]);
  for (let number = 2; number <= 5; number += 1) take("20260131-1", 1_000_000);
  assert.equal(readdirSync(join(lab.root, "20260131-1")).length, 5);
  assert.equal(take("20260131-1", 1_000_000), null);
  take("20260131-2", 1);
  assert.deepEqual(readdirSync(lab.root), ["20260131-2"]);
});

test("a wish that is none is refused, and nothing outside is written", async (t) => {
  const lab = new EvidenceLab(t);
  await assert.rejects(lab.take({ incident: "../out" }), /evidence: /);
  assert.equal(existsSync(join(lab.folder, "out")), false);
  const { folder } = await lab.take({ resource: "../../out" });
  assert.equal(folder, "20260131-1/1-.._.._out");
});

function byName(one: string, other: string): number {
  return one < other ? -1 : 1;
}
