/** The whole way: a real agent tells Debian's snmptrapd, signed and encrypted. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { engineIdOf } from "../../src/notifiers/snmp.ts";
import { AgentLab, until } from "../agent/agent-lab.ts";
import { cli } from "../cli/run-cli.ts";
import { catchTraps, snmpIsMissing } from "./trap-catcher.ts";

test("an incident and a test are heard, by the engine of this server", {
  skip: snmpIsMissing(),
}, async (t) => {
  const lab = new AgentLab();
  const catcher = await catchTraps(lab.folder, [
    `createUser -e 0x${engineIdOf(undefined, hostname())} solo SHA-256 signed-4711 AES hidden-4711`,
    "authUser log solo priv",
  ]);
  t.after(async () => {
    await catcher.close();
    await lab.close(t);
  });
  const [auth, privacy] = ["auth", "privacy"].map((name) => join(lab.folder, `snmp.${name}`));
  writeFileSync(auth ?? "", "signed-4711\n");
  writeFileSync(privacy ?? "", "hidden-4711\n");
  lab.configure(`
destinations:
  nms:
    type: snmp
    host: 127.0.0.1
    port: ${catcher.port}
    version: v3
    user: solo
    auth-password: { file: "${auth}" }
    privacy-password: { file: "${privacy}" }
    severity: info
monitors:
  backup: { type: message, interval: 1h, recovery: { target: none, final-action: none } }
`);
  await lab.startSpawner();
  await lab.startAgent().ready;
  await lab.client.call("message", { monitor: "backup", outcome: "failed", text: "tape is full" });
  const hears = (part: string): Promise<true> =>
    until(`${part} is heard`, () => catcher.traps().some((one) => one.includes(part)) || null);
  await hears("solosafeEvent.0 incident-opened");
  const said = await cli(["destination", "test", "nms", "--state", lab.folder]);
  assert.equal(said.code, 0, said.out + said.err);
  await hears("SOLOSAFE-MIB::solosafeTestNotification");
  // What must never go back is remembered for this boot, and for the next.
  for (const folder of [lab.paths.run, lab.paths.state]) {
    const file = join(folder, "snmp-boots.json");
    assert.ok(existsSync(file), file);
    assert.ok(JSON.parse(readFileSync(file, "utf8")).boots > 3_000_000);
  }
});
