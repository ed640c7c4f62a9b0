import assert from "node:assert/strict";
import { test } from "node:test";
import { succeed } from "../../src/base/result.ts";
import { tls } from "../../src/monitors/tls.ts";
import type { Host } from "../../src/ports/host.ts";
import type { Certificate, TlsFacts, TlsTalk } from "../../src/ports/tls.ts";
import { fault, probeOf, run } from "./fake-host.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const DAY = 86_400_000;

const certificate = (days: number, more: Partial<Certificate> = {}): Certificate => ({
  title: "shop",
  names: ["shop.example.org", "www.example.org"],
  isForName: true,
  isSelfSigned: false,
  validFrom: NOW - 30 * DAY,
  validTo: NOW + days * DAY,
  ...more,
});
const hands = (facts: Partial<TlsFacts>): Partial<Host> => ({
  shakeHands: async () =>
    succeed({ protocol: "TLSv1.3", chain: [certificate(90)], distrust: null, ...facts }),
});
const refused = (code: string): Partial<Host> => ({
  shakeHands: async () => fault(code, "no way"),
});
const file = (...chain: readonly Certificate[]): Partial<Host> => ({
  readCertificates: async () => succeed(chain),
});

const issuer = certificate(2, { title: "Shop Authority" });
const other = { isForName: false } as const;
const cases: readonly {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly answers: Partial<Host>;
  readonly want: string;
}[] = [
  { answers: hands({}), want: "ok: the certificate expires in 90 days, on 2027-02-19" },
  {
    answers: hands({ chain: [certificate(20)] }),
    want: "warning: the certificate expires in 20 days, on 2026-12-11",
  },
  {
    params: { warn: "10d" },
    answers: hands({ chain: [certificate(20)] }),
    want: "ok: the certificate expires in 20 days, on 2026-12-11",
  },
  {
    answers: hands({ chain: [certificate(1.5)] }),
    want: "failed: the certificate expires in 36 hours, on 2026-11-23",
  },
  {
    params: { fail: "0s" },
    answers: hands({ chain: [certificate(1.5)] }),
    want: "warning: the certificate expires in 36 hours, on 2026-11-23",
  },
  {
    answers: hands({ chain: [certificate(-5)], distrust: "CERT_HAS_EXPIRED" }),
    want: "failed: the certificate has expired 5 days ago, on 2026-11-16",
  },
  {
    answers: hands({ chain: [certificate(90), issuer] }),
    want: "failed: the issuer's certificate Shop Authority expires in 2 days, on 2026-11-23",
  },
  {
    answers: hands({
      chain: [certificate(90, { validFrom: NOW + DAY })],
      distrust: "CERT_NOT_YET_VALID",
    }),
    want: "failed: the certificate shop is not valid before 2026-11-22 12:00 UTC",
  },
  {
    answers: hands({ chain: [certificate(90, other)] }),
    want: "failed: the certificate is not for shop.example.org but for shop.example.org, www.example.org",
  },
  {
    answers: hands({ chain: [certificate(90, { ...other, names: ["a", "b", "c", "d", "e"] })] }),
    want: "failed: the certificate is not for shop.example.org but for a, b, c, d and 1 more",
  },
  {
    answers: hands({
      chain: [certificate(90, { isSelfSigned: true })],
      distrust: "DEPTH_ZERO_SELF_SIGNED_CERT",
    }),
    want: "failed: the certificate is signed by itself, and not trusted here",
  },
  {
    answers: hands({ distrust: "SELF_SIGNED_CERT_IN_CHAIN" }),
    want: "failed: the authority that issued it is not trusted here",
  },
  {
    answers: hands({ distrust: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }),
    want: "failed: nobody knows who issued it: the issuer is not trusted, or its certificate is not sent",
  },
  {
    answers: hands({ distrust: "CERT_REVOKED" }),
    want: "failed: the certificate is not trusted: CERT_REVOKED",
  },
  {
    params: { verify: false },
    answers: hands({
      chain: [certificate(90, other)],
      distrust: "DEPTH_ZERO_SELF_SIGNED_CERT",
    }),
    want: "ok: the certificate expires in 90 days, on 2027-02-19",
  },
  {
    params: { verify: false, name: "b.example.org" },
    answers: hands({ chain: [certificate(90, { ...other, names: [] })] }),
    want: "failed: the certificate is not for b.example.org but for no name at all",
  },
  {
    params: { verify: false },
    answers: hands({ chain: [certificate(-1)] }),
    want: "failed: the certificate has expired 24 hours ago, on 2026-11-20",
  },
  { answers: refused("ECONNREFUSED"), want: "failed: no way" },
  { answers: refused("aborted"), want: "failed: no way" },
  { answers: refused("EAI_AGAIN"), want: "unknown: no way" },
  { answers: refused("no-authorities"), want: "unknown: no way" },
  {
    answers: refused("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"),
    want: "failed: shop.example.org:443 speaks no TLSv1.2 or later",
  },
  {
    answers: refused("ERR_SSL_WRONG_VERSION_NUMBER"),
    want: "failed: shop.example.org:443 answers, but does not speak TLS",
  },
  {
    answers: refused("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE"),
    want: "failed: the handshake with shop.example.org:443 failed: sslv3 alert handshake failure",
  },
];
const fileCases: typeof cases = [
  { answers: file(certificate(90)), want: "ok: the certificate expires in 90 days, on 2027-02-19" },
  {
    answers: file(certificate(90), issuer),
    want: "failed: the issuer's certificate Shop Authority expires in 2 days, on 2026-11-23",
  },
  {
    params: { name: "c.example.org" },
    answers: file(certificate(90, { ...other, names: ["shop"] })),
    want: "failed: the certificate is not for c.example.org but for shop",
  },
  { answers: file(), want: "failed: /srv/shop.pem holds no certificate in PEM form" },
  {
    answers: { readCertificates: async () => fault("ENOENT") },
    want: "failed: there is no file /srv/shop.pem",
  },
  {
    answers: { readCertificates: async () => fault("EACCES", "not allowed") },
    want: "unknown: the certificate could not be read: not allowed",
  },
];
for (const [base, list] of [
  [{ host: "shop.example.org" }, cases],
  [{ file: "/srv/shop.pem" }, fileCases],
] as const) {
  for (const { params = {}, answers, want } of list) {
    test(`${Object.keys(base).join()}: ${want}`, async (context) => {
      context.mock.method(Date, "now", () => NOW);
      const { outcome, reason } = await run(probeOf(tls, { ...base, ...params }), answers);
      assert.equal(`${outcome}: ${reason}`, want);
    });
  }
}

