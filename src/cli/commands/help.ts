import { didYouMean } from "../../config/suggest.ts";
import { ENTRIES } from "../catalogue.ts";
import { type Command, usageFault } from "../command.ts";
import { refuse } from "../context.ts";
import { helpOf, overview } from "../help.ts";

/** `solosafe help`. */
export const help: Command = {
  name: "help",
  usage: ["[COMMAND]"],
  summary: "Show all commands, or one of them",
  detail: "",
  options: {},
  words: [0, 1],
  examples: [["drill", "how `drill` is used"]],
  async run(context, words) {
    const name = words.plain[0];
    if (name === undefined) {
      context.out(overview(context.program, context.paint));
      return 0;
    }
    const entry = ENTRIES.find((one) => one.name === name);
    if (!entry) {
      const names = ENTRIES.map((one) => one.name);
      return refuse(context, 2, usageFault(`unknown command \`${name}\``, didYouMean(name, names)));
    }
    context.out(helpOf(await entry.load(), context.program, context.paint));
    return 0;
  },
};
