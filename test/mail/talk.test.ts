/** One mail and one server: what is taken, and what is said about every way in which it fails. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { SMTPServerOptions } from "smtp-server";
import type { MailServer } from "../../src/base/mail.ts";
import type { Attempt } from "../../src/base/post.ts";
import { TlsStore } from "../../src/host/tls-store.ts";
import { offerMail } from "../../src/workers/sender-talk.ts";
import { Authority, type Identity } from "./certificates.ts";
import { answer, type Office, openOffice, openPretender, serverAt } from "./post-office.ts";

const folder = mkdtempSync(join(tmpdir(), "solosafe mail-"));
const passwordFile = join(folder, "password");
const PASSWORD = "s3cret word\\";
const LOGIN = { user: "shop", password: { file: passwordFile } } as const;
const offices: Office[] = [];
let authority: Authority;
let good: Identity;
let expired: Identity;
let foreign: Identity;

before(() => {
  authority = new Authority(folder);
  good = authority.sign("good", "DNS:localhost,IP:127.0.0.1");
  expired = authority.sign("expired", "DNS:localhost,IP:127.0.0.1", -1);
  foreign = authority.sign("foreign", "DNS:mail.example.org");
  writeFileSync(passwordFile, `${PASSWORD}\nsecond line\n`, { mode: 0o600 });
});

after(async () => {
  for (const office of offices) await office.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(options: SMTPServerOptions = {}): Promise<Office> {
  const office = await openOffice(options);
  offices.push(office);
  return office;
}

/** Speaks these lines one after the other, each after one of the client; then stays silent. */
async function pretend(...lines: readonly string[]): Promise<Office> {
  const office = await openPretender((socket) => {
    const rest = [...lines];
    socket.write(rest.shift() ?? "");
    socket.on("data", () => socket.write(rest.shift() ?? ""));
  });
  offices.push(office);
  return office;
}

const MESSAGE = Buffer.from("Subject: test\r\n\r\nHello.\r\n");

function offer(server: MailServer, to = ["admin@example.org"]): Promise<Attempt> {
  const from = "solosafe@shop.example.org";
  return offerMail(
    server,
    { from, to, message: MESSAGE, name: "shop.example.org" },
    new TlsStore(),
  );
}

function onlyFault(attempt: Attempt) {
  const [fault, ...others] = attempt.faults;
  assert.ok(fault !== undefined && others.length === 0, JSON.stringify(attempt));
  assert.deepEqual(attempt.taken, []);
  return fault;
}

const checkLogin: SMTPServerOptions["onAuth"] = (auth, _session, callback) => {
  if (auth.username === "shop" && auth.password === PASSWORD) callback(null, { user: "shop" });
  else callback(answer(535, `5.7.8 not accepted: ${auth.password ?? ""}`));
};

test("a server on this server takes it without TLS", async () => {
  const office = await open();
  const attempt = await offer(serverAt(office.port), ["a@example.org", "b@example.org"]);
  assert.deepEqual(attempt.faults, []);
  assert.deepEqual(attempt.taken, ["a@example.org", "b@example.org"]);
  assert.equal(attempt.server, `127.0.0.1:${office.port}`);
  const [mail] = office.received;
  assert.equal(mail?.from, "solosafe@shop.example.org");
  assert.match(mail?.text ?? "", /^Subject: test\r\n/);
});

