import assert from "node:assert/strict";
import { unpackParcel } from "../build-product.ts";
import { type Bench, type Case, secondsSince } from "../case.ts";
import { until } from "../patience.ts";
import { DATA, page, shopConfig, WEB } from "./shop.ts";

/** A minute for an agent that has a sixth of a processor, emulated, for its start. */
const CONFIG = shopConfig({
  watchdog: "timeout: 60s, agent-timeout: 60s",
  resources: [WEB],
  monitors: [page("10s"), DATA],
});
const NEXT_VERSION = "99.0.0";
const INSTALL_QUIET_MS = 120_000;

/** All processors and the disk are busy until somebody stops the slice. */
const LOAD = `
for i in 1 2 3 4; do
  systemd-run -q --no-block --slice=load.slice sh -c 'while :; do :; done'
done
systemd-run -q --no-block --slice=load.slice sh -c 'while :; do dd if=/dev/zero of=/srv/load bs=1M count=64 conv=fsync; done'
`;

/** A build of a later version, as somebody has it who has pulled and built. */
const MAKE_NEXT = `
sed -i 's/"version": *"[^"]*"/"version": "${NEXT_VERSION}"/' /srv/checkout/dist/package.json
`;

/** What an installation must not touch. */
async function readLife({ machine, product }: Bench): Promise<Record<string, unknown>> {
  return {
    boot: await machine.bootId(),
    app: await product.pidOf("shop/app"),
    web: await machine.text("systemctl", "show", "nginx", "--value", "-p", "MainPID"),
    counted: (await product.reboots()).counted,
  };
}

/** Another version is put in the place of the one that runs, on a server that has much to do. */
async function upgradeUnderLoad(bench: Bench): Promise<void> {
  const { machine, product, note } = bench;
  await product.begin(CONFIG);
  await product.waitUntilArmed();
  await unpackParcel(machine);
  await machine.shell(MAKE_NEXT);
  const before = await readLife(bench);
  const mark = await product.mark();
  const events = machine.events.mark;
  await machine.shell(LOAD);
  const startedAt = performance.now();
  const installed = await machine.run(
    ["sh", "/srv/checkout/scripts/install-local.sh"],
    INSTALL_QUIET_MS,
  );
  assert.equal(installed.code, 0, installed.out + installed.err);
  note(`installed in ${secondsSince(startedAt)} under load`);
  await until("an agent of the new version", 60_000, async () => {
    const status = await product.status();
    return status?.agent.version === NEXT_VERSION ? true : null;
  });
  await product.waitUntilArmed();
  await product.waitForEvent("agent-restarted", {}, mark, 10_000);
  await machine.shell("systemctl stop load.slice");
  await product.waitUntilWell(30_000);
  assert.deepEqual(await readLife(bench), before);
  assert.deepEqual(machine.events.names(events), []);
  const seen = await product.events(mark);
  const wrong = ["incident-opened", "step-begun", "server-action-ordered", "agent-was-killed"];
  assert.deepEqual(
    seen.filter(({ id }) => wrong.includes(id)).map(({ id, fields }) => ({ id, fields })),
    [],
  );
  note(`events: ${[...new Set(seen.map(({ id }) => id))].join(", ")}`);
}

/** Removed: applications go on, nobody is left to be fed, and nothing of it is there any more. */
async function uninstall(bench: Bench): Promise<void> {
  const { machine, product } = bench;
  await product.begin(CONFIG);
  await product.waitUntilArmed();
  await unpackParcel(machine);
  const { app, web } = await readLife(bench);
  const boot = await machine.bootId();
  const events = machine.events.mark;
  const words = ["--uninstall", "--purge"];
  const removed = await machine.run(["sh", "/srv/checkout/scripts/install-local.sh", ...words]);
  assert.equal(removed.code, 0, removed.out + removed.err);
  const states = await machine.shell("cat /sys/class/watchdog/watchdog*/state");
  assert.ok(!/^active/m.test(states), states);
  await machine.shell(`rm -r /srv/checkout; kill -0 ${String(app)} ${String(web)}`);
  const left = await machine.shell(`
# The scopes of the applications stay as long as these.
for kind in service socket target; do
  systemctl list-units --all --plain --no-legend "solosafe*.$kind"
  systemctl list-unit-files --no-legend "solosafe*.$kind" || true
done
pgrep -af '[l]ib/solosafe' || true
find / -xdev -iname '*solosafe*' -not -path '/proc/*'
`);
  assert.equal(left, "", "something is left");
  // Longer than the device waited while it was armed.
  await machine.shell("sleep 35");
  await machine.shell(`kill -0 ${String(app)} ${String(web)}`);
  assert.deepEqual([await machine.bootId(), ...machine.events.names(events)], [boot]);
}

export const INSTALLATION_CASES: readonly Case[] = [
  {
    name: "upgrade-under-load",
    promise: "Another version takes over under full load: no reset, no action, nothing touched.",
    isCore: true,
    run: upgradeUnderLoad,
  },
  {
    name: "uninstall",
    promise: "Removal leaves applications running, no armed watchdog and no trace.",
    isCore: false,
    run: uninstall,
  },
];
