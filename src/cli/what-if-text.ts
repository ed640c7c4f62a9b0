import type { GuardReport } from "../base/guard-report.ts";
import { formatClock } from "../simulate/clock-text.ts";
import type { StoryStep } from "../simulate/story.ts";
import type { WhatIf } from "../simulate/what-if.ts";
import { type Context, withProgram } from "./context.ts";
import { table, wrap } from "./layout.ts";

/** One screen: the beginning and the end of what is longer. */
const ROWS_MAX = 30;
const ROWS_END = 8;

/** A failure of one monitor: each step with its time, and where it ends. */
export function describeFailure(
  context: Context,
  played: WhatIf,
  report: GuardReport | null,
): string {
  const { simulate: said } = context.headings;
  return [
    said.head(played.monitor, played.forMs),
    ...rows(context, played.steps),
    said.end(played),
    ...remarks(context, played, report).map((text) => context.paint.dim(text)),
  ].join("\n");
}

function rows(context: Context, steps: readonly StoryStep[]): readonly string[] {
  if (steps.length === 0) return [];
  const isLong = steps.length > ROWS_MAX;
  const first = isLong ? steps.slice(0, ROWS_MAX - ROWS_END) : steps;
  const last = isLong ? steps.slice(-ROWS_END) : [];
  const left = steps.length - first.length - last.length;
  const gap = isLong ? [["", context.paint.dim(context.headings.simulate.more(left)), ""]] : [];
  const each = (step: StoryStep): readonly string[] => row(context, step);
  return ["", ...table([...first.map(each), ...gap, ...last.map(each)], "  "), ""];
}

function row({ headings }: Context, step: StoryStep): readonly string[] {
  const { at, text, result, tookMs, times, lastAt } = step;
  const { again, took } = headings.simulate;
  const repeated = times > 1 ? ` ${again(times, formatClock(lastAt))}` : "";
  return [formatClock(at), `${text}${repeated}`, tookMs === null ? "" : took(result ?? "", tookMs)];
}

/** The play has a guard with a watchdog; what this server has may be less. */
function remarks(
  { headings }: Context,
  { mode, serverActions }: WhatIf,
  report: GuardReport | null,
): readonly string[] {
  const { observed, notDone } = headings.simulate;
  if (mode === "observe") return [observed];
  if (serverActions === 0) return [];
  if (report === null) return [notDone];
  return report.device === null ? [headings.notes["guard-uncovered"]] : [];
}

/** One line for each monitor: when it first acts, when it takes its final action, where it ends. */
export function describeFailures(context: Context, played: readonly WhatIf[]): string {
  const { headings, paint } = context;
  if (played.length === 0) return headings.monitor.none;
  const lines = table(
    [
      headings.simulate.columns,
      ...played.map((one) => {
        const first = one.steps.find(({ text }) => /^(?:would have: )?[\w-]+ of /.test(text));
        return [one.monitor, clock(first?.at), clock(one.finalAt), headings.ends[one.end.is]];
      }),
    ],
    "",
  );
  const [head = "", ...rest] = lines;
  const more = withProgram(context, headings.simulate.times);
  return [paint.dim(head), ...rest, "", wrap(more, context.width, "")].join("\n");
}

function clock(at: number | null | undefined): string {
  return at === null || at === undefined ? "-" : formatClock(at);
}
