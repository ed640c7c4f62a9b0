import assert from "node:assert/strict";
import { test } from "node:test";
import { succeed } from "../../src/base/result.ts";
import { http } from "../../src/monitors/http.ts";
import type { Host, HttpRequest, HttpResponse } from "../../src/ports/host.ts";
import { fault, probeOf, run } from "./fake-host.ts";

const URL_TEXT = "http://127.0.0.1/";

function answer(more: Partial<HttpResponse> = {}): Partial<Host> {
  const response = { status: 200, headers: {}, body: "Welcome\nto the shop", isCut: false };
  return { http: async () => succeed({ ...response, ...more }) };
}

const cases: readonly {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly answers: Partial<Host>;
  readonly want: RegExp;
}[] = [
  { answers: answer(), want: /^ok: status 200 in \d+m?s$/ },
  { answers: answer({ status: 399 }), want: /^ok: status 399/ },
  { answers: answer({ status: 400 }), want: /^failed: status 400, expected 200-399$/ },
  { answers: answer({ status: 503 }), want: /^failed: status 503/ },
  { params: { status: [503] }, answers: answer({ status: 503 }), want: /^ok: status 503/ },
  { params: { status: [201, "400-404"] }, answers: answer({ status: 404 }), want: /^ok/ },
  { params: { status: [201, "400-404"] }, answers: answer({ status: 405 }), want: /^failed/ },
  { params: { status: [201] }, answers: answer(), want: /^failed: status 200, expected 201$/ },
  { params: { contains: "Welcome" }, answers: answer(), want: /^ok/ },
  {
    params: { contains: "welcome" },
    answers: answer(),
    want: /^failed: status 200, but the answer does not contain `welcome`$/,
  },
  {
    params: { contains: "bye" },
    answers: answer({ isCut: true }),
    want: /^failed: status 200, but the first 64 KiB of the answer does not contain `bye`$/,
  },
  { params: { matches: "^to .* shop$" }, answers: answer(), want: /^ok/ },
  {
    params: { matches: "^shop" },
    answers: answer(),
    want: /^failed: status 200, but the answer does not match `\^shop`$/,
  },
  { params: { contains: "x" }, answers: answer({ status: 500 }), want: /^failed: status 500/ },
  { answers: { http: async () => fault("ECONNREFUSED", "refused") }, want: /^failed: refused$/ },
  { answers: { http: async () => fault("ENOTFOUND", "no such name") }, want: /^failed/ },
  { answers: { http: async () => fault("CERT_HAS_EXPIRED", "expired") }, want: /^failed: expired/ },
  { answers: { http: async () => fault("EMFILE", "too many files") }, want: /^unknown: too many/ },
  { answers: { http: async () => fault("EACCES", "denied") }, want: /^unknown: denied$/ },
];
for (const { params = {}, answers, want } of cases) {
  test(`${JSON.stringify(params)} is told as ${want.source}`, async () => {
    const { outcome, reason } = await run(probeOf(http, { url: URL_TEXT, ...params }), answers);
    assert.match(`${outcome}: ${reason}`, want);
  });
}

test("an answer slower than max-latency is a failure", async (context) => {
  const clock = [1000, 3500];
  context.mock.method(performance, "now", () => clock.shift() ?? 0);
  const probe = probeOf(http, { url: URL_TEXT, "max-latency": "2s" });
  const { outcome, reason } = await run(probe, answer());
  assert.equal(outcome, "failed");
  assert.equal(reason, "status 200 after 3s, at most 2s is allowed");
});

test("the request is what was configured", async () => {
  const requests: HttpRequest[] = [];
  const params = {
    url: "https://[::1]:8443/x",
    method: "POST",
    headers: { "X-Probe": "1" },
    body: "ping",
    "verify-tls": false,
  };
  await run(probeOf(http, params), {
    http: async (request) => {
      requests.push(request);
      return fault("x");
    },
  });
  const { "verify-tls": verifyTls, ...same } = params;
  assert.deepEqual(requests, [{ ...same, verifyTls }]);
});

test("the address it talks to is the server of its page", () => {
  const read = http.read({ url: "https://shop.example:8443/x" });
  assert.equal(read.ok && read.value.links.address, "shop.example");
});
