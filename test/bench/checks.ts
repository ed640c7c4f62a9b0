import type { ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "../../src/api/client.ts";
import { pathsBelow } from "../../src/base/paths.ts";
import { MONITOR_TYPES } from "../../src/monitors/registry.generated.ts";
import {
  endByCommand,
  endProgram,
  findByCommand,
  freePorts,
  readChildrenCpuMs,
  readCpuMs,
  startProgram,
  waitForPorts,
} from "./processes.ts";
import { readPssAlone } from "./pss.ts";
import { type Bench, findProgram, productCommand } from "./rivals.ts";

/** So many checks, so often; `hasPrograms` false leaves out the tenth that starts programs. */
export interface Load {
  readonly checks: number;
  readonly intervalS: number;
  readonly hasPrograms: boolean;
}

/** What one side of the comparison cost. */
export interface Cost {
  /** Own time and that of ended children, in seconds a minute. */
  readonly cpuSPerMinute: number;
  readonly pss: number;
}

export interface CheckCosts {
  readonly load: Load;
  readonly monit: Cost;
  readonly soloSafe: Cost;
}

type Kind = "process" | "file" | "ping" | "tcp" | "filesystem" | "program";

/** Of each ten checks, the mix of the baselines: 4 process, 2 file, 1 of each other. */
const MIX: readonly Kind[] = [
  "process",
  "process",
  "process",
  "process",
  "file",
  "file",
  "ping",
  "tcp",
  "filesystem",
  "program",
] as Kind[];
const SLEEPERS = 10;
/** The agent tidies its memory ten seconds after its start; and each check was made at its pace. */
const SETTLE_MS = 20_000;
const START_MS = 60_000;

/**
 * Runs monit and the product with the same checks at the same time, so that whatever else this
 * machine does meets both alike, and adds up what each of them used. Several loads run beside each
 * other, each with a monit and a product of its own. Null = monit is not here.
 */
export async function compareChecks(
  bench: Bench,
  loads: readonly Load[],
  seconds: number,
): Promise<readonly CheckCosts[] | null> {
  const monit = findProgram("monit");
  if (monit === null) return null;
  const sides: Sides[] = [];
  try {
    for (const load of loads) sides.push(await startSides(bench, load, monit));
    await sleep(SETTLE_MS + Math.max(...loads.map(({ intervalS }) => intervalS)) * 1000);
    return await Promise.all(sides.map((side) => measureSides(bench, side, seconds)));
  } finally {
    for (const side of sides) await endSides(bench, side);
  }
}

/** Both programs at work on one load, and what they watch. */
interface Sides {
  readonly load: Load;
  readonly folder: string;
  readonly pidFolder: string;
  readonly monit: number;
  readonly children: readonly ChildProcess[];
}

async function startSides(bench: Bench, load: Load, monit: string): Promise<Sides> {
  const { checks, intervalS, hasPrograms } = load;
  const folder = join(
    bench.folder,
    `checks-${checks}-${intervalS}-${hasPrograms ? "all" : "none"}`,
  );
  mkdirSync(folder, { recursive: true });
  // Pid files lie in memory on every server (/run); the temporary folder may be on a disk.
  const pidFolder = mkdtempSync(
    join(existsSync("/dev/shm") ? "/dev/shm" : folder, "solosafe-bench-"),
  );
  const children: ChildProcess[] = [];
  try {
    const port = (await freePorts(1))[0] ?? 0;
    const watch = (words: string): number => {
      const command: [string, string] = [bench.server, words];
      children.push(startProgram(command, join(folder, "watched"), folder));
      return children.at(-1)?.pid ?? 0;
    };
    watch(String(port));
    const pids = Array.from({ length: SLEEPERS }, () => watch("sleep"));
    await waitForPorts([port], START_MS);
    const kinds = kindsOf(load);
    writeFiles(pidFolder, kinds, pids);
    const config = join(folder, "solosafe.yaml");
    writeFileSync(config, productConfig(pidFolder, kinds, load, port));
    const monitrc = join(folder, "monitrc");
    writeFileSync(monitrc, monitConfig(folder, pidFolder, kinds, load, port));
    chmodSync(monitrc, 0o600);
    const rival = startProgram([monit, "-I", "-c", monitrc], join(folder, "monit.log"), folder);
    children.push(
      rival,
      startProgram(productCommand(bench, folder, config), join(folder, "log"), folder),
    );
    await waitForProduct(folder, config, kinds.length);
    return { load, folder, pidFolder, monit: rival.pid ?? 0, children };
  } catch (error) {
    await endSides(bench, { load, folder, pidFolder, monit: 0, children });
    throw error;
  }
}

async function measureSides(
  bench: Bench,
  { load, folder, monit }: Sides,
  seconds: number,
): Promise<CheckCosts> {
  const product = await findResident(bench, folder);
  return { load, ...(await measure([monit], product, seconds)) };
}

async function endSides(bench: Bench, { folder, pidFolder, children }: Sides): Promise<void> {
  for (const child of children.toReversed()) await endProgram(child);
  endByCommand([bench.dist, folder]);
  rmSync(pidFolder, { recursive: true, force: true });
}

/** Agent and workers; a child that was just begun looks like its parent for a moment. */
async function findResident(bench: Bench, folder: string): Promise<readonly number[]> {
  const find = (): readonly number[] =>
    ["agent.js", "workers.js"].flatMap((program) =>
      findByCommand([join(bench.dist, program), folder]),
    );
  const first = find();
  await sleep(1000);
  const second = find();
  return first.filter((pid) => second.includes(pid));
}

async function measure(
  monit: readonly number[],
  soloSafe: readonly number[],
  seconds: number,
): Promise<Pick<CheckCosts, "monit" | "soloSafe">> {
  const used = (pids: readonly number[]): number =>
    pids.reduce((total, pid) => total + readCpuMs(pid) + readChildrenCpuMs(pid), 0);
  const before = { monit: used(monit), soloSafe: used(soloSafe) };
  const from = performance.now();
  await sleep(seconds * 1000);
  const minutes = (performance.now() - from) / 60_000;
  const cost = (pids: readonly number[], usedBefore: number): Cost => ({
    cpuSPerMinute: (used(pids) - usedBefore) / 1000 / minutes,
    pss: readPssAlone(pids),
  });
  return {
    monit: cost(monit, before.monit),
    soloSafe: cost(soloSafe, before.soloSafe),
  };
}

async function waitForProduct(folder: string, config: string, checks: number): Promise<void> {
  const client = createClient(pathsBelow(join(folder, "state"), config).control);
  const until = performance.now() + START_MS;
  let left = "no answer";
  while (performance.now() < until) {
    const status = await client.call("status", {});
    if (status.ok) {
      const { monitors } = status.value;
      if (monitors.length === checks && monitors.every((one) => one.status === "ok")) return;
      const bad = monitors.find((one) => one.status === "failed" || one.status === "unknown");
      const waiting = monitors.find((one) => one.status !== "ok");
      left = `${waiting?.name} is ${waiting?.status}: ${waiting?.reason}`;
      if (bad) throw new Error(`${bad.name} is ${bad.status}: ${bad.reason}`);
    }
    await sleep(250);
  }
  throw new Error(`not every monitor became ok: ${left}`);
}

function kindsOf(load: Load): readonly Kind[] {
  const kinds = MIX.filter((kind) => load.hasPrograms || kind !== "program");
  return Array.from({ length: load.checks }, (_, at) => kinds[at % kinds.length] ?? "process");
}

function writeFiles(pidFolder: string, kinds: readonly Kind[], pids: readonly number[]): void {
  kinds.forEach((_kind, at) => {
    writeFileSync(join(pidFolder, `pid-${at}`), `${pids[at % pids.length] ?? 0}\n`);
  });
}

/**
 * The product's equivalent of each check. It has no monitor for the bare existence of a file: a
 * pid file is read and judged, which is more than monit's stat(2).
 */
function productConfig(
  pidFolder: string,
  kinds: readonly Kind[],
  load: Load,
  port: number,
): string {
  const file = (at: number): string => `type: process, pid-file: ${pidFolder}/pid-${at}`;
  const accept = `type: tcp, port: ${port}`;
  const has = (type: string): boolean => MONITOR_TYPES.has(type);
  const bodies: Readonly<Record<Kind, (at: number) => string>> = {
    process: file,
    file,
    ping: () => (has("ping") ? "type: ping, addresses: [127.0.0.1]" : accept),
    tcp: () => accept,
    filesystem: (at) => (has("resources") ? "type: resources, disk: { mounts: [/] }" : file(at)),
    program: () => "type: script, command: [/bin/true]",
  };
  const lines = kinds.map(
    (kind, at) =>
      `  c${at}: { ${bodies[kind](at)}, interval: ${load.intervalS}s, recovery: { target: none } }`,
  );
  return `version: 1\nmonitors:\n${lines.join("\n")}\n`;
}

function monitConfig(
  folder: string,
  pidFolder: string,
  kinds: readonly Kind[],
  load: Load,
  port: number,
): string {
  const bodies: Readonly<Record<Kind, (at: number) => string>> = {
    process: (at) => `check process c${at} with pidfile ${pidFolder}/pid-${at}`,
    file: (at) => `check file c${at} with path ${pidFolder}/pid-${at}`,
    ping: (at) => `check host c${at} with address 127.0.0.1\n  if failed ping4 then alert`,
    tcp: (at) =>
      `check host c${at} with address 127.0.0.1\n  if failed port ${port} type tcp then alert`,
    filesystem: (at) => `check filesystem c${at} with path /\n  if space usage > 99% then alert`,
    program: (at) => `check program c${at} with path /bin/true\n  if status != 0 then alert`,
  };
  const head = [
    `set daemon ${load.intervalS}`,
    `set pidfile ${folder}/monit.pid`,
    `set idfile ${folder}/monit.id`,
    `set statefile ${folder}/monit.state`,
  ];
  return `${[...head, ...kinds.map((kind, at) => bodies[kind](at))].join("\n")}\n`;
}
