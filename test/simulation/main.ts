import { formatClock } from "../../src/simulate/clock-text.ts";
import { runSeed, type SeedRun } from "./run-seed.ts";

/** `npm run simulate -- --minutes 10 [--seed N]`: random histories until the time is over. */
function main(): void {
  const minutes = Number(option("--minutes") ?? "1");
  const only = option("--seed");
  if (only !== null) {
    const run = runSeed(Number(only));
    process.stdout.write(
      run.fault
        ? report(run)
        : `seed ${only}: ${run.steps} decisions, nothing broken\n${run.scenario.text}`,
    );
    process.exitCode = run.fault ? 1 : 0;
    return;
  }
  // Each day other seeds, the same all day: what was found can be found again.
  const first = Math.floor(Date.now() / 86_400_000) * 100_000;
  const endAt = Date.now() + minutes * 60_000;
  let seeds = 0;
  let steps = 0;
  while (Date.now() < endAt) {
    const run = runSeed(first + seeds);
    seeds += 1;
    steps += run.steps;
    if (run.fault) {
      process.stdout.write(report(run));
      process.exitCode = 1;
      return;
    }
  }
  process.stdout.write(`${seeds} seeds from ${first}, ${steps} decisions, nothing broken\n`);
}

/** Everything needed to see a broken promise again. */
export function report({ scenario, fault }: SeedRun): string {
  if (!fault) return "";
  const { seed, text } = scenario;
  return [
    `seed ${seed}, step ${fault.step}, ${formatClock(Math.max(0, fault.at))}: ${fault.message}`,
    "the last inputs:",
    ...fault.last.map((line) => `  ${line}`),
    "a scenario to paste into test/scenarios:",
    text,
  ].join("\n");
}

function option(name: string): string | null {
  const at = process.argv.indexOf(name);
  return at < 0 ? null : (process.argv[at + 1] ?? null);
}

if (import.meta.main) main();
