import { formatDuration, type Millis } from "../base/duration.ts";
import type { Action } from "../core/action.ts";
import type { Model } from "../core/model.ts";
import { formatClock } from "./clock-text.ts";
import { renderEvent } from "./render-event.ts";

/** One line of a transcript: when, what happened, and each thing that was decided. */
export interface TranscriptLine {
  readonly at: Millis;
  readonly left: string;
  readonly right: readonly string[];
}

const LEFT_WIDTH = 44;

/** An action as one short sentence; null for the housekeeping a reader does not need. */
export function renderAction(model: Model, action: Action): string | null {
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
      return renderDelay(model, action.monitor, action.delayMs);
    case "probeNow":
      return `ask ${action.monitor}`;
    case "order":
      return `order to the guard: ${action.order.kind}`;
    case "groupsStopped":
      return "tell the guard that nothing is left to stop";
    case "event":
      return renderEvent(action.event);
    case "stopAgent":
      return "the agent leaves; applications go on";
    case "saveState":
      return action.durability === "sync" ? SAVE : null;
    case "stopProbing":
    case "takeEvidence":
      return null;
  }
}

/** A first probe that waits is worth a word; going on at the usual interval is not. */
function renderDelay(model: Model, monitor: string, delayMs: Millis): string | null {
  if (delayMs === 0 || delayMs === model.monitors.get(monitor)?.intervalMs) return null;
  return `probe ${monitor} in ${formatDuration(delayMs)}`;
}

const SAVE = "save, durably";

/** Everything decided at once, one sentence each. A save alone is the regular housekeeping. */
export function renderActions(model: Model, actions: readonly Action[]): readonly string[] {
  const sentences = actions
    .map((action) => renderAction(model, action))
    .filter((one) => one !== null);
  return sentences.every((one) => one === SAVE) ? [] : sentences;
}

/** Lines as text: the first decision beside what happened, the others below it. */
export function renderLines(lines: readonly TranscriptLine[]): readonly string[] {
  return lines.flatMap(({ at, left, right }) => {
    const head = `${formatClock(at)}  ${left}`;
    const [first, ...rest] = right;
    if (first === undefined) return [head];
    return [
      `${head.padEnd(LEFT_WIDTH)}| ${first}`,
      ...rest.map((one) => `${"".padEnd(LEFT_WIDTH)}| ${one}`),
    ];
  });
}
