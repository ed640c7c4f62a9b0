import { formatDuration } from "../base/duration.ts";
import { formatClock } from "../simulate/clock-text.ts";
import type { StoryStep } from "../simulate/story.ts";
import type { WhatIf } from "../simulate/what-if.ts";
import { type Context, withProgram } from "./context.ts";
import { table, wrap } from "./layout.ts";

/** One screen: the beginning and the end of what is longer. */
const ROWS_MAX = 30;
const ROWS_END = 8;

/** What is played is the whole policy; what this version does is less. */
const NOT_DONE = "The play has a guard. In this version server-level actions are said, not done.";
const OBSERVED = "In observe mode nothing of this is done, it is only told.";

/** A failure of one monitor: each step with its time, and where it ends. */
export function describeFailure(context: Context, played: WhatIf): string {
  const { monitor, forMs, end } = played;
  const lasts =
    forMs === null ? "and nothing mends it" : `and works again after ${formatDuration(forMs)}`;
  const head = `\`${monitor}\` fails at 00:00 ${lasts}; the server has been up for 2h.`;
  return [
    head,
    ...rows(context, played.steps),
    end.text,
    ...remarks(played).map((text) => context.paint.dim(text)),
  ].join("\n");
}

function rows(context: Context, steps: readonly StoryStep[]): readonly string[] {
  if (steps.length === 0) return [];
  const isLong = steps.length > ROWS_MAX;
  const first = isLong ? steps.slice(0, ROWS_MAX - ROWS_END) : steps;
  const last = isLong ? steps.slice(-ROWS_END) : [];
  const left = steps.length - first.length - last.length;
  const gap = isLong ? [["", context.paint.dim(`… ${left} more …`), ""]] : [];
  return ["", ...table([...first.map(row), ...gap, ...last.map(row)], "  "), ""];
}

function row({ at, text, result, tookMs, times, lastAt }: StoryStep): readonly string[] {
  const again = times > 1 ? ` (${times} times, last at ${formatClock(lastAt)})` : "";
  const took = tookMs === null ? "" : `${result ?? ""} after ${formatDuration(tookMs)}`;
  return [formatClock(at), `${text}${again}`, took];
}

function remarks({ mode, serverActions }: WhatIf): readonly string[] {
  if (mode === "observe") return [OBSERVED];
  return serverActions > 0 ? [NOT_DONE] : [];
}

/** One line for each monitor: when it first acts, when it takes its final action, where it ends. */
export function describeFailures(context: Context, played: readonly WhatIf[]): string {
  if (played.length === 0) return "There are no monitors.";
  const lines = table(
    [
      ["fails", "first step", "final action", "ends"],
      ...played.map((one) => {
        const first = one.steps.find(({ text }) => /^(?:would have: )?[\w-]+ of /.test(text));
        return [one.monitor, clock(first?.at), clock(one.finalAt), END_WORDS[one.end.is]];
      }),
    ],
    "",
  );
  const [head = "", ...rest] = lines;
  const more = "Times are since the failure. `solosafe simulate --fail NAME` shows each step.";
  return [
    context.paint.dim(head),
    ...rest,
    "",
    wrap(withProgram(context, more), context.width, ""),
  ].join("\n");
}

function clock(at: number | null | undefined): string {
  return at === null || at === undefined ? "-" : formatClock(at);
}

const END_WORDS: Readonly<Record<WhatIf["end"]["is"], string>> = {
  forgiven: "forgiven, nothing is done",
  cured: "cured",
  exhausted: "failed and alerted, recovery exhausted",
  "told-only": "failed and alerted, nothing is recovered",
  "did-not-help": "failed and alerted, a reboot did not help",
  blocked: "failed and alerted, the reboot limit is used up",
  stopped: "stopped, until a person starts it",
  "agent-stopped": "the agent has left, applications go on",
  off: "the server is switched off",
  "goes-on": "no end: it is tried again and again",
};
