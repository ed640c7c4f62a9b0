import type { Command } from "../command.ts";
import { answer, refuseCall } from "../context.ts";
import { describeStatus } from "../status-text.ts";

/** `solosafe status`. */
export const status: Command = {
  name: "status",
  usage: [""],
  summary: "Show groups, monitors and open incidents",
  detail: "Exit code 0 when everything that is judged is well, 1 when something is not.",
  options: {},
  words: [0, 0],
  examples: [
    ["", "one screen"],
    ["--json", "everything the agent knows, for programs"],
  ],
  async run(context) {
    const result = await context.client.call("status", {});
    if (!result.ok) return refuseCall(context, result.problem);
    answer(context, result.value, () => describeStatus(context, result.value));
    return result.value.isHealthy ? 0 : 1;
  },
};
