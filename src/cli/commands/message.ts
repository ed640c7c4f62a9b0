import { type Command, usageFault } from "../command.ts";
import { answer, refuse, refuseCall } from "../context.ts";

/** `solosafe message`. */
export const message: Command = {
  name: "message",
  usage: ["MONITOR ok|failed [TEXT]"],
  summary: "Report ok or failed to a `message` monitor",
  detail: "For outside tools (a backup, another watcher) that know better than a probe.",
  options: {},
  words: [2, 20],
  examples: [
    ['backup failed "tape is full"', "the monitor `backup` fails with this reason"],
    ["backup ok", "and recovers"],
  ],
  async run(context, words) {
    const [monitor = "", outcome = "", ...text] = words.plain;
    if (outcome !== "ok" && outcome !== "failed") {
      return refuse(context, 2, usageFault(`\`${outcome}\` is neither ok nor failed`, null));
    }
    const result = await context.client.call("message", { monitor, outcome, text: text.join(" ") });
    if (!result.ok) return refuseCall(context, result.problem);
    answer(context, result.value, () => `Told monitor \`${monitor}\`: ${outcome}.`);
    return 0;
  },
};
