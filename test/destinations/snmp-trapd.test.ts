/** Notifications as Debian's snmptrapd hears them, with our MIB loaded. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Delivered, Notice, SnmpDispatch } from "../../src/base/destination.ts";
import { engineIdOf, snmp } from "../../src/notifiers/snmp.ts";
import { ROOT_OID } from "../../src/notifiers/snmp-mib.ts";
import { deliver } from "../../src/workers/deliver.ts";
import { until } from "../process/lab.ts";
import { catchTraps, MIB_FOLDERS, SNMPTRANSLATE, snmpIsMissing } from "./trap-catcher.ts";

const skip = snmpIsMissing();

const NOTICE: Notice = {
  number: 4711,
  wall: Date.UTC(2027, 0, 15, 12, 30, 5, 700),
  server: "shop1",
  title: "Shop, 大阪",
  module: "monitor",
  id: "monitor-failed",
  severity: "error",
  message: "Monitor `page` failed: status 500.",
  whatToDo: "Look at it.",
  incident: "20270115-1",
  fields: {},
  openIncidents: 1,
  more: 0,
  isTest: false,
};

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), "solosafe snmp-"));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Dispatched as configured, then delivered by a sender whose folders lie in `places`. */
async function tell(
  places: string,
  params: Readonly<Record<string, unknown>>,
  notice: Notice = NOTICE,
  secrets: Readonly<Record<string, string>> = {},
  timeoutMs = 60_000,
): Promise<Delivered> {
  const read = snmp.read({ host: "127.0.0.1", ...params });
  assert.ok(read.ok, JSON.stringify(read));
  const dispatch = read.value.dispatch(notice, { wall: 0, secrets });
  assert.ok(dispatch?.kind === "snmp");
  return await deliver(dispatch satisfies SnmpDispatch, timeoutMs, { run: places, state: places });
}

