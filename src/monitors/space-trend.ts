import { DAY, HOUR, type Millis, MINUTE } from "../base/duration.ts";

/** Samples are at least so far apart, and so many are kept: one hour. */
const APART: Millis = 2 * MINUTE;
const SAMPLES_MOST = 30;
/** Fewer say nothing: one large file is no trend. */
const SAMPLES_LEAST = 5;

interface Sample {
  readonly at: Millis;
  readonly used: number;
}

/** How fast something grows: the median of the slopes between all samples, which no leap moves. */
export class SpaceTrend {
  #samples: readonly Sample[] = [];

  add(at: Millis, used: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && at - last.at < APART) return;
    this.#samples = [...this.#samples, { at, used }].slice(-SAMPLES_MOST);
  }

  /** Until so much more is used; null while there is no trend, or none upwards. */
  timeUntil(more: number): Millis | null {
    if (this.#samples.length < SAMPLES_LEAST) return null;
    const slopes = this.#samples.flatMap((later, index) =>
      this.#samples
        .slice(0, index)
        .map((earlier) => (later.used - earlier.used) / (later.at - earlier.at)),
    );
    const slope =
      slopes.toSorted((left, right) => left - right)[Math.floor(slopes.length / 2)] ?? 0;
    return slope > 0 ? Math.max(0, more) / slope : null;
  }
}

/** A rough time is told in one unit: `40 min`, `5 h`, `3 days`. */
export function roughly(span: Millis): string {
  if (span < 2 * HOUR) return `${Math.max(1, Math.round(span / MINUTE))} min`;
  return span < 2 * DAY ? `${Math.round(span / HOUR)} h` : `${Math.round(span / DAY)} days`;
}
