import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openGuardLines } from "../../src/host/guard-lines.ts";
import { countStart, forgetStarts } from "../../src/host/start-pace.ts";

const MINUTE = 60_000;
const PATIENCE = 2 * MINUTE;

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "solosafe pace-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Starts that end `livedMs` after they were done waiting; how long each had to wait, in seconds. */
function starts(run: string, count: number, from: number, livedMs: number): readonly number[] {
  let now = from;
  return Array.from({ length: count }, () => {
    const waitMs = countStart(run, now);
    now += waitMs + livedMs;
    return waitMs / 1000;
  });
}

test("one that ends again and again waits longer and longer, without end", (t) => {
  const waits = starts(folder(t), 13, 5000, 3000);
  assert.deepEqual(waits, [0, 0, 1, 3, 7, 15, 31, 63, 127, 255, 300, 300, 300]);
});

test("who lived for ten minutes, or left when asked, begins at once", (t) => {
  const run = folder(t);
  assert.deepEqual(starts(run, 4, 5000, 9 * MINUTE), [0, 0, 1, 3]);
  assert.equal(countStart(run, 5000 + 60 * MINUTE), 0);
  assert.deepEqual(starts(run, 2, 100 * MINUTE, 10 * MINUTE), [0, 0]);
  assert.deepEqual(starts(run, 4, 200 * MINUTE, 1000), [0, 0, 1, 3]);
  forgetStarts(run);
  forgetStarts(run);
  assert.equal(countStart(run, 201 * MINUTE), 0);
});

test("a file of another boot, and one that is none, count for nothing", (t) => {
  const run = folder(t);
  starts(run, 5, 90 * MINUTE, 1000);
  assert.equal(countStart(run, 10_000), 0);
  for (const text of ["", "{", "null", '{"lost":"7","beganAt":1}', '{"lost":3}']) {
    writeFileSync(join(run, "agent-starts.json"), text);
    assert.equal(countStart(run, 10_000), 0, text);
  }
  assert.equal(countStart(join(run, "none"), 10_000), 0);
});

test("while it waits the guard hears it, and it leaves when asked", async (t) => {
  const run = folder(t);
  const opened = openGuardLines(join(run, "guard.fifo"));
  assert.ok(opened.ok);
  t.after(() => opened.value.close());
  const [seconds] = process.hrtime();
  const kept = join(run, "agent-starts.json");
  writeFileSync(kept, JSON.stringify({ lost: 20, beganAt: seconds * 1000 }));
  const url = new URL("../../src/host/start-pace.ts", import.meta.url).href;
  const script = `import { waitForTurn } from "${url}";
    await waitForTurn(${JSON.stringify(run)}, (text) => console.log(text));
    console.log("it has begun");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  child.stdout.on("data", (chunk) => (said += String(chunk)));
  child.stderr.on("data", (chunk) => (said += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const heard: string[] = [];
  const hear = async (): Promise<void> => {
    const until = performance.now() + PATIENCE;
    for (const count = heard.length; heard.length === count; await sleep(20)) {
      heard.push(...opened.value.read().map(({ is }) => is));
      assert.ok(performance.now() < until, said);
    }
  };
  await hear();
  child.kill("SIGTERM");
  assert.equal(await ended, 0, said);
  while (!heard.includes("leaving")) await hear();
  assert.equal(heard[0], "beat");
  assert.match(said, /^it begins in \d+/);
  assert.equal(existsSync(kept), false);
});
