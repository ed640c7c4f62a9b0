import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Bench, Running } from "./rivals.ts";

/** Times of one supervisor, in milliseconds, in the order of the rounds. */
export interface Series {
  readonly name: string;
  readonly times: readonly number[];
  /** Trials in which nobody answered in time. */
  readonly lost: number;
}

const DEADLINE_MS = 30_000;
const run = promisify(execFile);

/**
 * Kills one server of each supervisor in turn, round after round, so that whatever else this
 * machine does meets all of them alike. `pause` lets everything settle between two kills.
 */
export async function interleave(
  bench: Bench,
  runnings: readonly Running[],
  rounds: number,
  pause: () => Promise<void>,
): Promise<readonly Series[]> {
  const times = new Map(runnings.map(({ name }) => [name, [] as number[]]));
  const lost = new Map<string, number>();
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, ports } of runnings) {
      await pause();
      const took = await trial(bench, ports[round % ports.length] ?? 0);
      if (took === null) lost.set(name, (lost.get(name) ?? 0) + 1);
      else times.get(name)?.push(took);
    }
  }
  return runnings.map(({ name }) => ({
    name,
    times: times.get(name) ?? [],
    lost: lost.get(name) ?? 0,
  }));
}

async function trial(bench: Bench, port: number): Promise<number | null> {
  try {
    const { stdout } = await run(bench.trial, [String(port), String(DEADLINE_MS)], {
      timeout: DEADLINE_MS + 5000,
    });
    return Number(stdout) / 1000;
  } catch {
    return null;
  }
}

/** The value below which that share of the series lies; NaN for an empty one. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
