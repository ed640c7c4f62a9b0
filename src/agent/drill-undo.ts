import type { DrillSummary } from "../api/drill-answers.ts";
import { type Millis, SECOND } from "../base/duration.ts";
import type { DrillNews } from "../core/drill-news.ts";
import { type FaultParts, type Undo, undoFault } from "./drill-faults.ts";

/** What cannot be undone at once, on a busy disk perhaps, is tried again after these. */
const PAUSES: readonly Millis[] = [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND];

/** Undoes the fault of a drill. Null when it is undone; else why not, which was told then. */
export async function undoPatiently(
  parts: FaultParts & { readonly tell: (news: DrillNews) => void },
  { id, target }: DrillSummary,
  undo: Undo,
): Promise<string | null> {
  let fault = await undoFault(parts, undo);
  for (const pauseMs of PAUSES) {
    if (fault === null) return null;
    await new Promise<void>((resolve) => parts.clock.timer(pauseMs, resolve));
    fault = await undoFault(parts, undo);
  }
  const tries = PAUSES.length + 1;
  if (fault !== null) parts.tell({ is: "not-undone", drill: id, target, tries, fault });
  return fault;
}
