import type { Millis } from "../base/duration.ts";
import { type Clock, nextOnGrid, type Timer } from "../ports/clock.ts";

const EVERY_MS: Millis = 5000;

/** Tells when a package manager takes or releases its lock. A look that hangs is not repeated. */
export function watchPackages(
  clock: Clock,
  isAtWork: () => Promise<boolean>,
  onChange: (isHeld: boolean) => void,
): { readonly stop: () => void } {
  let wasHeld = false;
  let isStopped = false;
  let timer: Timer | null = null;

  async function look(): Promise<void> {
    const isHeld = await isAtWork();
    if (isStopped) return;
    if (isHeld !== wasHeld) onChange(isHeld);
    wasHeld = isHeld;
    timer = clock.at(nextOnGrid(clock.now(), EVERY_MS), () => void look());
  }
  void look();

  return {
    stop: () => {
      isStopped = true;
      timer?.cancel();
    },
  };
}
