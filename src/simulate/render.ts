import { formatDuration } from "../base/duration.ts";
import type { Action } from "../core/action.ts";
import { formatClock } from "./clock-text.ts";
import { renderEvent } from "./render-event.ts";
import type { Millis } from "../base/duration.ts";

/** One line of a transcript: when, what happened, and each thing that was decided. */
export interface TranscriptLine {
  readonly at: Millis;
  readonly left: string;
  readonly right: readonly string[];
}

const LEFT_WIDTH = 40;

/** An action as one short sentence; null for the housekeeping a reader does not need. */
export function renderAction(action: Action): string | null {
  switch (action.type) {
    case "startResource":
      return `start ${action.resource}${action.attempt > 1 ? ` (try ${action.attempt})` : ""}`;
    case "stopResource":
      return `stop ${action.resource}${action.attempt > 1 ? ` (try ${action.attempt})` : ""}`;
    case "runScript":
      return `run the script of ${action.monitor}`;
    case "awaitOperation":
      return "wait for what the former agent began";
    case "abandon":
      return "give up what is running";
    case "startProbing":
      return action.delayMs > 0 ? `probe ${action.monitor} in ${formatDuration(action.delayMs)}` : null;
    case "probeNow":
      return `ask ${action.monitor}`;
    case "order":
      return `order to the guard: ${action.order.kind}`;
    case "event":
      return renderEvent(action.event);
    case "stopAgent":
      return "the agent leaves; applications go on";
    case "saveState":
      return action.durability === "sync" ? "save, durably" : null;
    case "stopProbing":
      return null;
  }
}

/** Everything decided at once, one sentence each; equal kinds of work in one sentence. */
export function renderActions(actions: readonly Action[]): readonly string[] {
  const sentences: string[] = [];
  for (const action of actions) {
    const sentence = renderAction(action);
    if (sentence !== null) sentences.push(sentence);
  }
  return sentences;
}

/** Lines as text: the first decision beside what happened, the others below it. */
export function renderLines(lines: readonly TranscriptLine[]): readonly string[] {
  return lines.flatMap(({ at, left, right }) => {
    const head = `${formatClock(at)}  ${left}`;
    const [first, ...rest] = right;
    if (first === undefined) return [head];
    return [`${head.padEnd(LEFT_WIDTH)}| ${first}`, ...rest.map((one) => `${"".padEnd(LEFT_WIDTH)}| ${one}`)];
  });
}
