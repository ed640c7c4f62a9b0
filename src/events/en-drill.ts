import type { DrillHindrance } from "../core/drill-news.ts";
import type { Texts } from "./en-server.ts";
import { because, quote, scope, span } from "./words-en.ts";

const HINDRANCES: Readonly<Record<DrillHindrance["because"], (name: string) => string>> = {
  "going-down": () => "the server or the agent was going down",
  observe: () => "in observe mode nothing is healed",
  "not-saved": () => "the state could not be saved",
  "reboot-limit": () => "no reboot is left below the limit",
  "package-work": () => "a package manager was at work",
  incident: (name) => `an incident of ${scope(name)} was open`,
  busy: () => "something was being started or stopped",
  suspended: (name) => `${quote(name)} was suspended`,
  "not-active": (name) => `group ${quote(name)} was not active`,
  "not-well": (name) => `monitor ${quote(name)} was not well`,
  "not-judged": (name) => `monitor ${quote(name)} had not been judged yet`,
  "other-drill": () => "another drill was running",
  "window-ends": () => "too little of the window was left",
  refused: because,
};

function hindrance(kind: DrillHindrance["because"], name: string): string {
  return HINDRANCES[kind]?.(name) ?? because(kind);
}

/** English texts about drills. */
export const DRILL_TEXTS = {
  "drill-begun": (f) =>
    `Drill ${f.drill} of ${quote(f.target)} makes a real fault on purpose (by ${f.by}): ${because(f.fault)}.`,
  "drill-ended": (f) =>
    f.verdict === "recovered"
      ? `Drill ${f.drill} of ${quote(f.target)} is over: its fault was found after ${span(f.detected ?? 0)} by monitor ${quote(f.detectedBy)}, and all was well after ${span(f.recovered ?? 0)}.`
      : `Drill ${f.drill} of ${quote(f.target)} was ended before it was over. \`solosafe drill show ${f.drill}\` says how far it came.`,
  "drill-failed": (f) =>
    f.verdict === "not-detected"
      ? `Drill ${f.drill} of ${quote(f.target)} failed: no monitor found its fault. Add a monitor that does; see \`solosafe drill show ${f.drill}\`.`
      : `Drill ${f.drill} of ${quote(f.target)} failed: its fault was found by monitor ${quote(f.detectedBy)}, and something is still not well. Repair it; see \`solosafe drill show ${f.drill}\`.`,
  "drill-not-undone": (f) =>
    `The fault of drill ${f.drill} of ${quote(f.target)} could not be undone in ${f.tries} tries: ${because(f.fault)}. Undo it by hand; see \`solosafe drill show ${f.drill}\`.`,
  "drill-skipped": (f) =>
    `The drill ${quote(f.drill)} of ${quote(f.target)} was not made in the planned window ${quote(f.window)}: ${hindrance(f.because, f.name)}. It is tried again in the next one.`,
} satisfies Partial<Texts>;
