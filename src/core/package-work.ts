import type { Draft } from "./draft.ts";
import { PACKAGE_GRACE, PACKAGE_HOLD_MAX } from "./ladder.ts";

/** A package manager took or released its lock. */
export function packageWork(d: Draft, isHeld: boolean): void {
  const work = d.state.packageWork;
  if (isHeld) {
    if (work === null) d.tell("package-work-began", {});
    const since = work?.since ?? d.at;
    d.patch({ packageWork: { since, endedAt: null, isTold: work?.isTold ?? false } });
  } else if (work !== null && work.endedAt === null) {
    d.patch({ packageWork: { ...work, endedAt: d.at } });
  }
}

/** Its work is over some time after the lock was released; one that does not end is told. */
export function endPackageWork(d: Draft): void {
  const work = d.state.packageWork;
  if (work === null) return;
  if (work.endedAt !== null && d.at - work.endedAt >= PACKAGE_GRACE) {
    d.patch({ packageWork: null });
    d.tell("package-work-ended", { took: work.endedAt - work.since });
  } else if (!work.isTold && d.at - work.since >= PACKAGE_HOLD_MAX) {
    d.patch({ packageWork: { ...work, isTold: true } });
    d.tell("package-work-long", { lasts: d.at - work.since });
  }
}
