import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod/mini";
import type { Paths } from "../../base/paths.ts";
import { identify, isAlive, type KnownProcess, signal } from "./process-facts.ts";

const known = z.object({ pid: z.number(), startTime: z.string() });
const foreground = z.object({
  v: z.literal(1),
  bootId: z.string(),
  self: known,
  programs: z.array(known),
});

/** Who runs in the foreground here, and the programs it keeps. */
export type Foreground = z.infer<typeof foreground>;

function fileOf(paths: Paths): string {
  return join(paths.run, "foreground.json");
}

/** Writes down what this run started, so that the next one can clean up if this one is killed. */
export function noteForeground(paths: Paths, programs: readonly KnownProcess[]): void {
  const self = identify(process.pid);
  if (self === null) return;
  const note: Foreground = { v: 1, bootId: readBootId(), self, programs: [...programs] };
  writeFileSync(fileOf(paths), JSON.stringify(note), { mode: 0o600 });
}

/** This run has ended everything. */
export function forgetForeground(paths: Paths): void {
  rmSync(fileOf(paths), { force: true });
}

/** The note of an earlier run of this boot; null when there is none that can be understood. */
export function readForeground(paths: Paths): Foreground | null {
  if (!existsSync(fileOf(paths))) return null;
  try {
    const note = z.safeParse(foreground, JSON.parse(readFileSync(fileOf(paths), "utf8")));
    return note.success && note.data.bootId === readBootId() ? note.data : null;
  } catch {
    return null;
  }
}

/**
 * Ends the agent and the spawner that a killed run left behind; applications go on and are taken up
 * again by the next agent. Gives back how many it ended.
 */
export async function endOrphans(note: Foreground, patienceMs: number): Promise<number> {
  const alive = note.programs.filter(isAlive);
  for (const one of alive) signal(one, "SIGTERM");
  const until = performance.now() + patienceMs;
  while (alive.some(isAlive) && performance.now() < until) await delay(50);
  for (const one of alive) signal(one, "SIGKILL");
  const killedUntil = performance.now() + patienceMs;
  while (alive.some(isAlive) && performance.now() < killedUntil) await delay(50);
  return alive.length;
}

function readBootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}
