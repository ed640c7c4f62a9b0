import type { Command } from "../command.ts";
import { answer } from "../context.ts";

/** `solosafe version`. */
export const version: Command = {
  name: "version",
  usage: [""],
  summary: "Show the versions of this program and of the agent",
  detail: "",
  options: {},
  words: [0, 0],
  examples: [["", "both versions"]],
  async run(context) {
    const own = context.version;
    const agent = await context.client.call("version", {});
    const running = agent.ok ? agent.value : null;
    answer(context, { solosafe: own, node: process.versions.node, agent: running }, () =>
      [
        `solosafe ${own} (Node ${process.versions.node})`,
        running === null
          ? "agent    not running"
          : `agent    ${running.version} (pid ${running.pid})`,
      ].join("\n"),
    );
    return 0;
  },
};
