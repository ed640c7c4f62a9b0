import type { Command } from "../command.ts";
import { GROUP_OPTIONS, runGroupCommand } from "./group-command.ts";

/** `solosafe stop`. */
export const stop: Command = {
  name: "stop",
  usage: ["GROUP[/RESOURCE] [--no-wait] [--timeout SPAN]"],
  summary: "Stop a group or a resource; it stays stopped until it is started",
  detail: "What a person stopped stays stopped, also over restarts of the agent and reboots.",
  options: GROUP_OPTIONS,
  words: [1, 1],
  examples: [
    ["shop", "stop the whole group, in order"],
    ["shop/web", "stop one resource (and what comes after it, where it must)"],
  ],
  run: (context, words) =>
    runGroupCommand(context, words, "stop", (name) => `Done: \`${name}\` is stopped.`),
};
