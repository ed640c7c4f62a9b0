import type { DrillVerdict } from "../base/drill.ts";
import type { Millis } from "../base/duration.ts";

/** Why a scheduled drill is not made now; the name that goes with it is empty where there is none. */
export interface DrillHindrance {
  readonly because:
    | "going-down"
    | "observe"
    | "not-saved"
    | "reboot-limit"
    | "package-work"
    | "incident"
    | "busy"
    | "suspended"
    | "not-active"
    | "not-well"
    | "not-judged"
    /** These three only the shell can know. */
    | "other-drill"
    | "window-ends"
    | "refused";
  readonly name: string;
}

/** What became of a drill: told, so that who reads the history knows that the fault was made. */
export type DrillNews =
  | {
      readonly is: "begun";
      readonly drill: number;
      readonly target: string;
      readonly by: string;
      readonly fault: string;
    }
  | {
      readonly is: "ended";
      readonly drill: number;
      readonly target: string;
      readonly verdict: DrillVerdict;
      readonly detectedBy: string;
      readonly detected: Millis | null;
      readonly recovered: Millis | null;
    }
  /** The fault is still there, after so many tries. */
  | {
      readonly is: "not-undone";
      readonly drill: number;
      readonly target: string;
      readonly tries: number;
      readonly fault: string;
    }
  /** A scheduled one; it is tried again in the next window. */
  | ({
      readonly is: "skipped";
      readonly drill: string;
      readonly target: string;
      readonly window: string;
    } & DrillHindrance);
