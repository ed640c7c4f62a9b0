import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { describeCode, describeEnd, readEnd } from "../../src/host/exit-status.ts";
import {
  findByName,
  isAlive,
  listStats,
  parseStat,
  readEnvironmentMark,
  readFacts,
  readStat,
} from "../../src/host/proc.ts";
import { until } from "../process/lab.ts";

const TAIL =
  "0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4711 1 1 1 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 768";

const lines = [
  { text: `7 (sh) S 1 7 7 ${TAIL}`, name: "sh", state: "S" },
  { text: `7 (a) Z (b) Z 1 7 7 ${TAIL}`, name: "a) Z (b", state: "Z" },
  { text: `7 (two words) R 1 7 7 ${TAIL}`, name: "two words", state: "R" },
];
for (const { text, name, state } of lines) {
  test(`stat of a program called ${name}`, () => {
    const stat = parseStat(`${text.replace(" 0 -1 ", " 0 -1 ")}\n`);
    assert.equal(stat?.name, name);
    assert.equal(stat?.state, state);
    assert.equal(stat?.parent, 1);
    assert.equal(stat?.session, 7);
  });
}

for (const text of ["", "7", "7 (sh", "garbage"]) {
  test(`${JSON.stringify(text)} is no stat`, () => assert.equal(parseStat(text), null));
}

test("our own process is found, with its name, start time and program", async () => {
  const stat = readStat(process.pid);
  assert.ok(stat && isAlive(stat));
  assert.ok(!isAlive({ pid: process.pid, startTime: stat.startTime - 1 }), "another start time");
  assert.ok(listStats().some((one) => one.pid === process.pid));
  const facts = await readFacts(process.pid);
  assert.equal(facts?.executable, process.execPath.replace(/.*/, facts?.executable ?? ""));
  assert.ok(facts?.command?.[0]?.includes("node"));
  const named = await findByName(facts?.executable ?? "");
  assert.ok(named.some((one) => one.pid === process.pid));
});

test("a variable of an environment is found whole, and only it", async () => {
  const child = spawn("sleep", ["1000"], {
    env: { XA: "no", A: "yes=1", AB: "no" },
    stdio: "ignore",
  });
  try {
    const pid = child.pid ?? 0;
    // For a moment, while it becomes another program, it has none.
    await until("it has its environment", () => readEnvironmentMark(pid, "A") === "yes=1");
    assert.equal(readEnvironmentMark(pid, "B"), null);
    assert.equal(readEnvironmentMark(pid, "XA"), "no");
  } finally {
    child.kill("SIGKILL");
  }
});

const ends = [
  { status: 0, text: "exit code 0" },
  { status: 768, text: "exit code 3" },
  { status: 9, text: "signal KILL" },
  { status: 15, text: "signal TERM" },
  { status: 0x86, text: "signal ABRT" },
  { status: null, text: "status unknown" },
];
for (const { status, text } of ends) {
  test(`wait status ${status} -> ${text}`, () => assert.equal(describeEnd(readEnd(status)), text));
}

test("exit codes are explained where they have a meaning", () => {
  assert.equal(describeCode(127), "exit code 127 (the program was not found)");
  assert.equal(describeCode(6), "exit code 6 (OCF: not configured)");
  assert.equal(describeCode(42), "exit code 42");
});
