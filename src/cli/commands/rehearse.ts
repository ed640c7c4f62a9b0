import type { Command } from "../command.ts";
import { showOutcome } from "../perform.ts";

/** `solosafe rehearse`. */
export const rehearse: Command = {
  name: "rehearse",
  usage: ["MONITOR [--end]"],
  summary: "Let a monitor fail on purpose; recovery is real",
  detail:
    "From now on every probe of the monitor says `failed`, and what is configured for that is done: scripts, reactivations, group restarts. The final action is only told; in observe mode every step is. It goes on until `--end`, which also sets the monitor's ladder back.",
  options: { end: { help: "end the rehearsal: the monitor tells the truth again" } },
  words: [1, 1],
  examples: [
    ["shop-page", "see what a failure of `shop-page` leads to"],
    ["shop-page --end", "enough"],
  ],
  async run(context, words) {
    const isOn = !words.has("end");
    const monitor = words.plain[0] ?? "";
    const done = isOn
      ? `Monitor \`${monitor}\` fails from its next probe on. \`solosafe events --follow\` shows what is done.`
      : `Monitor \`${monitor}\` tells the truth again.`;
    return showOutcome(context, await context.client.call("rehearse", { monitor, isOn }), done);
  },
};
