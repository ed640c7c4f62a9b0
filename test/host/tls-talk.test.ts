import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer as createPlainServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createServer, type SecureVersion } from "node:tls";
import { createTlsHost } from "../../src/host/tls-talk.ts";
import { TlsStore } from "../../src/host/tls-store.ts";
import type { TlsTalk } from "../../src/ports/tls.ts";

const DAY = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), "solosafe tls-"));
const at = (name: string): string => join(folder, name);
const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

function openssl(...words: readonly string[]): void {
  const run = spawnSync("openssl", words, { cwd: folder, encoding: "utf8", timeout: 120_000 });
  assert.equal(run.status, 0, `openssl ${words.join(" ")}: ${run.error?.message ?? run.stderr}`);
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"] as const;

/** Signed by itself. */
function makeAuthority(name: string): void {
  const files = ["-keyout", `${name}.key`, "-out", `${name}.pem`];
  openssl("req", "-x509", ...KEY, ...files, "-days", "3650", "-subj", `/CN=${name}`);
}

function makeSigned(
  name: string,
  by: string,
  { names = "DNS:shop.example.org", days = 90, isAuthority = false, subject = name },
): void {
  openssl(
    "req",
    "-new",
    ...KEY,
    "-keyout",
    `${name}.key`,
    "-out",
    `${name}.csr`,
    "-subj",
    `/CN=${subject}`,
  );
  const basic = `basicConstraints=critical,CA:${isAuthority ? "TRUE" : "FALSE"}`;
  writeFileSync(at(`${name}.ext`), isAuthority ? basic : `${basic}\nsubjectAltName=${names}\n`);
  const signer = ["-CA", `${by}.pem`, "-CAkey", `${by}.key`, "-CAcreateserial"];
  const into = ["-in", `${name}.csr`, "-out", `${name}.pem`, "-extfile", `${name}.ext`];
  openssl("x509", "-req", ...into, ...signer, "-days", String(days));
}

function makeExpired(name: string): void {
  openssl(
    "req",
    "-new",
    ...KEY,
    "-keyout",
    `${name}.key`,
    "-out",
    `${name}.csr`,
    "-subj",
    `/CN=${name}`,
  );
  for (const file of ["index.txt", "index.txt.attr"]) writeFileSync(at(file), "");
  const config = [
    "[ca]",
    "default_ca=d",
    "[d]",
    "database=index.txt",
    "new_certs_dir=.",
    "policy=p",
  ];
  writeFileSync(
    at("ca.cnf"),
    [...config, "default_md=sha256", "rand_serial=yes", "[p]", "commonName=supplied", ""].join(
      "\n",
    ),
  );
  const dates = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"];
  const files = [
    "-in",
    `${name}.csr`,
    "-out",
    `${name}.pem`,
    "-cert",
    "root.pem",
    "-keyfile",
    "root.key",
  ];
  openssl("ca", "-batch", "-notext", "-config", "ca.cnf", ...dates, ...files);
}

const read = (name: string): string => readFileSync(at(name), "utf8");

async function serve(name: string, more: Parameters<typeof createServer>[0] = {}): Promise<number> {
  const server = createServer({ key: read(`${name}.key`), cert: read(`${name}.pem`), ...more });
  server.on("tlsClientError", () => {});
  return await listen(server);
}

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const talk = (port: number, more: Partial<TlsTalk> = {}): TlsTalk => ({
  host: "127.0.0.1",
  port,
  name: "shop.example.org",
  authorities: at("root.pem"),
  leastProtocol: "TLSv1.2",
  ...more,
});

const host = createTlsHost(new TlsStore([at("none.pem"), at("root.pem")]));
const long = (): AbortSignal => AbortSignal.timeout(120_000);

async function shake(port: number, more: Partial<TlsTalk> = {}) {
  const answer = await host.shakeHands(talk(port, more), long());
  assert.ok(answer.ok, answer.ok ? "" : JSON.stringify(answer.problem));
  return answer.value;
}

async function faultOf(port: number, more: Partial<TlsTalk> = {}): Promise<string> {
  const answer = await host.shakeHands(talk(port, more), long());
  return answer.ok ? "ok" : answer.problem.code;
}

before(() => {
  makeAuthority("root");
  makeAuthority("stranger");
  makeSigned("shop", "root", { names: "DNS:shop.example.org,DNS:*.shop.example.org,IP:192.0.2.7" });
  makeSigned("middle", "root", { isAuthority: true, days: 5 });
  makeSigned("below", "middle", {});
  makeExpired("expired");
});

describe("a handshake", () => {
  test("with what is trusted says names, dates and version", async () => {
    const facts = await shake(await serve("shop"));
    assert.equal(facts.distrust, null);
    assert.equal(facts.protocol, "TLSv1.3");
    const [first, ...rest] = facts.chain;
    assert.deepEqual(rest, [], "the root's dates are nobody's business");
    assert.ok(first);
    assert.deepEqual(first.names, ["shop.example.org", "*.shop.example.org", "192.0.2.7"]);
    assert.ok(first.isForName && !first.isSelfSigned);
    assert.equal(first.title, "shop");
    assert.equal(Math.round((first.validTo - first.validFrom) / DAY), 90);
  });

  test("is trusted by the server's own store, too", async () => {
    assert.equal((await shake(await serve("shop"), { authorities: null })).distrust, null);
    const none = createTlsHost(new TlsStore([at("none.pem")]));
    const answer = await none.shakeHands(talk(1, { authorities: null }), long());
    assert.equal(answer.ok || answer.problem.code, "no-authorities");
  });

  for (const [name, want] of [
    ["shop.example.org", true],
    ["a.shop.example.org", true],
    ["192.0.2.7", true],
    ["www.example.org", false],
    ["192.0.2.8", false],
  ] as const) {
    test(`is ${want ? "" : "not "}for ${name}`, async () => {
      const facts = await shake(await serve("shop"), { name });
      assert.equal(facts.chain[0]?.isForName, want);
    });
  }

  test("asks for the name, and gets the certificate of that name", async () => {
    const asked: string[] = [];
    const port = await serve("shop", {
      SNICallback: (name, done) => {
        asked.push(name);
        done(null);
      },
    });
    await shake(port);
    await shake(port, { name: "192.0.2.7" });
    assert.deepEqual(asked, ["shop.example.org"]);
  });

  test("with one that signed itself, or whose issuer is a stranger", async () => {
    const own = await shake(await serve("stranger"));
    assert.equal(own.distrust, "DEPTH_ZERO_SELF_SIGNED_CERT");
    assert.equal(own.chain[0]?.isSelfSigned, true);
    const known = await shake(await serve("stranger"), { authorities: at("stranger.pem") });
    assert.equal(known.distrust, null);
    const foreign = await shake(await serve("shop"), { authorities: at("stranger.pem") });
    assert.equal(foreign.distrust, "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  });

  test("tells the dates of those between, and misses them when they are not sent", async () => {
    const cert = read("below.pem") + read("middle.pem");
    const whole = await shake(await serve("below", { cert }));
    assert.equal(whole.distrust, null);
    assert.deepEqual(
      whole.chain.map(({ title }) => title),
      ["below", "middle"],
    );
    const cut = await shake(await serve("below"));
    assert.equal(cut.distrust, "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  });

  test("with one that has expired", async () => {
    const facts = await shake(await serve("expired"));
    assert.equal(facts.distrust, "CERT_HAS_EXPIRED");
    assert.equal(facts.chain[0]?.validTo, Date.UTC(2020, 1, 1));
  });

  test("with one that is older than allowed", async () => {
    const maxVersion: SecureVersion = "TLSv1.2";
    const port = await serve("shop", { maxVersion });
    assert.equal((await shake(port)).protocol, "TLSv1.2");
    assert.match(await faultOf(port, { leastProtocol: "TLSv1.3" }), /PROTOCOL_VERSION/);
  });
});

describe("no handshake", () => {
  test("nobody listens", async () => {
    const server = createPlainServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await faultOf(port), "ECONNREFUSED");
  });

  test("somebody speaks another language", async () => {
    const port = await listen(
      createPlainServer((socket) => {
        socket.on("error", () => {});
        socket.end("220 mail.example.org ready\r\n");
      }),
    );
    assert.match(await faultOf(port), /WRONG_VERSION_NUMBER|PACKET_LENGTH|RECORD_LAYER/);
  });

  test("somebody hangs up", async () => {
    const port = await listen(createPlainServer((socket) => socket.destroy()));
    assert.match(await faultOf(port), /^(?:ECONNRESET|ended)$/);
  });

  test("somebody listens and says nothing", async () => {
    const sockets: { destroy: () => void }[] = [];
    const port = await listen(createPlainServer((socket) => sockets.push(socket)));
    const answer = await host.shakeHands(talk(port), AbortSignal.timeout(100));
    assert.equal(answer.ok || answer.problem.code, "aborted");
    for (const socket of sockets) socket.destroy();
  });

  test("the authorities are not there, or are none", async () => {
    assert.equal(await faultOf(1, { authorities: at("none.pem") }), "no-authorities");
    writeFileSync(at("empty.pem"), "hello");
    assert.equal(await faultOf(1, { authorities: at("empty.pem") }), "no-authorities");
  });
});

test("a store that was changed is read again", async () => {
  const port = await serve("shop");
  const store = at("changing.pem");
  writeFileSync(store, read("stranger.pem"));
  assert.notEqual((await shake(port, { authorities: store })).distrust, null);
  writeFileSync(store, read("root.pem"));
  utimesSync(store, 1, 1);
  assert.equal((await shake(port, { authorities: store })).distrust, null);
});

describe("a file", () => {
  test("all of its certificates are read", async () => {
    writeFileSync(at("chain.pem"), `a word first\n${read("below.pem")}${read("middle.pem")}`);
    const found = await host.readCertificates(at("chain.pem"), "shop.example.org");
    assert.deepEqual(found.ok && found.value.map(({ title, isForName }) => [title, isForName]), [
      ["below", true],
      ["middle", false],
    ]);
  });

  test("a key is no certificate, garbage is a fault, and so is no file", async () => {
    const none = await host.readCertificates(at("shop.key"), null);
    assert.deepEqual(none.ok && none.value, []);
    const begin = "-----BEGIN CERTIFICATE-----";
    writeFileSync(at("broken.pem"), `${begin}\nAAAA\n${begin.replace("BEGIN", "END")}\n`);
    assert.equal((await host.readCertificates(at("broken.pem"), null)).ok, false);
    const missing = await host.readCertificates(at("missing.pem"), null);
    assert.equal(missing.ok || missing.problem.code, "ENOENT");
  });
});
