import type { Millis } from "../../base/duration.ts";

/** Ends of jobs that are remembered, because they may be told before the answer with their number. */
const REMEMBERED_MOST = 2000;

/** How a job ended: systemd's word, or that nobody will tell. */
export type JobEnd = { readonly result: string } | "timed-out" | "lost";

/** Which jobs were ours, and how jobs ended. */
export class Jobs {
  readonly #ours = new Set<number>();
  readonly #ended = new Map<number, string>();
  readonly #waiting = new Map<number, (end: JobEnd) => void>();

  isOurs(job: number): boolean {
    return this.#ours.has(job);
  }

  /** Waits for the end of a job of ours; ends as `timed-out` after `limitMs`. */
  wait(job: number, limitMs: Millis): Promise<JobEnd> {
    this.claim(job);
    const known = this.#ended.get(job);
    if (known !== undefined) return Promise.resolve({ result: known });
    return new Promise((resolve) => {
      const settle = (end: JobEnd): void => {
        clearTimeout(timer);
        this.#waiting.delete(job);
        resolve(end);
      };
      const timer = setTimeout(() => settle("timed-out"), limitMs);
      this.#waiting.set(job, settle);
    });
  }

  claim(job: number): void {
    this.#ours.add(job);
    forgetOldest(this.#ours);
  }

  /** systemd told how it ended. */
  ended(job: number, result: string): void {
    this.#ended.set(job, result);
    forgetOldest(this.#ended);
    this.#waiting.get(job)?.({ result });
  }

  /** Nobody tells any more how the jobs end; numbers are given anew by another systemd. */
  lost(): void {
    for (const settle of this.#waiting.values()) settle("lost");
    this.#ended.clear();
  }
}

/** Sets and maps keep the order in which things were put in. */
function forgetOldest(memory: Set<number> | Map<number, string>): void {
  if (memory.size <= REMEMBERED_MOST) return;
  for (const job of memory.keys()) {
    memory.delete(job);
    return;
  }
}

/** The number at the end of a job's object path. */
export function jobOf(path: unknown): number | null {
  const digits = typeof path === "string" ? /\/job\/(\d{1,10})$/.exec(path)?.[1] : undefined;
  return digits === undefined ? null : Number(digits);
}
