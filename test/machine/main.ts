/**
 * `npm run test:machine [-- --core | --all | name…]`: real machines that can really hang, panic
 * and be reset. A name is a case's or a part of it; without any the core runs. Needs root and the
 * Debian packages of `.ci/packages`. SOLOSAFE_LAB_CACHE names another folder for what is built
 * once, SOLOSAFE_LAB_LANES (2) how many machines run at once, SOLOSAFE_LAB_PATIENCE (6) how much
 * longer than on a quiet machine anything may take.
 * Its last line is always `N passed, N failed, N skipped`.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/program.ts";
import type { Case } from "./case.ts";
import { AGENT_CASES } from "./cases/agent.ts";
import { BOOT_MENU_CASES } from "./cases/boot-menu.ts";
import { DEVICE_CASES } from "./cases/devices.ts";
import { END_CASES } from "./cases/ends-of-boots.ts";
import { ENDURANCE_CASES } from "./cases/endurance.ts";
import { EVIDENCE_CASES } from "./cases/evidence.ts";
import { FILE_SYSTEM_CASES } from "./cases/file-system.ts";
import { HARDWARE_CASES } from "./cases/hardware.ts";
import { INSTALLATION_CASES } from "./cases/installation.ts";
import { MAPPED_DISK_CASES } from "./cases/mapped-disk.ts";
import { REBOOT_CASES } from "./cases/reboots.ts";
import { ROOT_DISK_CASES } from "./cases/root-disk.ts";
import { SCSI_CASES } from "./cases/scsi-disk.ts";
import { SERVICE_CASES } from "./cases/services.ts";
import { SHUTDOWN_CASES } from "./cases/shutdowns.ts";
import { buildImage, type Image } from "./image/build-image.ts";
import { buildProduct } from "./build-product.ts";
import { Lane } from "./run-case.ts";
import { STALL_CASES } from "./cases/stalls.ts";

/** The longest come first, so that no machine has to wait for another at the end. */
const CASES: readonly Case[] = [
  ...ENDURANCE_CASES,
  ...ROOT_DISK_CASES,
  ...REBOOT_CASES,
  ...AGENT_CASES,
  ...SERVICE_CASES,
  ...HARDWARE_CASES,
  ...SCSI_CASES,
  ...MAPPED_DISK_CASES,
  ...FILE_SYSTEM_CASES,
  ...SHUTDOWN_CASES,
  ...STALL_CASES,
  ...END_CASES,
  ...EVIDENCE_CASES,
  ...DEVICE_CASES,
  ...INSTALLATION_CASES,
  ...BOOT_MENU_CASES,
];
const CACHE = process.env["SOLOSAFE_LAB_CACHE"] ?? join(ROOT, ".solosafe/lab");

/** So many machines at once: two share two processors well, because they mostly wait. */
const LANES = Number(process.env["SOLOSAFE_LAB_LANES"] ?? 2);

function choose(words: readonly string[]): readonly Case[] {
  const names = words.filter((word) => !word.startsWith("--"));
  if (names.length > 0) return CASES.filter((one) => names.some((name) => one.name.includes(name)));
  return words.includes("--all") ? CASES : CASES.filter((one) => one.isCore);
}

async function prepare(): Promise<Image> {
  mkdirSync(CACHE, { recursive: true });
  const say = (line: string): void => console.log(line);
  return await buildProduct(await buildImage(CACHE, say), CACHE, say);
}

/** Each lane takes the next case when it is free: waits are most of the time of a case. */
async function runAll(chosen: readonly Case[], image: Image): Promise<number> {
  const waiting = [...chosen];
  let failed = 0;
  const run = async (number: number): Promise<void> => {
    const lane = new Lane(image, CACHE, number);
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      if (!(await lane.run(one))) failed += 1;
    }
    await lane.close();
  };
  await Promise.all(
    Array.from({ length: Math.min(LANES, chosen.length) }, (_, index) => run(index)),
  );
  return failed;
}

async function main(words: readonly string[]): Promise<void> {
  const startedAt = performance.now();
  const chosen = choose(words);
  let failed = 0;
  let skipped = 0;
  if (process.getuid?.() !== 0) {
    console.log("skipped: only root can build the guest");
    skipped = chosen.length;
  } else {
    try {
      failed = await runAll(chosen, await prepare());
    } catch (error) {
      console.log(`the lab itself: ${error instanceof Error ? error.stack : String(error)}`);
      failed = chosen.length;
    }
  }
  const passed = chosen.length - failed - skipped;
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(0)} s in all`);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

// Without these the machines would outlive an interrupted run.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => process.exit(130));
}
await main(process.argv.slice(2));
