/** The certificate of the page: made, kept, renewed, replaced, and what happens when none of it can be. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { DAY } from "../../src/base/duration.ts";
import { endOf, fingerprintOf, makeCertificate } from "../../src/web/certificate.ts";
import { findCertificate, ownAddresses, ownNames } from "../../src/web/certificate-files.ts";

const NOW = Date.UTC(2026, 10, 21);
const NAMES = ["shop.example.org", "shop", "127.0.0.1", "::1"];

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "solosafe certificate-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

function notExpected(message: string): void {
  assert.fail(message);
}

test("it names the server, fits its key and ends in time", async () => {
  const pair = await makeCertificate(NAMES, NOW, null);
  const made = new X509Certificate(pair.certificate);
  assert.ok(made.verify(made.publicKey), "it is signed with its own key");
  assert.equal(made.publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
  assert.ok(made.checkHost("shop.example.org") && made.checkHost("shop"));
  assert.ok(made.checkIP("127.0.0.1") && made.checkIP("::1"));
  assert.equal(made.checkHost("evil.example"), undefined);
  assert.equal(made.ca, false);
  const life = Date.parse(made.validTo) - Date.parse(made.validFrom);
  assert.equal(life, 825 * DAY);
  assert.equal(endOf(pair), Date.parse(made.validTo));
  assert.match(fingerprintOf(pair.certificate), /^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/);
});

test("it is made once, for the owner's eyes only, and renewed with the same key", async (t) => {
  const place = folder(t);
  const first = await findCertificate(place, null, NAMES, NOW, notExpected);
  assert.equal(statSync(join(place, "key.pem")).mode & 0o777, 0o600);
  assert.equal(readFileSync(join(place, "certificate.pem"), "utf8"), first.certificate);
  const later = await findCertificate(place, null, NAMES, NOW + 700 * DAY, notExpected);
  assert.deepEqual(later, first);
  const renewed = await findCertificate(place, null, NAMES, NOW + 800 * DAY, notExpected);
  assert.notEqual(renewed.certificate, first.certificate);
  const keyOf = (text: string): string =>
    new X509Certificate(text).publicKey.export({ type: "spki", format: "pem" }).toString();
  assert.equal(keyOf(renewed.certificate), keyOf(first.certificate));
  assert.ok((endOf(renewed) ?? 0) > NOW + 1600 * DAY);
});

test("what is damaged is made anew", async (t) => {
  const place = folder(t);
  const first = await findCertificate(place, null, NAMES, NOW, notExpected);
  const { key: foreign } = await makeCertificate(NAMES, NOW, null);
  for (const [file, text] of [
    ["certificate.pem", "no certificate"],
    ["key.pem", ""],
    ["key.pem", foreign],
  ] as const) {
    writeFileSync(join(place, file), text);
    const made = await findCertificate(place, null, NAMES, NOW, notExpected);
    assert.notEqual(endOf(made), null);
    assert.notEqual(made.certificate, first.certificate);
  }
});

test("the administrator's own comes first, as long as it can be used", async (t) => {
  const place = folder(t);
  const own = { certificate: join(place, "own.crt"), key: join(place, "own.key") };
  const told: string[] = [];
  const find = async (now: number) =>
    await findCertificate(place, own, NAMES, now, (message) => told.push(message));
  assert.notEqual(endOf(await find(NOW)), null);
  assert.match(told.pop() ?? "", /cannot be read/);
  const pair = await makeCertificate(["page.example.org"], NOW, null);
  writeFileSync(own.certificate, pair.certificate);
  writeFileSync(own.key, (await makeCertificate(NAMES, NOW, null)).key);
  assert.notEqual((await find(NOW)).certificate, pair.certificate);
  assert.match(told.pop() ?? "", /do not fit/);
  writeFileSync(own.key, pair.key);
  assert.equal((await find(NOW)).certificate, pair.certificate);
  assert.deepEqual(told, []);
  assert.notEqual((await find(NOW + 900 * DAY)).certificate, pair.certificate);
  assert.match(told.pop() ?? "", /have expired/);
});

test("a disk that takes nothing: it lives as long as the program", async () => {
  const told: string[] = [];
  const pair = await findCertificate("/proc/none", null, NAMES, NOW, (text) => told.push(text));
  assert.notEqual(endOf(pair), null);
  assert.match(told.join(), /could not be kept/);
});

test("names and addresses of this server", () => {
  assert.ok(ownNames([]).includes("localhost"));
  assert.ok(ownNames(["page.example.org"]).includes("page.example.org"));
  assert.equal(ownNames(["<b>", "a b", ""]).length, ownNames([]).length);
  assert.ok(ownAddresses().includes("127.0.0.1"));
});
