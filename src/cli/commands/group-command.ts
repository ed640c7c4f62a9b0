import { parseDuration } from "../../base/duration.ts";
import type { Command } from "../command.ts";
import { usageFault } from "../command.ts";
import { type Context, refuse } from "../context.ts";
import { showOutcome, WAIT_MS } from "../perform.ts";
import type { Words } from "../command.ts";

/** Options of the commands that work on a group or a resource and can wait for the end. */
export const GROUP_OPTIONS: Command["options"] = {
  "no-wait": { help: "do not wait until it has ended" },
  timeout: { value: "SPAN", help: "wait at most so long (default 1h); it goes on all the same" },
};

/** `start`, `stop` and `restart`: the same but for the word. */
export async function runGroupCommand(
  context: Context,
  words: Words,
  verb: "start" | "stop" | "restart",
  done: (name: string) => string,
): Promise<number> {
  const name = words.plain[0] ?? "";
  const timeout = words.text("timeout");
  const span = timeout === undefined ? WAIT_MS : parseDuration(timeout);
  if (span === null) {
    return refuse(context, 2, usageFault(`\`${timeout}\` is no span of time`, "Write 30s or 5m."));
  }
  const waitMs = words.has("no-wait") ? 0 : span;
  return showOutcome(context, await context.client.call(verb, { name, waitMs }), done(name));
}
