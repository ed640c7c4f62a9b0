import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient } from "../../src/api/client.ts";
import { GUARD_FIFO } from "../../src/base/guard-message.ts";
import { pathsBelow } from "../../src/base/paths.ts";
import { oneOfEachKind } from "./each-kind.ts";
import { largeConfig } from "./large.ts";
import {
  endByCommand,
  endProgram,
  findByCommand,
  freePorts,
  type Memory,
  readCpuMs,
  readMemory,
  startProgram,
} from "./processes.ts";
import { readPssAlone } from "./pss.ts";
import { type Bench, guardCommand, productCommand } from "./rivals.ts";

/** What one resident program costs while nothing happens. */
export interface Idle {
  readonly name: "agent" | "spawner" | "guard";
  readonly memory: Memory;
  readonly cpuMsPerMinute: number;
}

const CHECKOUT = join(import.meta.dirname, "../..");
const START_MS = 60_000;
/** The agent tidies its memory once, ten seconds after its start; that is not idling. */
const SETTLE_MS = 15_000;
/** Pages and code that the work needs have come back by then; from then on it idles. */
const WORK_MS = 60_000;

/**
 * Runs the product with a file, waits until everything is active, and hands over. A guard with
 * stand-ins for what is dangerous runs beside it, told everything and proved to as on a server.
 */
async function withProduct<Value>(
  bench: Bench,
  name: string,
  config: string,
  use: (
    times: { answersMs: number; allActiveMs: number },
    folder: string,
    client: Client,
  ) => Promise<Value>,
): Promise<Value> {
  const folder = join(bench.folder, name);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "solosafe.yaml");
  writeFileSync(file, config);
  const paths = pathsBelow(join(folder, "state"), file);
  mkdirSync(paths.run, { recursive: true });
  const guard = startProgram(guardCommand(bench, paths.run), join(folder, "guard.log"), folder);
  await waitFor(join(paths.run, GUARD_FIFO));
  const startedAt = performance.now();
  const child = startProgram(productCommand(bench, folder, file), join(folder, "log"), folder);
  const client = createClient(paths.control);
  try {
    let answersMs: number | null = null;
    while (performance.now() - startedAt < START_MS && child.exitCode === null) {
      const status = await client.call("status", {});
      const tookMs = performance.now() - startedAt;
      if (status.ok) answersMs ??= tookMs;
      if (status.ok && status.value.groups.every(({ phase }) => phase === "active")) {
        return await use({ answersMs: answersMs ?? tookMs, allActiveMs: tookMs }, folder, client);
      }
      await sleep(50);
    }
    throw new Error(`not everything became active\n${tail(join(folder, "log"))}`);
  } finally {
    await endProgram(child);
    await endProgram(guard);
    endByCommand([bench.dist, folder]);
    endByCommand([bench.server, "sleep"]);
  }
}

/** It is told over a FIFO that has to be there before the agent looks for one. */
async function waitFor(path: string): Promise<void> {
  const until = performance.now() + START_MS;
  while (!existsSync(path)) {
    if (performance.now() > until) throw new Error("the guard does not start");
    await sleep(10);
  }
}

/** Memory and processor time of the programs while they guard the demonstration. */
export async function measureIdle(bench: Bench, seconds: number): Promise<readonly Idle[]> {
  const ports = await freePorts(1);
  const state = join(bench.folder, "idle", "state");
  const config = demoConfig(bench, ports[0] ?? 0, state);
  return await withProduct(bench, "idle", config, async (_times, folder) => {
    await sleep(SETTLE_MS + WORK_MS);
    const programs = [
      { name: "agent", pids: findByCommand([join(bench.dist, "agent.js"), folder]) },
      { name: "spawner", pids: findByCommand([join(bench.dist, "workers.js"), folder]) },
      { name: "guard", pids: findByCommand([join(bench.dist, "guard.js"), folder]) },
    ] as const;
    const before = programs.map(({ pids }) => sum(pids, readCpuMs));
    await sleep(seconds * 1000);
    return programs.map(({ name, pids }, at) => {
      if (pids.length !== 1) throw new Error(`there are ${pids.length} processes of the ${name}`);
      const ran = sum(pids, readCpuMs) - (before[at] ?? 0);
      const memory = readMemory(pids[0] ?? 0);
      return { name, memory, cpuMsPerMinute: (ran * 60) / seconds };
    });
  });
}

/** Memory of all resident programs together, with the demonstration and one monitor of each kind. */
export async function measureEachKind(
  bench: Bench,
): Promise<{ readonly pss: number; readonly processes: number; readonly unwell: string[] }> {
  const port = (await freePorts(1))[0] ?? 0;
  const state = join(bench.folder, "each-kind", "state");
  const lines = oneOfEachKind(port, bench.folder);
  const config = `${demoConfig(bench, port, state)}\n${lines.join("\n")}\n`;
  return await withProduct(bench, "each-kind", config, async (_times, folder, client) => {
    await sleep(SETTLE_MS + WORK_MS);
    const status = await client.call("status", {});
    const monitors = status.ok ? status.value.monitors : [];
    const pids = ["agent.js", "workers.js", "guard.js"].flatMap((program) =>
      findByCommand([join(bench.dist, program), folder]),
    );
    return {
      pss: readPssAlone(pids),
      processes: pids.length,
      unwell: monitors
        .filter((one) => one.status !== "ok")
        .map((one) => `${one.name} is ${one.status}: ${one.reason}`),
    };
  });
}

/** From the command to the agent's first answer with so many monitors and no resources. */
export async function measureMonitorsStart(bench: Bench, monitors: number): Promise<number> {
  const lines = Array.from({ length: monitors }, (_, at) => `  m${at}: { process: init${at} }`);
  const config = `version: 1\nmonitors:\n${lines.join("\n")}\n`;
  return await withProduct(bench, "start", config, ({ answersMs }) => Promise.resolve(answersMs));
}

/** From the command to the agent's first answer, and to the last of the thousand resources. */
export function measureLargeStart(
  bench: Bench,
): Promise<{ readonly answersMs: number; readonly allActiveMs: number }> {
  return withProduct(bench, "large", largeConfig(bench.server), (times) => Promise.resolve(times));
}

/** The demonstration of `npm start`, filled in for this run. */
function demoConfig(bench: Bench, port: number, state: string): string {
  const words: Readonly<Record<string, string>> = {
    node: bench.node,
    checkout: CHECKOUT,
    port: String(port),
    state,
  };
  const text = readFileSync(join(CHECKOUT, "config/demo.yaml"), "utf8");
  return text.replaceAll(/@([a-z]+)@/g, (whole, word: string) => words[word] ?? whole);
}

function sum(pids: readonly number[], read: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + read(pid), 0);
}

function tail(path: string): string {
  return readFileSync(path, "utf8").slice(-2000);
}
