import type { RebootsAnswer } from "../../api/answers.ts";
import { type Command, usageFault } from "../command.ts";
import { answer, type Context, refuse, refuseCall, withProgram } from "../context.ts";
import { clock } from "../event-line.ts";
import { table } from "../layout.ts";
import { showOutcome } from "../perform.ts";

/** `solosafe reboots`. */
export const reboots: Command = {
  name: "reboots",
  usage: ["", "clear"],
  summary: "Show or clear the record of server-level actions",
  detail:
    "The record counts reboots and the like, so that a fault cannot reboot the server in a loop. When the limit is used up such actions are held back until it is cleared.",
  options: {},
  words: [0, 1],
  examples: [
    ["", "how many are counted, and why"],
    ["clear", "the cause is repaired: count from zero"],
  ],
  async run(context, words) {
    const word = words.plain[0];
    if (word === "clear") {
      const cleared = await context.client.call("clearReboots", {});
      return showOutcome(context, cleared, "The record is empty.");
    }
    if (word !== undefined) {
      return refuse(context, 2, usageFault(`\`${word}\` is unknown here`, "Only `clear` is."));
    }
    const result = await context.client.call("reboots", {});
    if (!result.ok) return refuseCall(context, result.problem);
    answer(context, result.value, () => describe(context, result.value));
    return 0;
  },
};

function describe(context: Context, record: RebootsAnswer): string {
  const entries = (list: RebootsAnswer["counted"]): string[] =>
    table(
      list.map((one) => [clock(one.wall, true), one.kind, one.monitor ?? "(no monitor)"]),
      "  ",
    );
  const lines = [`${record.counted.length} of ${record.limit} server-level actions are counted.`];
  lines.push(...entries(record.counted));
  if (record.observed.length > 0) {
    lines.push(`${record.observed.length} more were decided and not done (simulated or observed):`);
    lines.push(...entries(record.observed));
  }
  if (record.intent !== null) lines.push(`Under way: ${record.intent.kind}.`);
  for (const name of record.didNotHelp) {
    lines.push(`A reboot for monitor \`${name}\` did not help; it is not repeated until the cure.`);
  }
  if (record.powerLosses > 0) lines.push(`Power losses seen: ${record.powerLosses} (not counted).`);
  if (record.fault !== null) {
    lines.push(`The record cannot be trusted: ${record.fault}. Repair the disk, then restart.`);
  }
  if (record.counted.length >= record.limit) {
    lines.push(
      withProgram(context, "The limit is used up. When repaired: `solosafe reboots clear`."),
    );
  }
  return lines.join("\n");
}
