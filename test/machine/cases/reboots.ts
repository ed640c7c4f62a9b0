import assert from "node:assert/strict";
import type { Bench, Case } from "../case.ts";
import { MAIL_TO_KEEPER, MailServer } from "../mail-server.ts";
import { expectWhy } from "../told-why.ts";
import { shopConfig } from "./shop.ts";

const LADDER = "reactivation-threshold: 1, group-restart-threshold: 1, final-action: reboot";

/** The application is well while its file is away; what the ladder does is over within seconds. */
function config(file: string, ladder: string, more = ""): string {
  return shopConfig({
    // Ready whatever its monitor says: else a start would wait for that to be ok.
    app: 'ready: { script: ["true"], interval: 500ms }',
    reboots: "limit: 2, graceful-timeout: 20s",
    monitors: [
      `work: { script: [test, "!", -e, ${file}], interval: 2s, timeout: 10s, failure-timeout: 1m, recovery: { target: shop/app, ${ladder} } }`,
    ],
    more,
  });
}

/** Makes the fault and waits until the kernel has gone down for it; gives the boot that came then. */
async function breakUntilReset(bench: Bench, file: string): Promise<string> {
  const { machine, product, note } = bench;
  const boot = await machine.bootId();
  const events = machine.events.mark;
  const mark = await product.mark();
  const brokenAt = Date.now();
  await machine.shell(`touch ${file}`);
  const ordered = await product.waitForEvent("server-action-ordered", {}, mark, 60_000);
  const reset = await machine.waitForEvent("RESET", events, 40_000);
  note(
    `ordered after ${seconds(ordered.wall - brokenAt)}, down ${seconds(reset.at - ordered.wall)} later`,
  );
  const next = await machine.waitForGuest(boot);
  await product.waitForEvent("boot-recorded", {}, mark, 30_000);
  return next;
}

/** Which steps were taken since then. */
async function stepsSince({ product }: Bench, mark: number): Promise<readonly unknown[]> {
  const seen = await product.events(mark);
  return seen.flatMap(({ id, fields }) => (id === "step-begun" ? [fields["step"]] : []));
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** A fault that only a reboot cures, because its file lies in memory. */
async function rebootCures(bench: Bench): Promise<void> {
  const { machine, product } = bench;
  const mails = await MailServer.begin(machine);
  await product.begin(config("/run/broken", LADDER, MAIL_TO_KEEPER));
  const pid = await product.pidOf("shop/app");
  let mark = await product.mark();
  await machine.shell(`kill -KILL ${pid}`);
  await product.waitForEvent("resource-ready", { resource: "shop/app" }, mark, 10_000);
  mark = await product.mark();
  await breakUntilReset(bench, "/run/broken");
  const steps = await stepsSince(bench, mark);
  assert.deepEqual(steps.slice(0, 2), ["reactivation", "group-restart"]);
  await product.waitUntilWell(40_000);
  const recorded = await product.waitForEvent("boot-recorded", {}, mark, 20_000);
  assert.equal(recorded.fields["verdict"], "ordered");
  const { counted } = await product.reboots();
  assert.deepEqual(
    counted.map(({ kind, monitor }) => ({ kind, monitor })),
    [{ kind: "reboot", monitor: "work" }],
  );
  await expectWhy(bench, { verdict: "by-solosafe", confidence: "certain" }, ["end-ordered"]);
  await mails.expect(
    /^\[lab\] SoloSafe ended the boot before/,
    /SoloSafe ended the boot before: it decided to reboot the server because of `work`\./,
  );
}

/** A fault that no reboot cures: one, and not another. */
async function rebootDoesNotHelp(bench: Bench): Promise<void> {
  const { machine, product } = bench;
  await product.begin(config("/srv/broken", LADDER));
  const mark = await product.mark();
  const boot = await breakUntilReset(bench, "/srv/broken");
  await product.waitForEvent("reboot-did-not-help", { monitor: "work" }, mark, 60_000);
  await product.waitForEvent("recovery-exhausted", { monitor: "work" }, mark, 60_000);
  // Longer than the ladder took before.
  await machine.shell("sleep 15");
  assert.equal(await machine.bootId(), boot, "it was rebooted again");
  assert.equal((await product.reboots()).counted.length, 1);
}

/** With repeat-reboot it is tried up to the limit; then the server stays, alive and telling. */
async function rebootUntilLimit(bench: Bench): Promise<void> {
  const { machine, product } = bench;
  await product.begin(config("/srv/broken", `${LADDER}, repeat-reboot: true`));
  const mark = await product.mark();
  const second = await breakUntilReset(bench, "/srv/broken");
  const third = await machine.waitForGuest(second, 120_000);
  await product.waitForEvent("server-action-blocked", { monitor: "work" }, mark, 90_000);
  await machine.shell("sleep 15");
  assert.equal(await machine.bootId(), third, "it was rebooted beyond the limit");
  assert.equal((await product.reboots()).counted.length, 2);
}

export const REBOOT_CASES: readonly Case[] = [
  {
    name: "reboot-cures",
    promise: "A fault that a reboot cures climbs the ladder to one reboot, which the record tells.",
    isCore: true,
    run: rebootCures,
  },
  {
    name: "reboot-does-not-help",
    promise: "A permanent fault causes one reboot, which did not help, and no second one.",
    isCore: true,
    run: rebootDoesNotHelp,
  },
  {
    name: "reboot-until-limit",
    promise: "With repeat-reboot exactly the limit is used; then the agent lives on and tells.",
    isCore: true,
    run: rebootUntilLimit,
  },
];
