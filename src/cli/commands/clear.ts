import type { Command } from "../command.ts";
import { showOutcome } from "../perform.ts";

/** `solosafe clear`. */
export const clear: Command = {
  name: "clear",
  usage: ["[NAME]"],
  summary: "Reset counts and release what is blocked",
  detail:
    "NAME is a monitor, a group or a resource; without it everything is cleared. The record of reboots stays: see `reboots clear`.",
  options: {},
  words: [0, 1],
  examples: [
    ["shop/web", "it is repaired: let it be started again"],
    ["", "all counts are zero"],
  ],
  async run(context, words) {
    const name = words.plain[0] ?? null;
    return showOutcome(context, await context.client.call("clear", { name }), "Cleared.");
  },
};
