/** The command line: `solosafe COMMAND …`. This file only connects it to the process it runs in. */
import { join } from "node:path";
import * as z from "zod/mini";
import { GUARD_FIFO, GUARD_REPORT } from "../base/guard-message.ts";
import { historySegments } from "../host/history-segments.ts";
import { readProductVersion } from "../host/product-version.ts";
import { storageOf } from "../host/storage.ts";
import { isContainer, readKernelWish } from "../host/surroundings.ts";
import { runCli } from "./cli.ts";
import type { GuardTalk, HeldWatchdog } from "./guard-tools.ts";
import { findCheckout } from "./places.ts";

async function main(): Promise<void> {
  z.config(z.locales.en());
  const listeners: (() => void)[] = [];
  // Whoever reads our output may leave early (`| head`, a closed terminal): that ends a command,
  // but what has to be ended in order is still ended in order.
  process.stdout.on("error", () => {
    if (listeners.length === 0) process.exit(0);
    for (const listener of listeners.splice(0)) listener();
  });
  process.stderr.on("error", () => {});
  process.exitCode = await runCli(process.argv.slice(2), {
    version: readProductVersion(),
    environment: process.env,
    currentFolder: process.env["INIT_CWD"] ?? process.cwd(),
    checkout: findCheckout(),
    isTerminal: process.stdout.isTTY === true,
    width: process.stdout.columns ?? 80,
    onInterrupt: (listener) => {
      listeners.push(listener);
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, listener);
    },
    storageOf,
    isContainer: isContainer(),
    kernelWish: readKernelWish(),
    guard: { listWatchdogs, askGuard },
    historySegments: (state) => historySegments(`${state}/history`),
    keptEvidence: {
      list: async (state, incident) => {
        const { listKept } = await import("../host/kept-evidence.ts");
        return await listKept(`${state}/evidence`, incident);
      },
      read: async (state, ...wanted) => {
        const { readKept } = await import("../host/kept-evidence.ts");
        return await readKept(`${state}/evidence`, ...wanted);
      },
    },
    ask: async (question, isSecret) => {
      const { ask } = await import("./ask.ts");
      return await ask(question, isSecret);
    },
    replaceFile: async (path, text) => {
      const { replaceConfigFile } = await import("../host/config-files.ts");
      await replaceConfigFile(path, text, () => true);
    },
    upload: async (...what) => (await import("../host/upload.ts")).upload(...what),
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
  });
}

async function listWatchdogs(): Promise<readonly HeldWatchdog[]> {
  const [devices, holders] = await Promise.all([
    import("../host/watchdog-devices.ts"),
    import("../host/device-holders.ts"),
  ]);
  const found = devices.listWatchdogs();
  const held = holders.findHolders(found.map(({ path }) => path));
  return found.map((facts) => ({ ...facts, holder: held.get(facts.path) ?? null }));
}

async function askGuard(run: string): Promise<GuardTalk> {
  const [{ monotonic }, { GuardWriter }, { readGuardReport }] = await Promise.all([
    import("../host/clock.ts"),
    import("../host/guard-writer.ts"),
    import("../host/report-file.ts"),
  ]);
  const writer = new GuardWriter(join(run, GUARD_FIFO));
  return {
    isRoot: process.geteuid?.() === 0,
    now: monotonic,
    report: () => readGuardReport(join(run, GUARD_REPORT)),
    tell: (message) => writer.send(message),
  };
}

main().catch((error: unknown) => {
  process.stderr.write(
    `solosafe: a bug of this program: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(70);
});
