import type { Command } from "../command.ts";
import { answer, refuseCall } from "../context.ts";

/** `solosafe metrics`. */
export const metrics: Command = {
  name: "metrics",
  usage: [""],
  summary: "Print everything that is measured, for Prometheus",
  detail:
    "The text format 0.0.4, as the agent answers on its control socket at /metrics. Dashboard and alert rules lie in config/metrics.",
  options: {},
  words: [0, 0],
  examples: [["", "write it where node_exporter's textfile collector looks"]],
  async run(context) {
    const result = await context.client.call("metrics", {});
    if (!result.ok) return refuseCall(context, result.problem);
    answer(context, { text: result.value }, () => result.value.trimEnd());
    return 0;
  },
};
