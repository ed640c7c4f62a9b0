import assert from "node:assert/strict";
import type { Bench, Case } from "../case.ts";
import { until } from "../patience.ts";
import { shopConfig } from "./shop.ts";

const CONFIG = shopConfig();
const UNITS = ["solosafe-agent", "solosafe-spawner", "solosafe-guard"] as const;

/** A person who cannot get at the server otherwise says so from the boot menu. */
async function wayOut(bench: Bench): Promise<void> {
  const { machine, product, note } = bench;
  await product.begin(CONFIG);
  await product.waitUntilArmed();

  await bootWith(bench, "solosafe=off");
  for (const unit of UNITS) {
    const { out } = await machine.run(["systemctl", "is-active", unit]);
    assert.equal(out.trim(), "inactive", unit);
  }
  await expectUnwatched(bench);
  note("off: nothing runs");

  await bootWith(bench, "solosafe=observe");
  await until("the agent's answer", 20_000, () => product.status());
  const status = await product.cli("status");
  assert.match(status.out, /`solosafe=observe` is on the kernel's command line/);
  // It would have been armed a minute after the guard's start without any agent.
  await machine.run(["sleep", "65"], 65_000);
  await expectUnwatched(bench);
  note("observe: told, not armed");
}

async function bootWith({ machine }: Bench, word: string): Promise<void> {
  machine.agent.trigger(["systemctl", "poweroff"]);
  await machine.waitForEnd(20_000);
  await machine.powerOn([word]);
}

async function expectUnwatched({ machine }: Bench): Promise<void> {
  const states = await machine.shell("cat /sys/class/watchdog/watchdog*/state");
  assert.ok(!/^active/m.test(states), states);
}

export const BOOT_MENU_CASES: readonly Case[] = [
  {
    name: "boot-menu",
    promise: "`solosafe=off` and `=observe` on the kernel's command line leave the server alone.",
    isCore: false,
    run: wayOut,
  },
];
