import assert from "node:assert/strict";
import { test } from "node:test";
import { message } from "../../src/monitors/message.ts";
import type { Host } from "../../src/ports/host.ts";
import { probeOf, run } from "./fake-host.ts";

const last = (value: ReturnType<Host["lastMessage"]>): Partial<Host> => ({
  lastMessage: () => value,
});

const cases: readonly {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly answers: Partial<Host>;
  readonly want: string;
}[] = [
  { answers: last(null), want: "ok: no message yet" },
  { answers: last({ outcome: "ok", text: "done", ageMs: 5 }), want: "ok: done" },
  { answers: last({ outcome: "ok", text: "", ageMs: 5 }), want: "ok: reported ok" },
  { answers: last({ outcome: "failed", text: "disk full", ageMs: 5 }), want: "failed: disk full" },
  { answers: last({ outcome: "failed", text: "", ageMs: 5 }), want: "failed: reported failed" },
  {
    params: { "max-age": "1m" },
    answers: last({ outcome: "ok", text: "done", ageMs: 60_000 }),
    want: "ok: done",
  },
  {
    params: { "max-age": "1m" },
    answers: last({ outcome: "ok", text: "done", ageMs: 90_000 }),
    want: "unknown: no message for 1m30s, at most 1m is allowed",
  },
  {
    params: { "max-age": "1m", "when-old": "failed" },
    answers: last({ outcome: "ok", text: "done", ageMs: 90_000 }),
    want: "failed: no message for 1m30s, at most 1m is allowed",
  },
];
for (const { params = {}, answers, want } of cases) {
  test(`${JSON.stringify(params)} is ${want}`, async () => {
    const { outcome, reason } = await run(probeOf(message, params), answers);
    assert.equal(`${outcome}: ${reason}`, want);
  });
}

test("silence is counted from the first probe on", async (context) => {
  let now = 5_000_000;
  context.mock.method(performance, "now", () => now);
  const probe = probeOf(message, { "max-age": "1m", "when-old": "failed" });
  assert.equal((await run(probe, last(null))).outcome, "ok");
  now += 60_000;
  assert.equal((await run(probe, last(null))).outcome, "ok");
  now += 1;
  assert.equal((await run(probe, last(null))).outcome, "failed");
});

test("the short form is nothing, true, or the greatest age", () => {
  assert.deepEqual(message.shortForm(null), {});
  assert.deepEqual(message.shortForm(true), {});
  assert.deepEqual(message.shortForm("1h"), { "max-age": "1h" });
  assert.equal(message.shortForm("soon"), null);
  assert.equal(message.shortForm(5), null);
});
