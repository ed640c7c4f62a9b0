import type { CommandAnswer } from "../api/answers.ts";
import type { CallProblem } from "../api/client.ts";
import type { Result } from "../base/result.ts";
import { answer, type Context, refuse, refuseCall, withProgram } from "./context.ts";
import { eventLine } from "./event-line.ts";

/** How long `start`, `stop` and `restart` wait for the end unless told otherwise. */
export const WAIT_MS = 3_600_000;

/** Shows what became of a command: its events, then one line; gives back the exit code. */
export function showOutcome(
  context: Context,
  result: Result<CommandAnswer, CallProblem>,
  done: string,
): number {
  if (!result.ok) return refuseCall(context, result.problem);
  const { outcome, reason, events } = result.value;
  if (outcome === "failed") {
    if (!context.isJson) for (const event of events) context.err(eventLine(context, event, false));
    return refuse(context, 5, {
      code: "command/failed",
      message: reason === "" ? "it was tried and did not succeed" : reason,
      hint: "`solosafe status` shows how it is now.",
    });
  }
  answer(context, result.value, () => {
    const lines = events.map((event) => eventLine(context, event, false));
    const last = outcome === "done" ? done : "Accepted; it goes on. `solosafe status` shows it.";
    return withProgram(
      context,
      [...lines, reason === "" ? last : `${sentence(reason)}.`].join("\n"),
    );
  });
  return 0;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replace(/\.$/, "");
}
