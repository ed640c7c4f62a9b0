import { formatDuration, type Millis } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";

/**
 * The work's own end, or a rejection when it takes longer than `limitMs`; the work itself cannot be
 * ended, so whatever it still does must do no harm.
 */
export function within<Value>(clock: Clock, limitMs: Millis, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const limit = clock.timer(limitMs, () => {
      reject(new Error(`the disk did not answer within ${formatDuration(limitMs)}`));
    });
    work.then(resolve, reject).finally(() => limit.cancel());
  });
}
