import assert from "node:assert/strict";
import { test } from "node:test";
import { succeed } from "../../src/base/result.ts";
import { dns } from "../../src/monitors/dns.ts";
import type { Host } from "../../src/ports/host.ts";
import type { NameAnswer, NameQuestion } from "../../src/ports/name.ts";
import { fault, probeOf, run } from "./fake-host.ts";

const FILE = "# made by hand\nnameserver 192.0.2.1\n nameserver\t2001:db8::1\noptions edns0\n";
const answered = (...records: readonly string[]): NameAnswer => ({
  kind: "answered",
  records,
  tookMs: 12,
});
const right = answered("192.0.2.10");

/** One answer per server, in the order of the file; the last one is repeated. */
function answers(file: string | null, ...list: readonly NameAnswer[]): Partial<Host> {
  const left = [...list];
  return {
    readFile: async () => (file === null ? fault("ENOENT") : succeed(file)),
    askName: async () => (left.length > 1 ? left.shift() : left[0]) ?? { kind: "silent" },
  };
}

const one = { server: "192.0.2.53" };
const refusal: NameAnswer = {
  kind: "unreachable",
  problem: { code: "ECONNREFUSED", message: "recvmsg" },
};
const cases: readonly {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly file?: string | null;
  readonly says: readonly NameAnswer[];
  readonly want: string;
}[] = [
  { params: one, says: [right], want: "ok: 192.0.2.53 answered 192.0.2.10 in 12ms" },
  {
    params: one,
    says: [{ kind: "silent" }],
    want: "failed: 192.0.2.53 does not answer",
  },
  {
    params: one,
    says: [{ kind: "noSuchName" }],
    want: "failed: 192.0.2.53 says that there is no name example.org (NXDOMAIN)",
  },
  {
    params: { ...one, record: "MX" },
    says: [{ kind: "noRecord" }],
    want: "failed: 192.0.2.53 knows example.org, but no MX record of it",
  },
  {
    params: one,
    says: [{ kind: "serverFailed" }],
    want: "failed: 192.0.2.53 could not find out example.org A (SERVFAIL)",
  },
  {
    params: one,
    says: [{ kind: "refused" }],
    want: "failed: 192.0.2.53 refuses to answer (REFUSED)",
  },
  {
    params: one,
    says: [{ kind: "otherCode", code: 4 }],
    want: "failed: 192.0.2.53 answered example.org A with code 4",
  },
  {
    params: { server: "[2001:db8::53]:5353" },
    says: [{ kind: "garbled" }],
    want: "failed: [2001:db8::53]:5353 answered something that is no answer",
  },
  { params: one, says: [refusal], want: "failed: nobody listens at 192.0.2.53" },
  {
    params: one,
    says: [{ kind: "unreachable", problem: { code: "EACCES", message: "not allowed" } }],
    want: "unknown: not allowed",
  },
  {
    params: { ...one, expect: ["192.0.2.10", "192.0.2.11"] },
    says: [right],
    want: "failed: 192.0.2.53 answered 192.0.2.10, expected 192.0.2.11",
  },
  {
    params: { ...one, record: "MX", expect: ["10 MAIL.example.org."] },
    says: [answered("20 b.example.org", "10 mail.example.org")],
    want: "ok: 192.0.2.53 answered 20 b.example.org, 10 mail.example.org in 12ms",
  },
  {
    params: { ...one, record: "TXT", matches: "^v=spf1 " },
    says: [answered("hello")],
    want: "failed: 192.0.2.53 answered hello, which does not match `^v=spf1 `",
  },
  {
    params: { ...one, "max-latency": "5ms" },
    says: [right],
    want: "failed: 192.0.2.53 took 12ms, at most 5ms is allowed",
  },
  {
    params: one,
    says: [answered("1", "2", "3", "4", "5", "6")],
    want: "ok: 192.0.2.53 answered 1, 2, 3, 4 and 2 more in 12ms",
  },
  { says: [right], want: "ok: 192.0.2.1 answered 192.0.2.10 in 12ms" },
  {
    says: [{ kind: "silent" }, right],
    want: "warning: 2001:db8::1 answered 192.0.2.10 in 12ms; 192.0.2.1 does not answer",
  },
  {
    says: [right, { kind: "refused" }],
    want: "warning: 192.0.2.1 answered 192.0.2.10 in 12ms; 2001:db8::1 refuses to answer (REFUSED)",
  },
  {
    says: [{ kind: "noSuchName" }, right],
    want: "failed: 192.0.2.1 says that there is no name example.org (NXDOMAIN)",
  },
  {
    says: [{ kind: "silent" }, { kind: "serverFailed" }],
    want: "failed: 192.0.2.1 does not answer; 2001:db8::1 could not find out example.org A (SERVFAIL)",
  },
  { file: null, says: [right], want: "ok: 127.0.0.1 answered 192.0.2.10 in 12ms" },
  {
    file: "search example.org\n",
    says: [refusal],
    want: "failed: no name server is named in /etc/resolv.conf; nobody listens at 127.0.0.1",
  },
];
for (const { params = {}, file = FILE, says, want } of cases) {
  test(want, async () => {
    const probe = probeOf(dns, { name: "example.org", ...params });
    const { outcome, reason } = await run(probe, answers(file, ...says));
    assert.equal(`${outcome}: ${reason}`, want);
  });
}

test("a file that cannot be read is unknown, with what to do", async () => {
  const { outcome, reason } = await run(probeOf(dns, { name: "example.org" }), {
    readFile: async () => fault("EACCES", "not allowed"),
  });
  assert.equal(outcome, "unknown");
  assert.equal(reason, "the name servers are not known: not allowed; write `server:`");
});

test("the question is what was configured, and ends before the probe does", async () => {
  const asked: NameQuestion[] = [];
  await run(probeOf(dns, { name: "192.0.2.9", record: "PTR", server: "192.0.2.53:5353" }), {
    askName: async (question) => {
      asked.push(question);
      return answered("nine.example.org");
    },
  });
  const server = { address: "192.0.2.53", port: 5353 };
  assert.deepEqual(asked, [{ server, name: "192.0.2.9", record: "PTR", timeoutMs: 7500 }]);
});

for (const [params, want] of [
  [{ name: "example.org", server: "dns.example.org" }, /an address such as `192\.0\.2\.53`/],
  [{ name: "example.org", server: "192.0.2.53:0" }, /an address such as/],
  [{ name: "exa mple" }, /not a name that can be asked for/],
  [{ name: "example.org", record: "ANY" }, /./],
] as const) {
  test(`${JSON.stringify(params)} is refused`, () => {
    const read = dns.read(params);
    assert.ok(!read.ok);
    assert.match(read.problem.map((issue) => issue.message).join(), want);
  });
}

test("an address is asked for as PTR only", () => {
  const read = dns.read({ name: "192.0.2.9" });
  assert.equal(read.ok && read.value.complaints[0]?.key, "name");
});
