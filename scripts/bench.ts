/**
 * `npm run bench [-- --quick] [restarts] [idle] [decide] [large] [checks] [start] [pss] [link]`: measures the build output beside
 * its rivals, in one run. Absolute times belong to this machine and this hour; compare within one
 * table only.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type CheckCosts, compareChecks, type Load } from "../test/bench/checks.ts";
import { timeDecide } from "../test/bench/decide.ts";
import { measureLinks } from "../test/bench/links.ts";
import {
  measureEachKind,
  measureIdle,
  measureLargeStart,
  measureMonitorsStart,
} from "../test/bench/product.ts";
import { type Bench, RIVALS, type Running, startRival } from "../test/bench/rivals.ts";
import { interleave, quantile, type Series } from "../test/bench/trials.ts";
import { ROOT, runProgram } from "./program.ts";

const BUDGET = {
  ratioToFloor: 2,
  p90Ms: 8,
  agentMiB: 22,
  spawnerMiB: 10,
  guardMiB: 12,
  // 0.3 % of a processor.
  idleCpuMs: 180,
  decideUs: 50,
  largeStartMs: 10_000,
  ratioToMonit: 0.75,
  monitorsStartMs: 2000,
  allKindsMiB: 90,
  linkMs: 2,
} as const;

/**
 * Few checks are paid for by what an agent costs at all; many by what a check costs. Loads of one
 * list run beside each other.
 */
const LOADS: readonly (readonly Load[])[] = [1, 30].flatMap((intervalS) => [
  [
    ...[10, 100].map((checks) => ({ checks, intervalS, hasPrograms: true })),
    { checks: 1000, intervalS, hasPrograms: false },
  ],
  [{ checks: 1000, intervalS, hasPrograms: true }],
]);
const QUICK_LOADS = LOADS.map((loads) =>
  loads.filter(({ checks, intervalS }) => checks === 1000 && intervalS === 1),
).filter((loads) => loads.length > 0);