function readState(places: string): string {
  return readFileSync(join(places, "snmp-boots.json"), "utf8");
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

const V3 = { version: "v3", user: "solo", auth: "sha256" };
const SECRETS = { "auth-password": "signed-4711", "privacy-password": "hidden-4711" };
const PASSWORDS = { "auth-password": { env: "A" }, "privacy-password": { env: "B" } };
const USER = `createUser -e 0x${engineIdOf(undefined, "shop1")} solo SHA-256 signed-4711 AES hidden-4711`;

test("the MIB is understood, and its numbers are those that we send", { skip }, (t) => {
  const own = folder(t);
  const translate = (...words: readonly string[]): string => {
    const all = ["-M", MIB_FOLDERS, "-m", "SOLOSAFE-MIB", ...words];
    const env = { PATH: process.env["PATH"] ?? "", SNMP_PERSISTENT_DIR: own };
    const run = spawnSync(SNMPTRANSLATE, all, { encoding: "utf8", env, timeout: 120_000 });
    assert.equal(run.status, 0, run.stderr);
    return run.stdout + run.stderr.replaceAll(/^.*MACRO \(lines.*\n|^Created directory.*\n/gm, "");
  };
  // With -Pw everything that is not as it should be is told.
  assert.equal(translate("-Pw", "-On", "SOLOSAFE-MIB::solosafe"), `.${ROOT_OID}\n`);
  assert.equal(translate("-On", "SOLOSAFE-MIB::solosafeOpenIncidents.0"), `.${ROOT_OID}.1.10.0\n`);
  assert.equal(translate("-On", "SOLOSAFE-MIB::solosafeWellNotification"), `.${ROOT_OID}.0.6\n`);
  assert.match(translate("-Td", "SOLOSAFE-MIB::solosafeEvent"), /monitor-failed,\s/);
});

test("v2c: a trap with everything that is known, by its name", { skip }, async (t) => {
  const places = folder(t);
  const catcher = await catchTraps(places, ["authCommunity log public"]);
  t.after(() => catcher.close());
  assert.equal(await tell(places, { port: catcher.port }), null);
  const trap = await until("the trap is heard", () => catcher.traps()[0] ?? null);
  for (const part of [
    " SOLOSAFE-MIB::solosafeErrorNotification",
    "SOLOSAFE-MIB::solosafeServer.0 Shop, 大阪 (shop1)",
    "SOLOSAFE-MIB::solosafeEvent.0 monitor-failed",
    "SOLOSAFE-MIB::solosafeSeverity.0 error",
    "SOLOSAFE-MIB::solosafeMessage.0 Monitor page failed: status 500.",
    "SOLOSAFE-MIB::solosafeIncident.0 20270115-1",
    "SOLOSAFE-MIB::solosafeTime.0 2027-1-15,12:30:5.7,+0:0",
    "SOLOSAFE-MIB::solosafeNumber.0 4711",
    "SOLOSAFE-MIB::solosafeOpenIncidents.0 1",
  ]) {
    assert.ok(trap.includes(part), `${part} is not in ${trap}`);
  }
});

test("v2c: an inform is confirmed; one that nobody hears is not", { skip }, async (t) => {
  const places = folder(t);
  const catcher = await catchTraps(places, ["authCommunity log mine"]);
  t.after(() => catcher.close());
  const inform = { port: catcher.port, inform: true, community: { env: "C" } };
  const ended = { ...NOTICE, id: "incident-ended", openIncidents: 0 };
  assert.equal(await tell(places, inform, ended, { community: "mine" }), null);
  await until("it is heard", () => catcher.traps().some((one) => one.includes("solosafeWell")));
  const dead = await catchTraps(join(places, "other"), ["authCommunity log other"]);
  const { port } = dead;
  await dead.close();
  const refused = await tell(places, { port, inform: true }, NOTICE, {}, 900);
  assert.equal(refused?.step, "recipient");
  assert.match(refused?.why ?? "", /did not confirm it/);
});

test("v3: signed and encrypted, and still taken when the sender was started anew", {
  skip,
}, async (t) => {
  const places = folder(t);
  const catcher = await catchTraps(places, [USER, "authUser log solo priv"]);
  t.after(() => catcher.close());
  const v3 = { ...V3, ...PASSWORDS, port: catcher.port };
  const count = async (number: number): Promise<void> => {
    await until(`${number} are heard`, () => catcher.traps().length >= number);
    assert.equal(catcher.traps().length, number);
  };
  assert.equal(await tell(places, v3, NOTICE, SECRETS), null);
  await count(1);
  assert.match(catcher.traps()[0] ?? "", /solosafeMessage\.0 Monitor page failed/);
  // The next one belongs to the same boot of the engine, and to a later time of it.
  assert.equal(await tell(places, v3, NOTICE, SECRETS), null);
  await count(2);
  // Another boot of the server: the counter is higher, and the time small again.
  const { boots }: { boots: number } = JSON.parse(readState(places));
  writeFileSync(join(places, "snmp-boots.json"), JSON.stringify({ bootId: "before", boots }));
  assert.equal(await tell(places, v3, { ...NOTICE, isTest: true }, SECRETS), null);
  await count(3);
  assert.equal(JSON.parse(readState(places)).boots, boots + 1);
  // What was told by an older boot of the engine is a repeat, and not taken.
  const old = JSON.stringify({ bootId: bootId(), boots: boots - 1 });
  writeFileSync(join(places, "snmp-boots.json"), old);
  assert.equal(await tell(places, v3, NOTICE, SECRETS), null);
  writeFileSync(
    join(places, "snmp-boots.json"),
    JSON.stringify({ bootId: bootId(), boots: boots + 2 }),
  );
  assert.equal(await tell(places, v3, { ...NOTICE, id: "monitor-cured" }, SECRETS), null);
  await count(4);
  assert.match(catcher.traps()[3] ?? "", /monitor-cured/);
});

test("v3: an inform is signed for the listener's engine, and confirmed", { skip }, async (t) => {
  const places = folder(t);
  const user = "createUser solo SHA-256 signed-4711 AES hidden-4711";
  const catcher = await catchTraps(places, [user, "authUser log solo priv"]);
  t.after(() => catcher.close());
  const v3 = { ...V3, ...PASSWORDS, inform: true, port: catcher.port };
  assert.equal(await tell(places, v3, NOTICE, SECRETS), null);
  await until("it is heard", () => catcher.traps().length === 1);
  const wrong = await tell(places, v3, NOTICE, { ...SECRETS, "auth-password": "another-one" }, 900);
  assert.notEqual(wrong, null);
  assert.equal(catcher.traps().length, 1);
});