for (const security of ["starttls", "tls"] as const) {
  test(`${security}, with a verified certificate and a login`, async () => {
    const office = await open({
      ...good,
      secure: security === "tls",
      authOptional: false,
      onAuth: checkLogin,
    });
    const server = serverAt(office.port, { security, ca: authority.path, login: LOGIN });
    assert.deepEqual((await offer(server)).faults, []);
    assert.equal(office.received[0]?.user, "shop");
  });

  for (const [name, identity, why, hint] of [
    ["expired", () => expired, /certificate is not trusted: .*expired/, /clock/],
    ["for another name", () => foreign, /certificate is not trusted/, /as `host` the name/],
  ] as const) {
    test(`${security}, with a certificate that is ${name}`, async () => {
      const office = await open({ ...identity(), secure: security === "tls" });
      const fault = onlyFault(await offer(serverAt(office.port, { security, ca: authority.path })));
      assert.equal(fault.step, "tls");
      assert.match(fault.why, why);
      assert.match(fault.hint ?? "", hint);
      assert.equal(fault.isFinal, false);
      assert.equal(office.received.length, 0);
    });
  }

  test(`${security}, with a certificate of an authority that nobody trusts`, async () => {
    const office = await open({ ...good, secure: security === "tls" });
    const ca = join(folder, "other");
    writeFileSync(ca, foreign.cert);
    const fault = onlyFault(await offer(serverAt(office.port, { security, ca })));
    assert.equal(fault.step, "tls");
    assert.match(fault.hint ?? "", /`ca`/);
    const unverified = await offer(serverAt(office.port, { security, isVerified: false }));
    assert.deepEqual(unverified.taken, ["admin@example.org"]);
  });
}

test("no list of authorities, no password, no variable", async () => {
  const office = await open();
  const { port } = office;
  const noList = serverAt(port, { security: "tls", ca: join(folder, "none") });
  assert.match(onlyFault(await offer(noList)).why, /authorities cannot be read/);
  const noFile = serverAt(port, { login: { user: "a", password: { file: join(folder, "none") } } });
  assert.match(onlyFault(await offer(noFile)).why, /the password cannot be read: ENOENT/);
  const noVariable = serverAt(port, { login: { user: "a", password: { env: "SOLOSAFE_NONE" } } });
  assert.match(onlyFault(await offer(noVariable)).why, /no variable SOLOSAFE_NONE/);
  assert.equal(office.received.length, 0);
});

test("nothing is sent where STARTTLS is wanted and not offered", async () => {
  const office = await open();
  const fault = onlyFault(await offer(serverAt(office.port, { security: "starttls" })));
  assert.equal(fault.step, "tls");
  assert.match(fault.why, /does not offer STARTTLS/);
  assert.equal(office.received.length, 0);
});

test("TLS where the server does not speak it", async () => {
  const office = await open();
  const server = serverAt(office.port, { security: "tls", ca: authority.path });
  const fault = onlyFault(await offer(server));
  assert.equal(fault.step, "tls");
  assert.match(fault.hint ?? "", /starttls/);
});

