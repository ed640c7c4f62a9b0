import type { Command } from "../command.ts";
import { GROUP_OPTIONS, runGroupCommand } from "./group-command.ts";

/** `solosafe start`. */
export const start: Command = {
  name: "start",
  usage: ["GROUP[/RESOURCE] [--no-wait] [--timeout SPAN]"],
  summary: "Start a group or a resource",
  detail: "What a person starts begins with counts of zero.",
  options: GROUP_OPTIONS,
  words: [1, 1],
  examples: [
    ["shop", "start the whole group, in order"],
    ["shop/web", "start one resource (and what comes after it, where it must)"],
  ],
  run: (context, words) =>
    runGroupCommand(context, words, "start", (name) => `Done: \`${name}\` is active.`),
};
