import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatDuration, type Millis, MINUTE, SECOND } from "../base/duration.ts";
import { BEAT_EVERY, GUARD_FIFO } from "../base/guard-message.ts";
import { monotonic } from "./clock.ts";
import { GuardWriter } from "./guard-writer.ts";
import { readStat } from "./proc.ts";

/** In the folder of sockets, in memory: a boot begins without it. */
const STARTS = "agent-starts.json";
/** Who lived for so long begins anew. */
const LIVED: Millis = 10 * MINUTE;
const WAIT_MOST: Millis = 5 * MINUTE;

interface Starts {
  /** Starts in a row whose process ended without a word, before it had lived for long. */
  readonly lost: number;
  /** When the last of them was done waiting; `CLOCK_MONOTONIC`. */
  readonly beganAt: Millis;
}

/**
 * Counts this start of the agent, and says how long it has to wait first. systemd waits for a second
 * each time; together that is 1, 2, 4 … seconds up to five minutes, without end (recovery.md 4).
 */
export function countStart(run: string, now: Millis): Millis {
  const path = join(run, STARTS);
  const before = readStarts(path);
  const isAnew =
    before === null || now - before.beganAt >= LIVED || before.beganAt - now > WAIT_MOST;
  const lost = isAnew ? 0 : before.lost + 1;
  const waitMs = lost === 0 ? 0 : Math.min(SECOND * 2 ** (lost - 1) - SECOND, WAIT_MOST);
  const starts: Starts = { lost, beganAt: now + waitMs };
  try {
    writeFileSync(path, JSON.stringify(starts));
  } catch {
    // Nobody counts then; better too soon than not at all.
  }
  return waitMs;
}

/** It leaves because it was asked to: whoever starts it again wants it at once. */
export function forgetStarts(run: string): void {
  rmSync(join(run, STARTS), { force: true });
}

/**
 * Waits until the agent may begin. Meanwhile it beats, so that the guard does not take it for stuck,
 * and ends the process when it is asked to leave.
 */
export async function waitForTurn(run: string, say: (text: string) => void): Promise<void> {
  const begun = monotonic();
  const waitMs = countStart(run, begun);
  if (waitMs === 0) return;
  say(`it begins in ${formatDuration(waitMs)}: it ended again and again without a word`);
  const guard = new GuardWriter(join(run, GUARD_FIFO));
  const by = { pid: process.pid, startTime: readStat(process.pid)?.startTime ?? 0 };
  const leave = (): never => {
    guard.send({ is: "leaving", who: "agent", by });
    forgetStarts(run);
    return process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, leave);
  for (let left = waitMs; left > 0; left = begun + waitMs - monotonic()) {
    guard.send({ is: "beat", by });
    await sleep(Math.min(BEAT_EVERY, left));
  }
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.off(signal, leave);
  guard.close();
}

function readStarts(path: string): Starts | null {
  try {
    const read: Starts = JSON.parse(readFileSync(path, "utf8"));
    return Number.isSafeInteger(read.lost) && Number.isFinite(read.beganAt) ? read : null;
  } catch {
    return null;
  }
}
