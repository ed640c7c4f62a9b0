/** Real programs that are told: good ones, failing, hanging, talkative, missing ones, and their children. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { ProgramDispatch } from "../../src/base/destination.ts";
import { deliver } from "../../src/workers/deliver.ts";
import { isRunning, until } from "../process/lab.ts";

const PATIENT = 60_000;
const NO_PLACES = { run: "/nowhere", state: "/nowhere" };
const folder = mkdtempSync(join(tmpdir(), "solosafe told-"));
after(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;

/** A program with these lines. */
function script(...lines: readonly string[]): string {
  count += 1;
  const path = join(folder, `program ${count}`);
  writeFileSync(path, `#!/bin/sh\n${lines.join("\n")}\n`, { mode: 0o755 });
  return path;
}

function run(
  command: readonly [string, ...string[]],
  more: Partial<ProgramDispatch> = {},
  timeoutMs = PATIENT,
) {
  const dispatch: ProgramDispatch = {
    kind: "program",
    command,
    user: null,
    directory: null,
    environment: {},
    input: '{"id":"test"}\n',
    ...more,
  };
  return deliver(dispatch, timeoutMs, NO_PLACES);
}

test("it gets the event on stdin, its words, its environment, and nothing of ours", async () => {
  const out = join(folder, "out");
  process.env["PLANTED_SECRET"] = "s3cret";
  const program = script(`{ cat; echo "$1"; pwd; env; } > '${out}'`);
  const delivered = await run([program, "a b"], {
    environment: { TEAM: "night" },
    directory: "/usr",
  });
  delete process.env["PLANTED_SECRET"];
  assert.equal(delivered, null);
  const text = readFileSync(out, "utf8");
  assert.match(text, /^\{"id":"test"\}\na b\n\/usr\n/);
  assert.match(text, /^TEAM=night$/m);
  assert.doesNotMatch(text, /s3cret|"id":"test".*"id"/);
});

test("who does not read what he is told may still have done it", async () => {
  assert.equal(await run([script("exit 0")], { input: "x".repeat(1_000_000) }), null);
});

test("exit codes and signals are failures that are tried again, with what was printed", async () => {
  const failed = await run([script("echo no paper >&2", "exit 3")]);
  assert.equal(failed?.isFinal, false);
  assert.match(failed?.why ?? "", /program \d+ ended with code 3: no paper$/);
  assert.match((await run([script("kill -TERM $$")]))?.why ?? "", /was ended by SIGTERM/);
});

test("megabytes of output hold nothing up and are cut", async () => {
  const program = script("yes 'a line of output' | head -c 8000000", "exit 1");
  const why = (await run([program]))?.why ?? "";
  assert.ok(why.length <= 300);
  assert.match(why, /code 1: a line of output/);
});

test("what is missing, no program, not executable, without an account", async () => {
  assert.match((await run([join(folder, "none")]))?.why ?? "", /was not found/);
  const plain = join(folder, "plain");
  writeFileSync(plain, "text");
  const refused = await run([plain]);
  assert.match(refused?.why ?? "", /is not executable/);
  assert.match(refused?.hint ?? "", /chmod \+x/);
  assert.match(
    (await run([script("exit 0")], { user: "nobody-of-this-name" }))?.why ?? "",
    /no account/,
  );
});

test("one that hangs is killed at its deadline, with all that it started", async () => {
  const pids = join(folder, "pids");
  const program = script(
    `sleep 1000 & echo $! >> '${pids}'`,
    `setsid sleep 1000 & echo $! >> '${pids}'`,
    `echo $$ >> '${pids}'`,
    "wait",
  );
  const delivered = await run([program], {}, 5000);
  assert.match(delivered?.why ?? "", /did not end within 5s and was killed/);
  // On a very busy machine it had not begun.
  const all = existsSync(pids) ? readFileSync(pids, "utf8").trim().split("\n").map(Number) : [];
  await until("all of it has ended", () => all.every((pid) => !isRunning(pid)));
});

test("what is left behind by one that ends well is ended too", async () => {
  const pid = join(folder, "left");
  const program = script(`sleep 1000 > /dev/null 2>&1 & echo $! > '${pid}'`, "exit 0");
  assert.equal(await run([program]), null);
  await until("it has ended", () => !isRunning(Number(readFileSync(pid, "utf8"))));
});

const NOT_ROOT = process.geteuid?.() === 0 ? false : "only root can become somebody else";

test("as another account", { skip: NOT_ROOT }, async () => {
  const delivered = await run(["/bin/sh", "-c", "id -un; exit 4"], { user: "nobody" });
  assert.match(delivered?.why ?? "", /code 4: nobody$/);
  const none = await run([join(folder, "none")], { user: "nobody" });
  assert.match(none?.hint ?? "", /nobody may run/);
});
