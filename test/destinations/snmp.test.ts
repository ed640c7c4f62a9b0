/** What is sent by SNMP about a notice, and what a configuration may say. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Notice, SnmpDispatch } from "../../src/base/destination.ts";
import { CATALOGUE } from "../../src/events/catalogue.ts";
import { engineIdOf, snmp } from "../../src/notifiers/snmp.ts";
import { objectOid, ROOT_OID } from "../../src/notifiers/snmp-mib.ts";
import { dateAndTime, deliverSnmp } from "../../src/workers/deliver-snmp.ts";
import { ROOT } from "../cli/run-cli.ts";

const NOTICE: Notice = {
  number: 1,
  wall: 0,
  server: "shop1",
  title: "",
  module: "monitor",
  id: "monitor-failed",
  severity: "error",
  message: "It failed.",
  whatToDo: "Nothing.",
  incident: null,
  fields: {},
  openIncidents: 0,
  more: 0,
  isTest: false,
};

function dispatch(
  notice: Partial<Notice>,
  params: object = {},
  secrets: Readonly<Record<string, string>> = {},
): SnmpDispatch {
  const read = snmp.read({ host: "nms.example.org", ...params });
  assert.ok(read.ok, JSON.stringify(read));
  const sent = read.value.dispatch({ ...NOTICE, ...notice }, { wall: 0, secrets });
  assert.ok(sent?.kind === "snmp");
  return sent;
}

for (const [name, notice, number] of [
  ["info", { severity: "info" }, 1],
  ["critical", { severity: "critical" }, 5],
  ["a test", { severity: "critical", isTest: true }, 7],
  ["the end of the last incident", { id: "incident-ended", severity: "notice" }, 6],
  ["the end of one of two", { id: "incident-ended", severity: "notice", openIncidents: 1 }, 2],
] as const) {
  test(`${name} is notification ${number}`, () => {
    assert.equal(dispatch(notice).notification, `${ROOT_OID}.0.${number}`);
  });
}

test("a folder in which nothing can be remembered is an answer, not an end", async () => {
  const params = { host: "127.0.0.1", port: 9, version: "v3", user: "solo" };
  const said = await deliverSnmp(dispatch({}, params), 1000, {
    run: "/dev/null",
    state: "/dev/null",
  });
  assert.equal(said?.step, "connect");
  assert.match(said.why, /ENOTDIR/);
});

test("texts are cut to whole letters, and it stays one packet", () => {
  const long = "大".repeat(3000);
  const { varbinds } = dispatch({
    message: long,
    title: long,
    whatToDo: long,
    id: long,
    module: long,
  });
  const texts = varbinds.flatMap((one) => (one.type === "text" ? [one.value] : []));
  assert.ok(texts.every((text) => !text.includes("\uFFFD")));
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  assert.ok(bytes < 1200, String(bytes));
  const message = varbinds.find(({ oid }) => oid === objectOid("message"));
  assert.match(String(message?.value), /^大+…$/);
});

for (const [server, id] of [
  ["shop1", "80001f880473686f7031"],
  ["a".repeat(27), `80001f8804${"61".repeat(27)}`],
  ["a".repeat(28), /^80001f8804(?:61){19}(?:3[0-9]|6[1-6]){8}$/],
] as const) {
  test(`${server.slice(0, 5)}… (${server.length}) signs as ${String(id).slice(0, 20)}`, () => {
    if (typeof id === "string") assert.equal(engineIdOf(undefined, server), id);
    else assert.match(engineIdOf(undefined, server), id);
  });
}

test("v3 with passwords from secrets; a short one is refused", () => {
  const v3 = {
    version: "v3",
    user: "solo",
    "auth-password": { env: "A" },
    "engine-id": "80001F88AA",
  };
  const sent = dispatch({}, v3, { "auth-password": "long enough" });
  assert.deepEqual(sent.speaker, {
    user: "solo",
    auth: { protocol: "sha256", password: "long enough" },
    privacy: null,
    engineId: "80001f88aa",
  });
  assert.throws(() => dispatch({}, v3, { "auth-password": "short" }), /fewer than 8/);
  assert.deepEqual(dispatch({}).speaker, { community: "public" });
});

for (const [params, key] of [
  [{ user: "solo" }, "user"],
  [{ version: "v3" }, "version"],
  [{ version: "v3", user: "a", community: { env: "C" } }, "community"],
  [{ version: "v3", user: "a", "privacy-password": { env: "P" } }, "privacy-password"],
  [{ version: "v3", user: "a" }, "user"],
  [{ version: "v3", user: "a", "auth-password": { env: "A" } }, null],
  [{}, null],
] as const) {
  test(`${JSON.stringify(params)}: ${key === null ? "nothing to say" : `a word on ${key}`}`, () => {
    const read = snmp.read({ host: "a", ...params });
    assert.ok(read.ok);
    assert.deepEqual(
      read.value.complaints.map((one) => one.key),
      key === null ? [] : [key],
    );
  });
}

for (const params of [
  { host: "" },
  { host: "a", port: 0 },
  { host: "a", "engine-id": "0x80001f88" },
  { host: "a", community: "public" },
]) {
  test(`${JSON.stringify(params)} cannot be read`, () => assert.equal(snmp.read(params).ok, false));
}

test("a time is DateAndTime of SNMPv2-TC", () => {
  const bytes = dateAndTime(Date.UTC(2027, 0, 15, 12, 30, 5, 700));
  assert.deepEqual([...bytes], [0x07, 0xeb, 1, 15, 12, 30, 5, 7, 0x2b, 0, 0]);
});

test("the MIB names every event, in texts that every reader takes", () => {
  const mib = readFileSync(join(ROOT, "config/snmp/SOLOSAFE-MIB.txt"), "utf8");
  for (const id of Object.keys(CATALOGUE)) assert.match(mib, new RegExp(`\\s${id}[,.]`), id);
  // Net-SNMP's parser has room for 4096 bytes in a quoted text.
  for (const [text] of mib.matchAll(/"[^"]*"/g)) assert.ok(text.length < 4000, text.slice(0, 80));
  assert.doesNotMatch(mib, /[^\x20-\x7e\n]/);
});
