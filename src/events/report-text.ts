import type { ReportAnswer, ReportedIncident } from "../api/report-answers.ts";
import { type Millis, SECOND } from "../base/duration.ts";
import { percentOf } from "../base/percent.ts";
import { render, type Written } from "./render.ts";
import type { EndTold, ReportWords } from "./report-words.ts";
import type { Speech } from "./speech.ts";

/** More names say nothing to anybody. */
const NAMES_MOST = 20;
/** More lines of one kind are counted, not listed. */
const LINES_MOST = 50;

export interface ReportLine {
  /** Day and time, on the clock of this server; empty where it says nothing. */
  readonly time: string;
  readonly text: string;
}

/** A report as people read it, whatever shows it. */
export interface ReportText {
  /** What is to be known when nothing else is read, without a full stop. */
  readonly summary: string;
  /** The same as a sentence. */
  readonly lead: string;
  readonly sections: readonly { readonly heading: string; readonly lines: readonly ReportLine[] }[];
}

/** What waits for a person stands first. Names stand in backticks. */
export function reportText(report: ReportAnswer, words: ReportWords, speech: Speech): ReportText {
  const { from, to, incidents, moreIncidents, boots, drills, waiting } = report;
  const said = (event: Written): ReportLine => plain(render(event, speech));
  const sections = [
    {
      heading: words.waiting,
      lines: waiting.length === 0 ? [plain(words.nothingWaits)] : atMost(waiting.map(said), words),
    },
    { heading: words.availability, lines: availabilityLines(report, words, speech) },
    { heading: words.incidents, lines: incidentLines(report, words, speech) },
    {
      heading: words.boots,
      lines: orNone(
        boots.map(({ bootedWall, event }) => ({
          time: dayAndTime(bootedWall),
          text: render(event, speech),
        })),
        words,
      ),
    },
    {
      heading: words.drills,
      lines: orNone(
        drills.map((one) => ({
          time: dayAndTime(one.beganWall),
          text: drillText(one, words, speech),
        })),
        words,
      ),
    },
    { heading: words.monitors, lines: monitorLines(report, words, speech) },
  ];
  const counts = {
    incidents: incidents === null ? null : incidents.length + moreIncidents,
    boots: boots.length,
    waiting: waiting.length,
  };
  const summary = words.summary(from, to, counts);
  return { summary, lead: `${summary}${words.stop}`, sections };
}

function availabilityLines(
  { availability }: ReportAnswer,
  words: ReportWords,
  speech: Speech,
): readonly ReportLine[] {
  if (availability.length === 0) return [plain(words.notMeasured)];
  const lines = availability.map((row) => {
    const percent = row.availability === null ? null : percentOf(row.availability);
    const { down, planned, unwatched } = row;
    const times = {
      down: rough(down),
      planned: rough(planned),
      unwatched: rough(unwatched),
      failures: row.failures,
    };
    return plain(speech.finish(words.row(row.name, percent, times)));
  });
  return atMost(lines, words);
}

function incidentLines(
  { incidents, moreIncidents }: ReportAnswer,
  words: ReportWords,
  speech: Speech,
): readonly ReportLine[] {
  if (incidents === null) return [plain(words.notRead)];
  const shown = incidents.slice(-LINES_MOST);
  const more = moreIncidents + incidents.length - shown.length;
  const lines = shown.map((one) => {
    const text = words.incident(one.scope, one.monitor, one.reason, endOf(one));
    return { time: dayAndTime(one.openedWall), text: speech.finish(text) };
  });
  return orNone([...(more > 0 ? [plain(words.more(more))] : []), ...lines], words);
}

function endOf({
  isOpen,
  openedWall,
  endedWall,
  verdict,
  steps,
}: ReportedIncident): EndTold | null {
  if (isOpen) return null;
  const lasted = rough(Math.max(0, (endedWall ?? openedWall) - openedWall));
  return { verdict: verdict ?? "", lasted, steps, isKnown: endedWall !== null };
}

/** The same words as when it ended. */
function drillText(
  drill: ReportAnswer["drills"][number],
  words: ReportWords,
  speech: Speech,
): string {
  const { id, target, verdict, detectedBy, detectedMs, recoveredMs } = drill;
  if (verdict === "running") return speech.finish(words.drillRuns(id, target));
  const hasFailed = verdict === "not-detected" || verdict === "not-recovered";
  const fields = { drill: id, target, verdict, detectedBy: detectedBy ?? "" };
  if (hasFailed) return render({ id: "drill-failed", fields }, speech);
  const times = { detected: detectedMs, recovered: recoveredMs };
  return render({ id: "drill-ended", fields: { ...fields, ...times } }, speech);
}

function monitorLines(
  { monitors }: ReportAnswer,
  words: ReportWords,
  speech: Speech,
): readonly ReportLine[] {
  const { count, unknown, neverProven, notProven } = monitors;
  const names = (
    all: readonly string[],
    say: (names: readonly string[], more: number) => string,
  ): readonly ReportLine[] => {
    if (all.length === 0) return [];
    const shown = all.slice(0, NAMES_MOST);
    return [plain(speech.finish(say(shown, all.length - shown.length)))];
  };
  const lines = [
    ...unknown.map(({ name, reason }) =>
      plain(render({ id: "monitor-unknown", fields: { monitor: name, reason } }, speech)),
    ),
    ...names(neverProven, words.neverProven),
    ...names(notProven, words.notProven),
  ];
  if (lines.length > 0) return atMost(lines, words);
  return [plain(count === 0 ? words.none : speech.finish(words.allProven(count)))];
}

function orNone(lines: readonly ReportLine[], words: ReportWords): readonly ReportLine[] {
  return lines.length === 0 ? [plain(words.none)] : atMost(lines, words);
}

function atMost(lines: readonly ReportLine[], words: ReportWords): readonly ReportLine[] {
  if (lines.length <= LINES_MOST + 1) return lines;
  return [...lines.slice(0, LINES_MOST), plain(words.more(lines.length - LINES_MOST))];
}

function plain(text: string): ReportLine {
  return { time: "", text };
}

/** Below a second nobody wants to know. */
function rough(lasts: Millis): Millis {
  return Math.round(lasts / SECOND) * SECOND;
}

/** `2026-11-21 07:00`, on the clock of this server. */
function dayAndTime(wall: number): string {
  const date = new Date(wall);
  const two = (number: number): string => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
