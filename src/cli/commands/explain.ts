import type { ResponseOf } from "../../api/contract.ts";
import { renderStatement } from "../../events/render.ts";
import type { Command } from "../command.ts";
import { answer, type Context, refuseCall, withProgram } from "../context.ts";
import { eventLine } from "../event-line.ts";
import { wrap } from "../layout.ts";

/** `solosafe explain`. */
export const explain: Command = {
  name: "explain",
  usage: ["[NAME]"],
  summary: "Say why something is as it is, and what comes next",
  detail: "NAME is a monitor, a resource or a group; without it the server is explained.",
  options: {},
  words: [0, 1],
  examples: [
    ["shop/web", "why is it not active?"],
    ["shop-page", "how often did it fail, which step comes next?"],
  ],
  async run(context, words) {
    const name = words.plain[0];
    const result = await context.client.call("explain", name === undefined ? {} : { name });
    if (!result.ok) return refuseCall(context, result.problem);
    answer(context, result.value, () => describe(context, result.value));
    return 0;
  },
};

function describe(context: Context, explained: ResponseOf<"explain">): string {
  const { kind, name, statements, events } = explained;
  const title = kind === "server" ? "The server" : `${kind} \`${name}\``;
  const said = statements.map((one) =>
    wrap(`  ${withProgram(context, renderStatement(one, context.speech))}`, context.width, "    "),
  );
  const happened =
    events.length === 0
      ? []
      : ["", "What happened:", ...events.map((event) => `  ${eventLine(context, event, true)}`)];
  return [context.paint.bold(title), ...said, ...happened].join("\n");
}
