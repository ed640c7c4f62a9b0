import type { Language } from "../base/language.ts";
import type { Millis } from "../base/duration.ts";
import type { Verdict } from "../core/event.ts";
import { because, count, member, quote, sentence, span, target, verdict } from "./words-en.ts";

/** What is counted of a period. */
export interface ReportCounts {
  /** Null: the history could not be read. */
  readonly incidents: number | null;
  readonly boots: number;
  /** What waits for a person. */
  readonly waiting: number;
}

/** Times of the server or a group, as a line tells them. */
export interface TimesTold {
  readonly down: Millis;
  readonly failures: number;
  readonly planned: Millis;
  readonly unwatched: Millis;
}

/** How an incident ended; null = it is open. `isKnown`: an end of it was written down. */
export interface EndTold {
  readonly verdict: string;
  readonly lasted: Millis;
  readonly steps: number;
  readonly isKnown: boolean;
}

/** What a report says besides the texts of events, in one language. */
export interface ReportWords {
  /** What is to be known when nothing else is read, without a full stop. */
  readonly summary: (from: string, to: string, counts: ReportCounts) => string;
  readonly stop: string;
  readonly waiting: string;
  readonly availability: string;
  readonly incidents: string;
  readonly boots: string;
  readonly drills: string;
  readonly monitors: string;
  readonly none: string;
  readonly nothingWaits: string;
  readonly notMeasured: string;
  readonly notRead: string;
  readonly more: (count: number) => string;
  /** `percent` null: nothing was measured. */
  readonly row: (name: string, percent: string | null, times: TimesTold) => string;
  readonly incident: (
    scope: string,
    monitor: string,
    reason: string,
    end: EndTold | null,
  ) => string;
  readonly drillRuns: (drill: number, target: string) => string;
  readonly allProven: (count: number) => string;
  readonly neverProven: (names: readonly string[], more: number) => string;
  readonly notProven: (names: readonly string[], more: number) => string;
}

export const ENGLISH_REPORT: ReportWords = {
  summary: (from, to, { incidents, boots, waiting }) => {
    const title = from === to ? `Report of ${from}` : `Report from ${from} to ${to}`;
    const failed = incidents === null ? "incidents not known" : count(incidents, "incident");
    const waits = waiting === 1 ? "1 matter waits" : `${waiting} matters wait`;
    const left = waiting === 0 ? "nothing waits" : waits;
    return `${title}: ${failed}, ${count(boots, "reboot")}, ${left} for you`;
  },
  stop: ".",
  waiting: "What waits for you",
  availability: "Availability",
  incidents: "Incidents",
  boots: "Reboots",
  drills: "Drills",
  monitors: "Monitors",
  none: "None.",
  nothingWaits: "Nothing.",
  notMeasured: "Nothing was measured in that time.",
  notRead: "The history could not be read: see `solosafe alerts`.",
  more: (more) => `… and ${more} more: see \`solosafe alerts\`.`,
  row: (name, percent, { down, failures, planned, unwatched }) =>
    [
      `${sentence(target(name))}: ${percent === null ? "nothing was measured" : `${percent} available`}`,
      ...(failures > 0 || down > 0
        ? [`down for ${span(down)}, ${count(failures, "failure")}`]
        : []),
      ...(planned > 0 ? [`planned ${span(planned)}`] : []),
      ...(unwatched > 0 ? [`not watched for ${span(unwatched)}`] : []),
    ].join("; "),
  incident: (scope, monitor, reason, end) =>
    `${sentence(target(scope))}: ${monitor === "" ? "" : `${member(monitor)} failed (${because(reason)}); `}${endOf(end)}.`,
  drillRuns: (drill, name) => `Drill ${drill} of ${quote(name)} is still running.`,
  allProven: (all) => `${count(all, "monitor")}, each proven in the last 90 days.`,
  neverProven: (names, more) =>
    `Never yet proven by a real failure: ${names.map(quote).join(", ")}${more > 0 ? ` and ${more} more` : ""}. \`solosafe drill\` proves a monitor.`,
  notProven: (names, more) =>
    `Not proven for 90 days: ${names.map(quote).join(", ")}${more > 0 ? ` and ${more} more` : ""}.`,
};

function endOf(end: EndTold | null): string {
  if (end === null) return "it is still open";
  if (!end.isKnown) return "no end of it was written down";
  const how = verdict(end.verdict as Verdict);
  return `after ${span(end.lasted)} and ${count(end.steps, "step")}: ${how}`;
}

/** The words of a language; those of the others are not even read. */
export async function loadReportWords(language: Language): Promise<ReportWords> {
  if (language === "ja") return (await import("./report-words-ja.ts")).JAPANESE_REPORT;
  if (language === "zh") return (await import("./report-words-zh.ts")).CHINESE_REPORT;
  return ENGLISH_REPORT;
}
