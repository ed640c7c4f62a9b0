import { setTimeout as sleep } from "node:timers/promises";

/**
 * How much longer than on a quiet machine something may take. Emulation on a busy one takes twice
 * as long, on a very busy one four times; who waits for events loses nothing by more patience.
 */
const FACTOR = Number(process.env["SOLOSAFE_LAB_PATIENCE"] ?? 6);

/** The limit for what takes `ms` on a quiet machine. */
export function quiet(ms: number): number {
  return ms * FACTOR;
}

/**
 * Asks again until there is an answer (not null), or throws with the last word of `describe` when
 * the limit has passed. `quietMs` is what it takes on a quiet machine.
 */
export async function until<Answer>(
  what: string,
  quietMs: number,
  ask: () => Promise<Answer | null>,
  describe: () => string = () => "",
): Promise<Answer> {
  const limit = quiet(quietMs);
  const end = performance.now() + limit;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() > end) {
      const seen = describe();
      throw new Error(`${what}: not within ${Math.round(limit / 1000)} s${seen && `; ${seen}`}`);
    }
    await sleep(100);
  }
}
