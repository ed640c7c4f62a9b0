import { type Millis, parseDuration } from "../base/duration.ts";
import { FINAL_ACTIONS, type FailurePlan, type FinalAction } from "../core/model.ts";

/** Words with what stands behind them: `retries 2`. */
export type Options = readonly (readonly [string, string])[];

/** `retries 2, final reboot` as pairs. */
export function options(text: string): Options {
  const parts = text.split(",").map((part) => part.trim());
  return parts.filter((part) => part !== "").map(pair);
}

function pair(text: string): readonly [string, string] {
  const space = text.indexOf(" ");
  return space < 0 ? [text, ""] : [text.slice(0, space), text.slice(space + 1).trim()];
}

/** What stands before and after the first colon. */
export function split(text: string): readonly string[] {
  const colon = text.indexOf(":");
  return colon < 0
    ? [text.trim(), ""]
    : [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}

/** Reads a duration of a scenario; throws when it is none. */
export function duration(text: string): Millis {
  const span = parseDuration(text);
  if (span === null) throw new Error(`"${text}" is not a duration like 30s or 5m`);
  return span;
}

/** Reads a whole number; throws when it is none. */
export function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`"${text}" is not a number`);
  return Number(text);
}

/** Reads the name of a final action; throws when it is none. */
export function finalAction(text: string): FinalAction {
  const action = FINAL_ACTIONS.find((known) => known === text);
  if (!action) throw new Error(`unknown final action ${text}`);
  return action;
}

/** Reads `1 stop-group`: so many more tries, then the action. */
export function failurePlan(text: string): FailurePlan {
  const [retries = "", action = "none"] = text.split(/\s+/);
  return { retries: count(retries), action: finalAction(action) };
}