const MIB = 1024 * 1024;
/** runit starts at once only what ran for a second; everybody gets that rest. */
const PAUSE_MS = 250;
const BUILD_MS = 120_000;

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const isQuick = words.includes("--quick");
  const chosen = words.filter((word) => !word.startsWith("--"));
  const isWanted = (part: string): boolean => chosen.length === 0 || chosen.includes(part);
  const folder = mkdtempSync(join(tmpdir(), "solosafe-bench-"));
  try {
    const bench = await prepare(folder);
    if (bench === null) return;
    console.log(
      `${availableParallelism()} processors, load ${loadavg()[0]?.toFixed(2)}, Node ${process.version}`,
    );
    if (isWanted("restarts")) await compareRestarts(bench, isQuick ? 8 : 30);
    if (isWanted("idle")) await showIdle(bench, isQuick ? 15 : 60);
    if (isWanted("decide")) showDecide();
    if (isWanted("large")) await showLargeStart(bench);
    if (isWanted("start")) await showMonitorsStart(bench);
    if (isWanted("pss")) await showEachKind(bench);
    if (isWanted("checks")) await showChecks(bench, isQuick);
    if (isWanted("link")) await showLinks(bench, isQuick ? 10 : 40);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Builds the product and compiles the small programs; null, and said why, when that fails. */
async function prepare(folder: string): Promise<Bench | null> {
  const built = await runProgram([process.execPath, join(ROOT, "scripts/build.ts")], BUILD_MS);
  if (built.code !== 0) return refuse(`the build failed\n${built.output}`);
  const compiled = ["server", "floor", "trial"].map((name) => {
    const from = join(ROOT, "test/bench", `${name}.c`);
    const options = ["-O2", "-static", "-o", join(folder, name), from];
    return spawnSync("cc", options, { encoding: "utf8" });
  });
  for (const { error, status, stderr } of compiled) {
    if (error) return refuse(`a C compiler is needed (package gcc, libc6-dev): ${error.message}`);
    if (status !== 0) return refuse(stderr);
  }
  return {
    folder,
    server: join(folder, "server"),
    floor: join(folder, "floor"),
    trial: join(folder, "trial"),
    node: process.execPath,
    dist: join(ROOT, "dist"),
  };
}

function refuse(why: string): null {
  console.error(`bench: ${why}`);
  process.exitCode = 1;
  return null;
}

async function compareRestarts(bench: Bench, rounds: number): Promise<void> {
  const runnings: Running[] = [];
  try {
    for (const rival of RIVALS) {
      const running = await startRival(rival, bench, rounds);
      if (running === null) console.log(`${rival.name} is not installed here and is left out`);
      else runnings.push(running);
    }
    await sleep(3000);
    const series = await interleave(bench, runnings, rounds, () => sleep(PAUSE_MS));
    showRestarts(series, rounds);
  } finally {
    for (const running of runnings) await running.end();
  }
}

function showRestarts(series: readonly Series[], rounds: number): void {
  const floor = quantile(series[0]?.times ?? [], 0.5);
  console.log(
    `\nkill -9 of a guarded server -> its port answers again (${rounds} rounds, in turn)`,
  );
  console.log(row(["", "median ms", "p90 ms", "x floor", "lost"]));
  for (const { name, times, lost } of series) {
    const median = quantile(times, 0.5);
    const cells = [median.toFixed(2), quantile(times, 0.9).toFixed(2), (median / floor).toFixed(2)];
    console.log(row([name, ...cells, String(lost)]));
  }
  const median = (name: string): number =>
    quantile(series.find((one) => one.name === name)?.times ?? [], 0.5);
  const own = series.find((one) => one.name === "SoloSafe")?.times ?? [];
  judge("x floor", median("SoloSafe") / floor, BUDGET.ratioToFloor, "");
  if (series.some(({ name }) => name === "runit")) {
    judge("against runit", median("SoloSafe") / median("runit"), 1, "x");
  }
  judge("p90", quantile(own, 0.9), BUDGET.p90Ms, "ms (on a quiet machine)");
}

async function showIdle(bench: Bench, seconds: number): Promise<void> {
  const rows = await measureIdle(bench, seconds);
  console.log(`\nthe demonstration, idle for ${seconds} s (memory that no other process shares)`);
  console.log(row(["", "private MiB", "anon MiB", "CPU ms/min"]));
  for (const { name, memory, cpuMsPerMinute } of rows) {
    const sizes = [memory.private / MIB, memory.anonymous / MIB].map((size) => size.toFixed(1));
    console.log(row([name, ...sizes, cpuMsPerMinute.toFixed(0)]));
  }
  for (const { name, memory } of rows) {
    judge(`${name} private`, memory.private / MIB, BUDGET[`${name}MiB`], "MiB");
  }
  const cpu = rows.reduce((sum, { cpuMsPerMinute }) => sum + cpuMsPerMinute, 0);
  judge("idle CPU together", cpu, BUDGET.idleCpuMs, "ms a minute");
}

function showDecide(): void {
  const times = timeDecide();
  console.log("\ndecide, 200 groups, 1000 resources, 1000 monitors (µs)");
  console.log(row(["", "median", "p99", "decisions"]));
  for (const [name, list] of Object.entries(times)) {
    const cells = [quantile(list, 0.5).toFixed(1), quantile(list, 0.99).toFixed(1)];
    console.log(row([name, ...cells, String(list.length)]));
  }
  judge("decide median", quantile(times.all, 0.5), BUDGET.decideUs, "µs");
}

async function showLargeStart(bench: Bench): Promise<void> {
  const { answersMs, allActiveMs } = await measureLargeStart(bench);
  console.log("\nstart with 200 groups, 1000 resources, 1000 monitors");
  judge("agent answers", answersMs, BUDGET.largeStartMs, "ms");
  judge("all resources active", allActiveMs, BUDGET.largeStartMs, "ms");
}

async function showMonitorsStart(bench: Bench): Promise<void> {
  console.log("\nstart with 1000 monitors and no resources");
  judge("agent answers", await measureMonitorsStart(bench, 1000), BUDGET.monitorsStartMs, "ms");
}

async function showEachKind(bench: Bench): Promise<void> {
  const { pss, processes, unwell } = await measureEachKind(bench);
  console.log(`\nthe demonstration and one monitor of each kind: ${processes} resident processes`);
  for (const one of unwell) console.log(`  (${one})`);
  judge("PSS together", pss / MIB, BUDGET.allKindsMiB, "MiB");
}

async function showChecks(bench: Bench, isQuick: boolean): Promise<void> {
  console.log("\nthe same checks beside monit, at the same time (CPU with children)");
  console.log(row(["", "CPU s/min", "monit", "ratio", "PSS MiB", "monit"]));
  for (const loads of isQuick ? QUICK_LOADS : LOADS) {
    const costs = await compareChecks(bench, loads, isQuick ? 20 : 60);
    if (costs === null) return console.log("  monit is not installed here");
    for (const one of costs) showCosts(one);
  }
}

function showCosts({ load, soloSafe, monit }: CheckCosts): void {
  const ratio = soloSafe.cpuSPerMinute / monit.cpuSPerMinute;
  const name = `${load.checks} at ${load.intervalS} s${load.hasPrograms ? "" : ", no prog."}`;
  const cells = [soloSafe.cpuSPerMinute, monit.cpuSPerMinute, ratio];
  const sizes = [soloSafe.pss / MIB, monit.pss / MIB].map((size) => size.toFixed(1));
  console.log(row([name, ...cells.map((value) => value.toFixed(3)), ...sizes]));
  if (load.checks >= 1000) judge("x monit's CPU", ratio, BUDGET.ratioToMonit, "");
}

async function showLinks(bench: Bench, rounds: number): Promise<void> {
  const series = await measureLinks(bench, rounds);
  console.log(
    "\na link goes down: from the kernel's word to the decision, and until it is saved and told (ms)",
  );
  if (series === null) return console.log("  only root with iproute2 can make a network for it");
  console.log(row(["", "decided", "p90", "told", "p90", "lost"]));
  for (const { name, decided, told, lost } of series) {
    const cells = [decided, told].flatMap((times) =>
      [0.5, 0.9].map((part) => (times.length === 0 ? "-" : quantile(times, part).toFixed(2))),
    );
    console.log(row([name, ...cells, String(lost)]));
  }
  judge("kernel's word to decision", quantile(series[0]?.decided ?? [], 0.5), BUDGET.linkMs, "ms");
}

function judge(what: string, value: number, limit: number, unit: string): void {
  const isMet = value <= limit;
  const figure = value >= 100 ? value.toFixed(0) : value.toFixed(2);
  console.log(`  ${isMet ? "met   " : "MISSED"} ${what}: ${figure} ${unit}, budget ${limit}`);
}

function row(cells: readonly string[]): string {
  const [name = "", ...values] = cells;
  return `  ${name.padEnd(18)}${values.map((value) => value.padStart(12)).join("")}`;
}

await main();