test("the handshake is what was configured", async () => {
  const talks: TlsTalk[] = [];
  const shakeHands: Host["shakeHands"] = async (talk) => {
    talks.push(talk);
    return fault("ECONNREFUSED");
  };
  await run(probeOf(tls, { host: "::1" }), { shakeHands });
  const more = { port: 993, name: "mail", ca: "/srv/ca.pem", "least-protocol": "TLSv1.3" };
  await run(probeOf(tls, { host: "192.0.2.1", ...more }), { shakeHands });
  assert.deepEqual(talks, [
    { host: "::1", port: 443, name: "::1", authorities: null, leastProtocol: "TLSv1.2" },
    {
      host: "192.0.2.1",
      port: 993,
      name: "mail",
      authorities: "/srv/ca.pem",
      leastProtocol: "TLSv1.3",
    },
  ]);
});

const shorts: readonly [unknown, Readonly<Record<string, unknown>> | null][] = [
  ["example.org:443", { host: "example.org", port: 443 }],
  ["example.org", { host: "example.org" }],
  ["[::1]:993", { host: "::1", port: 993 }],
  ["[::1]", { host: "::1" }],
  ["/srv/shop.pem", { file: "/srv/shop.pem" }],
  ["::1", null],
  [443, null],
];
for (const [value, want] of shorts) {
  test(`the short form ${JSON.stringify(value)}`, () =>
    assert.deepEqual(tls.shortForm(value), want));
}

const complaints: readonly [Readonly<Record<string, unknown>>, string][] = [
  [{}, "exactly one of `host` and `file` is needed"],
  [{ host: "a", file: "/a" }, "exactly one of `host` and `file` is needed"],
  [{ host: "a", warn: "1d" }, "the warning would come after the failure"],
];
for (const [params, want] of complaints) {
  test(`${JSON.stringify(params)}: ${want}`, () => {
    const read = tls.read(params);
    assert.deepEqual(read.ok && read.value.complaints.map(({ what }) => what), [want]);
  });
}
