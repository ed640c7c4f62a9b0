import type { Command } from "../command.ts";
import { GROUP_OPTIONS, runGroupCommand } from "./group-command.ts";

/** `solosafe restart`. */
export const restart: Command = {
  name: "restart",
  usage: ["GROUP[/RESOURCE] [--no-wait] [--timeout SPAN]"],
  summary: "Stop and start a group or a resource",
  detail: "It is started only when all its processes are proved to be gone.",
  options: GROUP_OPTIONS,
  words: [1, 1],
  examples: [
    ["shop", "restart the whole group, in order"],
    ["shop/web", "restart one resource (and what comes after it, where it must)"],
  ],
  run: (context, words) =>
    runGroupCommand(context, words, "restart", (name) => `Done: \`${name}\` was restarted.`),
};
