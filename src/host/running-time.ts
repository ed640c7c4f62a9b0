import type { Millis } from "../base/duration.ts";

/** A timer that is noticed so much too late tells of us, not of who was waited for. */
const STOOD_STILL: Millis = 1000;
/** So often the time is given again; a server that is always that late is waited for no longer. */
const AGAIN_MOST = 3;

/** A wait that can be ended. */
export interface Wait {
  cancel(): void;
}

/**
 * Calls back after `delayMs` in which this process could run. Who stood still (a paused virtual
 * machine, no processor to be had) waits again, up to three times: who is waited for may have stood
 * still, too. What came meanwhile is read first; Node's event loop would run the timer before it.
 */
export function afterRunning(delayMs: Millis, callback: () => void): Wait {
  let isOver = false;
  let timer: NodeJS.Timeout | null = null;
  const wait = (again: number): void => {
    const due = performance.now() + delayMs;
    timer = setTimeout(() => {
      if (performance.now() - due >= STOOD_STILL && again > 0) wait(again - 1);
      else setImmediate(() => isOver || callback());
    }, delayMs);
  };
  wait(AGAIN_MOST);
  return {
    cancel() {
      isOver = true;
      if (timer) clearTimeout(timer);
    },
  };
}
