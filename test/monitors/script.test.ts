import assert from "node:assert/strict";
import { test } from "node:test";
import { script } from "../../src/monitors/script.ts";
import type { Host, Program, ProgramRun } from "../../src/ports/host.ts";
import { probeOf, run } from "./fake-host.ts";

const ends = (ended: ProgramRun): Partial<Host> => ({ runProgram: async () => ended });
const exits = (code: number, output = ""): Partial<Host> => ends({ kind: "exited", code, output });

const cases: readonly {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly answers: Partial<Host>;
  readonly want: string;
}[] = [
  { answers: exits(0), want: "ok: exit code 0" },
  { answers: exits(0, "first\nall is well\n"), want: "ok: exit code 0: all is well" },
  { answers: exits(1), want: "failed: exit code 1 (generic error)" },
  { answers: exits(7, "not there\n"), want: "failed: exit code 7 (not running): not there" },
  { answers: exits(5), want: "unknown: exit code 5 (not installed)" },
  { answers: exits(127, "sh: x: not found"), want: "unknown: exit code 127: sh: x: not found" },
  { answers: exits(126), want: "unknown: exit code 126" },
  { answers: exits(42), want: "failed: exit code 42" },
  { params: { "success-codes": [0, 42] }, answers: exits(42), want: "ok: exit code 42" },
  { params: { "success-codes": [42] }, answers: exits(0), want: "failed: exit code 0" },
  { params: { "success-codes": [5] }, answers: exits(5), want: "ok: exit code 5" },
  { params: { "warning-codes": [1] }, answers: exits(1, "hm"), want: "warning: exit code 1: hm" },
  {
    params: { "unknown-codes": [] },
    answers: exits(5),
    want: "failed: exit code 5 (not installed)",
  },
  {
    params: { "unknown-codes": [3] },
    answers: exits(3),
    want: "unknown: exit code 3 (not implemented)",
  },
  {
    params: { matches: "^queue \\d+" },
    answers: exits(0, "queue 12\n"),
    want: "ok: exit code 0: queue 12",
  },
  {
    params: { matches: "^queue \\d+" },
    answers: exits(0, "queue empty\n"),
    want: "failed: exit code 0: queue empty; the output does not match `^queue \\d+`",
  },
  { params: { matches: "x" }, answers: exits(7), want: "failed: exit code 7 (not running)" },
  {
    answers: ends({ kind: "signaled", signal: "SEGV", output: "" }),
    want: "failed: ended by signal SEGV",
  },
  { answers: ends({ kind: "timedOut", output: "" }), want: "failed: timed out after 10s" },
  {
    answers: ends({ kind: "notStarted", code: "ENOENT", message: "not found" }),
    want: "unknown: could not be started: not found",
  },
];
for (const { params = {}, answers, want } of cases) {
  test(`${JSON.stringify(params)} is ${want}`, async () => {
    const { outcome, reason } = await run(
      probeOf(script, { command: ["/check"], ...params }),
      answers,
    );
    assert.equal(`${outcome}: ${reason}`, want);
  });
}

test("what a script prints cannot break a line of the log, nor fill it", async () => {
  const output = `\u001b[31m${"x".repeat(500)}\u0007`;
  const { reason } = await run(probeOf(script, { command: ["/check"] }), exits(0, output));
  assert.doesNotMatch(reason, /\p{Cc}/u);
  assert.ok(reason.length < 150, reason);
});

test("the program is what was configured, and knows for which monitor it runs", async () => {
  const programs: [Program, number][] = [];
  const params = {
    command: ["/check", "-q"],
    user: "shop",
    directory: "/srv",
    environment: { A: "b" },
  };
  await run(probeOf(script, params), {
    runProgram: async (program, timeoutMs) => {
      programs.push([program, timeoutMs]);
      return { kind: "exited", code: 0, output: "" };
    },
  });
  assert.deepEqual(programs, [
    [
      {
        command: ["/check", "-q"],
        user: "shop",
        workingDirectory: "/srv",
        environment: { A: "b", SOLOSAFE_MONITOR: "m" },
      },
      10_000,
    ],
  ]);
});
