import assert from "node:assert/strict";
import { test } from "node:test";
import { succeed } from "../../src/base/result.ts";
import { tcp } from "../../src/monitors/tcp.ts";
import type { Host, TcpTalk } from "../../src/ports/host.ts";
import { fault, probeOf, run } from "./fake-host.ts";

const answer = (text: string): Partial<Host> => ({ tcp: async () => succeed(text) });

const cases: readonly {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly answers: Partial<Host>;
  readonly want: RegExp;
}[] = [
  { answers: answer(""), want: /^ok: 127\.0\.0\.1:25 accepted in \d+m?s$/ },
  { params: { expect: "^220 " }, answers: answer("220 hello"), want: /^ok: .* answered in/ },
  {
    params: { expect: "^220 " },
    answers: answer(""),
    want: /^failed: .* accepted and sent nothing$/,
  },
  {
    params: { expect: "^220 " },
    answers: answer("421 busy\r\n"),
    want: /^failed: 127\.0\.0\.1:25 answered "421 busy\\r\\n", which does not match `\^220 `$/,
  },
  { answers: { tcp: async () => fault("ECONNREFUSED", "refused") }, want: /^failed: refused$/ },
  { answers: { tcp: async () => fault("aborted", "too late") }, want: /^failed: too late$/ },
  { answers: { tcp: async () => fault("EMFILE", "too many") }, want: /^unknown: too many$/ },
];
for (const { params = {}, answers, want } of cases) {
  test(`${JSON.stringify(params)} is told as ${want.source}`, async () => {
    const { outcome, reason } = await run(probeOf(tcp, { port: 25, ...params }), answers);
    assert.match(`${outcome}: ${reason}`, want);
  });
}

test("slower than max-latency is a failure", async (context) => {
  const clock = [1000, 3500];
  context.mock.method(performance, "now", () => clock.shift() ?? 0);
  const { outcome } = await run(probeOf(tcp, { port: 25, "max-latency": "2s" }), answer(""));
  assert.equal(outcome, "failed");
});

test("the talk is what was configured", async () => {
  const talks: TcpTalk[] = [];
  await run(probeOf(tcp, { host: "::1", port: 25, send: "NOOP\r\n", expect: "^2" }), {
    tcp: async (talk) => {
      talks.push(talk);
      return succeed("250");
    },
  });
  const [talk] = talks;
  assert.deepEqual(
    { ...talk, expect: talk?.expect?.source },
    { host: "::1", port: 25, send: "NOOP\r\n", expect: "^2", maxBytes: 65_536 },
  );
});

const shorts: readonly [unknown, Readonly<Record<string, unknown>> | null][] = [
  [80, { port: 80 }],
  ["80", { port: 80 }],
  ["localhost:80", { host: "localhost", port: 80 }],
  ["[::1]:80", { host: "::1", port: 80 }],
  ["localhost", null],
  ["::1:80", null],
  [null, null],
];
for (const [value, want] of shorts) {
  test(`the short form ${JSON.stringify(value)}`, () =>
    assert.deepEqual(tcp.shortForm(value), want));
}
