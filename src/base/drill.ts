import { MINUTE, type Millis } from "./duration.ts";

/** What can be broken on purpose. */
export const DRILL_KINDS = ["kill", "freeze", "slow", "fill", "link"] as const;
export type DrillKind = (typeof DRILL_KINDS)[number];

/** How a drill ended. */
export const DRILL_VERDICTS = [
  "running",
  /** The fault was found, and everything works again. */
  "recovered",
  /** No monitor found the fault while it was there. */
  "not-detected",
  /** It was found, and something is still not well. */
  "not-recovered",
  /** The agent ended, or a person ended it, before it was over; the fault was undone. */
  "cut-short",
] as const;
export type DrillVerdict = (typeof DRILL_VERDICTS)[number];

/** The fault of a drill is undone after this long at most, and when nobody says after this long. */
export const DRILL_MAX_MS: Millis = 10 * MINUTE;
export const DRILL_DEFAULT_MS: Millis = MINUTE;
