import type { Command } from "../command.ts";
import { showOutcome } from "../perform.ts";
import { findScope } from "./scope.ts";

/** `solosafe resume`. */
export const resume: Command = {
  name: "resume",
  usage: ["[NAME|all]"],
  summary: "End a suspension",
  detail: "NAME is a group or a monitor; without it the suspension of everything ends.",
  options: {},
  words: [0, 1],
  examples: [
    ["", "end the suspension of everything"],
    ["shop", "watch this group again"],
  ],
  async run(context, words) {
    const scope = await findScope(context, words.plain[0]);
    if (!scope.ok) return scope.problem;
    const result = await context.client.call("resume", { scope: scope.value });
    return showOutcome(context, result, "Watched again.");
  },
};
