/**
 * `npm test [-- group|file…] [-- --name=pattern]`: the checks, then every group of tests in the
 * order of trust. Its last line is always `N passed, N failed, N skipped`.
 */
import { availableParallelism } from "node:os";
import { formatCheck, runChecks } from "./check.ts";
import { findForgotten, findGroups, type Group } from "./test-files.ts";
import { endRunning, type FileResult, runFile } from "./test-run.ts";

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
  /** Shown in full after everything else, where a person looks first. */
  readonly failures: string[];
  readonly skips: string[];
}

interface Arguments {
  readonly filters: readonly string[];
  readonly namePattern: string | null;
}

function readArguments(words: readonly string[]): Arguments {
  const name = words.find((word) => word.startsWith("--name="));
  return {
    filters: words.filter((word) => !word.startsWith("--")),
    namePattern: name === undefined ? null : name.slice("--name=".length),
  };
}

/** A filter names a group, or a part of a file's path. */
function choose(groups: readonly Group[], filters: readonly string[]): readonly Group[] {
  if (filters.length === 0) return groups;
  return groups
    .map((group) => ({
      ...group,
      files: group.files.filter((file) =>
        filters.some((filter) => filter === group.name || file.includes(filter)),
      ),
    }))
    .filter((group) => group.files.length > 0);
}

async function check(totals: Totals): Promise<void> {
  const results = await runChecks(false, (result) => console.log(formatCheck(result)));
  for (const result of results) {
    if (result.isOk) totals.passed += 1;
    else {
      totals.failed += 1;
      totals.failures.push(`check: ${result.name}\n${indent(result.output)}`);
    }
  }
}

async function runGroup(group: Group, namePattern: string | null, totals: Totals): Promise<void> {
  const startedAt = performance.now();
  const before = { ...totals };
  const waiting = [...group.files];
  const isLive = process.stdout.isTTY === true;
  const lane = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      if (isLive) process.stdout.write(`\r\x1b[K…      ${group.name}: ${file}`);
      count(await runFile(file, namePattern), totals);
    }
  };
  await Promise.all(Array.from({ length: group.lanes }, lane));
  const failed = totals.failed - before.failed;
  const skipped = totals.skipped - before.skipped;
  const counts = [
    `${totals.passed - before.passed} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const verdict = failed > 0 ? "FAILED" : "ok    ";
  if (isLive) process.stdout.write("\r\x1b[K");
  console.log(`${verdict} ${group.name.padEnd(18)} ${seconds}s  ${counts.join(", ")}`);
}

function count(result: FileResult, totals: Totals): void {
  let failed = 0;
  for (const verdict of result.verdicts) {
    totals[verdict.kind] += 1;
    const name = `${result.file} > ${verdict.path.join(" > ")}`;
    if (verdict.kind === "skipped") totals.skips.push(`${name}: ${verdict.detail}`);
    if (verdict.kind !== "failed") continue;
    failed += 1;
    totals.failures.push(`${name}\n${indent(verdict.detail)}`);
  }
  const output = result.output.trim();
  if (failed > 0 && output !== "") {
    totals.failures.push(`${result.file} printed:\n${indent(output)}`);
  }
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "    ");
}

function printEnd(totals: Totals, startedAt: number): void {
  if (totals.failures.length > 0) console.log(`\n${totals.failures.join("\n\n")}`);
  if (totals.skips.length > 0) {
    console.log(`\nskipped:\n${indent(totals.skips.join("\n"))}`);
  }
  const isCi = process.env["CI"] === "true";
  if (isCi && totals.skipped > 0) console.log("\nIn CI nothing may be skipped: this is a failure.");
  if (totals.passed + totals.failed === 0) console.log("\nNothing ran: this is a failure.");
  console.log(`\n${((performance.now() - startedAt) / 1000).toFixed(0)} s in all`);
  console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  const isOk = totals.failed === 0 && totals.passed > 0 && !(isCi && totals.skipped > 0);
  process.exitCode = isOk ? 0 : 1;
}

async function main(): Promise<void> {
  const startedAt = performance.now();
  const { filters, namePattern } = readArguments(process.argv.slice(2));
  const totals: Totals = { passed: 0, failed: 0, skipped: 0, failures: [], skips: [] };
  const all = findGroups(availableParallelism());
  const isWhole = filters.length === 0 && namePattern === null;
  if (isWhole || filters.includes("check")) await check(totals);
  for (const group of choose(all, filters)) await runGroup(group, namePattern, totals);
  if (isWhole) {
    for (const file of findForgotten(all)) {
      totals.failed += 1;
      totals.failures.push(`${file}\n    git knows this test file, and no group ran it`);
    }
  }
  printEnd(totals, startedAt);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    endRunning();
    process.exit(130);
  });
}

await main();
