import { parseDuration } from "../../base/duration.ts";
import { type Command, usageFault } from "../command.ts";
import { refuse } from "../context.ts";
import { showOutcome } from "../perform.ts";
import { findScope } from "./scope.ts";

/** `solosafe suspend`. */
export const suspend: Command = {
  name: "suspend",
  usage: ["[NAME|all] [--for SPAN | --until-i-say]"],
  summary: "Stop probing and recovery for a while",
  detail:
    "NAME is a group or a monitor; without it everything is suspended. Applications go on. It ends by itself after 2h unless told otherwise, after 7d at the latest; a reboot does not end it.",
  options: {
    for: { value: "SPAN", help: "how long: 30m, 4h, at most 7d (default 2h)" },
    "until-i-say": { help: "until somebody resumes it; reminded of daily" },
  },
  words: [0, 1],
  examples: [
    ["all --for 30m", "half an hour of maintenance"],
    ["shop --until-i-say", "leave one group alone until `resume`"],
  ],
  async run(context, words) {
    const text = words.text("for");
    const span = text === undefined ? undefined : parseDuration(text);
    if (span === null) {
      return refuse(context, 2, usageFault(`\`${text}\` is no span of time`, "Write 30m or 4h."));
    }
    if (span !== undefined && words.has("until-i-say")) {
      return refuse(context, 2, usageFault("--for and --until-i-say exclude each other", null));
    }
    const scope = await findScope(context, words.plain[0]);
    if (!scope.ok) return scope.problem;
    const forMs = words.has("until-i-say") ? null : span;
    const request = forMs === undefined ? { scope: scope.value } : { scope: scope.value, forMs };
    return showOutcome(context, await context.client.call("suspend", request), "Suspended.");
  },
};
