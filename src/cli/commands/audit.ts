import type { AuditEntry } from "../../api/access-answers.ts";
import { PAGE_MAX } from "../../api/route.ts";
import { type Command, usageFault } from "../command.ts";
import { answer, refuse, refuseCall } from "../context.ts";
import { clock } from "../event-line.ts";
import { table } from "../layout.ts";

const USUAL = 50;

/** `solosafe audit`. */
export const audit: Command = {
  name: "audit",
  usage: ["[--limit N] [--before NUMBER]"],
  summary: "Show who changed or tried what, and from where",
  detail:
    "The newest last; ten thousand entries are kept. `(kernel)` is who the kernel named: the command line, as root. What was only looked at is not listed.",
  options: {
    limit: { value: "N", help: `so many entries, at most ${PAGE_MAX} (default: ${USUAL})` },
    before: { value: "NUMBER", help: "only older ones than this" },
  },
  words: [0, 0],
  examples: [
    ["", "the last fifty"],
    ["--limit 1000 --json", "for a program"],
  ],
  async run(context, words) {
    const limit = Number(words.text("limit") ?? USUAL);
    const typed = words.text("before");
    const before = typed === undefined ? undefined : Number(typed);
    const isGood = (number: number): boolean => Number.isInteger(number) && number > 0;
    if (!isGood(limit) || (before !== undefined && !isGood(before))) {
      return refuse(context, 2, usageFault("--limit and --before need a number", null));
    }
    const asked = before === undefined ? { limit } : { limit, before };
    const result = await context.client.call("audit", asked);
    if (!result.ok) return refuseCall(context, result.problem);
    answer(context, result.value, () => {
      const { entries, lost } = result.value;
      const lines = table(entries.toReversed().map(rowOf), "");
      const more = lost === 0 ? [] : [`${lost} entries could not be written and are lost.`];
      return [...(lines.length === 0 ? ["Nothing was changed yet."] : lines), ...more].join("\n");
    });
    return 0;
  },
};

function rowOf({ seq, wall, who, by, from, what, about, result }: AuditEntry): string[] {
  const words = Object.entries(about).map(([key, value]) => `${key}=${String(value)}`);
  const name = `${who ?? "nobody"} (${by})`;
  return [String(seq), clock(wall, true), name, from, what, result, words.join(" ")];
}