test("a wrong password is said in clear words, and not itself", async () => {
  const office = await open({ ...good, authOptional: false, onAuth: checkLogin });
  const wrong = join(folder, "wrong");
  writeFileSync(wrong, "wr0ng word");
  const login = { user: "shop", password: { file: wrong } };
  const server = serverAt(office.port, { security: "starttls", ca: authority.path, login });
  const fault = onlyFault(await offer(server));
  assert.equal(fault.step, "login");
  assert.match(fault.why, /does not accept user and password: 535/);
  assert.match(fault.hint ?? "", /password's file/);
  assert.equal(fault.isFinal, false);
  assert.doesNotMatch(JSON.stringify(fault), /wr0ng|d3IwbmcgIHdvcmQ/);
});

test("a name of this server, as the hosts file has it, with a certificate for the name", async () => {
  for (const security of ["starttls", "tls"] as const) {
    const named = authority.sign(`named-${security}`, "DNS:localhost");
    const office = await open({ ...named, secure: security === "tls" });
    const server = serverAt(office.port, { host: "localhost", security, ca: authority.path });
    // The first of its addresses may be IPv6, where nobody listens.
    assert.deepEqual((await offer(server)).faults, []);
    assert.equal(office.received.length, 1);
  }
});

test("nobody listens, and a name that nobody knows", async () => {
  const office = await openOffice();
  await office.close();
  const refused = onlyFault(await offer(serverAt(office.port)));
  assert.match(refused.why, /nobody listens there/);
  const host = "no-such-name.invalid";
  const unknown = onlyFault(await offer(serverAt(25, { host, timeoutMs: 20_000 })));
  assert.equal(unknown.step, "connect");
  assert.match(unknown.why, /the name no-such-name\.invalid cannot be resolved/);
  assert.match(unknown.hint ?? "", /Check `host`/);
});

for (const [name, code, isFinal] of [
  ["for now", 450, false],
  ["for good", 550, true],
] as const) {
  test(`one of two recipients is refused ${name}`, async () => {
    const office = await open({
      onRcptTo: ({ address }, _session, callback) =>
        callback(address.startsWith("gone") ? answer(code, "no such mailbox") : null),
    });
    const attempt = await offer(serverAt(office.port), ["gone@example.org", "a@example.org"]);
    assert.deepEqual(attempt.taken, ["a@example.org"]);
    const [fault] = attempt.faults;
    assert.equal(fault?.to, "gone@example.org");
    assert.equal(fault?.isFinal, isFinal);
    assert.match(fault?.why ?? "", /no such mailbox/);
  });

  test(`the whole message is refused ${name}`, async () => {
    const office = await open({
      onData: (stream, _session, callback) => {
        stream.resume();
        stream.on("end", () => callback(answer(code + 2, "no room")));
      },
    });
    const fault = onlyFault(await offer(serverAt(office.port)));
    assert.deepEqual([fault.step, fault.to, fault.isFinal], ["message", null, isFinal]);
  });
}

test("all recipients are refused, each is named", async () => {
  const office = await open({
    onRcptTo: (_address, _session, callback) => callback(answer(550, "not here")),
  });
  const attempt = await offer(serverAt(office.port), ["a@example.org", "b@example.org"]);
  assert.deepEqual(
    attempt.faults.map(({ to, isFinal }) => [to, isFinal]),
    [
      ["a@example.org", true],
      ["b@example.org", true],
    ],
  );
});

test("a sender that is refused is for a person to mend, and no reason to give up", async () => {
  const office = await open({
    onMailFrom: (_address, _session, callback) => callback(answer(553, "not yours")),
  });
  const fault = onlyFault(await offer(serverAt(office.port)));
  assert.deepEqual([fault.step, fault.isFinal], ["from", false]);
  assert.match(fault.hint ?? "", /`from`/);
});

test("a server that takes the connection and never says a word", async () => {
  const office = await pretend();
  const fault = onlyFault(await offer(serverAt(office.port, { timeoutMs: 300 })));
  assert.equal(fault.step, "connect");
  assert.match(fault.why, /no answer within 300ms/);
});

test("a server that falls silent in the middle, or says a byte now and then", async () => {
  const words = ["220 here\r\n", "250 here\r\n", "250 ok\r\n", "250 ok\r\n", "354 go on\r\n"];
  const office = await pretend(...words);
  const fault = onlyFault(await offer(serverAt(office.port, { timeoutMs: 500 })));
  assert.equal(fault.isFinal, false);
  // On a busy machine even the greeting may have come too late.
  assert.ok(["connect", "message"].includes(fault.step), fault.step);
  const slow = await openPretender((socket) => {
    const timer = setInterval(() => socket.write("2"), 50);
    socket.on("close", () => clearInterval(timer));
  });
  offices.push(slow);
  assert.equal(onlyFault(await offer(serverAt(slow.port, { timeoutMs: 300 }))).isFinal, false);
});

test("a server that dies while the message is on its way", async () => {
  const office = await openPretender((socket) => {
    const rest = ["250 here\r\n", "250 ok\r\n", "250 ok\r\n", "354 go on\r\n"];
    socket.write("220 here\r\n");
    socket.on("data", () => {
      const next = rest.shift();
      if (next === undefined) socket.destroy();
      else socket.write(next);
    });
  });
  offices.push(office);
  const fault = onlyFault(await offer(serverAt(office.port)));
  assert.deepEqual([fault.step, fault.to, fault.isFinal], ["message", null, false]);
});

test("what a server answers cannot break a line, nor fill a log", async () => {
  const office = await pretend(`554 \u001b[31mno\u0007 ${"x".repeat(5000)}\r\n`);
  const { why } = onlyFault(await offer(serverAt(office.port)));
  assert.ok(why.length <= 300);
  assert.doesNotMatch(why, /\p{Cc}/u);
});
