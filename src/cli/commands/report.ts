import type { AvailabilityRow } from "../../api/availability-answers.ts";
import type { ResponseOf } from "../../api/contract.ts";
import type { Millis } from "../../base/duration.ts";
import { SECOND } from "../../base/duration.ts";
import { type Command, usageFault, type Words } from "../command.ts";
import { answer, type Context, refuse, refuseCall } from "../context.ts";
import { table, wrap } from "../layout.ts";

/** `solosafe report`. */
export const report: Command = {
  name: "report",
  usage: ["availability [--month YYYY-MM] [--from DAY] [--to DAY]"],
  summary: "Show measured availability",
  detail:
    "How long each group, and the server, was up and down, how often it failed, and how long a repair took. What is planned does not count, nor does the time in which no agent was there; both are told. Without a month it is this one; the last 400 days are kept.",
  options: {
    month: { value: "YYYY-MM", help: "that month" },
    from: { value: "DAY", help: "from that day on (2026-01-31)" },
    to: { value: "DAY", help: "up to that day" },
  },
  words: [1, 1],
  examples: [
    ["availability", "this month so far"],
    ["availability --month 2026-01", "a month"],
  ],
  async run(context, words) {
    const [what] = words.plain;
    if (what !== "availability") {
      return refuse(
        context,
        2,
        usageFault(`there is no report \`${what}\``, "Only `availability`."),
      );
    }
    const days = readDays(words);
    if (days === null) {
      const hint = "Write --month 2026-01, or --from 2026-01-05 and --to 2026-01-20.";
      return refuse(context, 2, usageFault("the days cannot be read", hint));
    }
    const result = await context.client.call("availability", days);
    if (!result.ok) return refuseCall(context, result.problem);
    answer(context, result.value, () => describe(context, result.value));
    return 0;
  },
};

function readDays(words: Words): { from?: string; to?: string } | null {
  const month = words.text("month");
  if (month !== undefined) {
    if (!/^\d{4}-(?:0[1-9]|1[0-2])$/.test(month)) return null;
    // Days are compared as text: no month has more than 31.
    return { from: `${month}-01`, to: `${month}-31` };
  }
  const [from, to] = [words.text("from"), words.text("to")];
  const isDay = (text: string | undefined): boolean =>
    text === undefined || /^\d{4}-\d{2}-\d{2}$/.test(text);
  if (!isDay(from) || !isDay(to)) return null;
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function describe(context: Context, { from, to, rows }: ResponseOf<"availability">): string {
  const { headings, paint, width } = context;
  const { availability: said } = headings;
  if (rows.length === 0) return `${said.head(from, to)}\n${said.nothing}`;
  const lines = table([said.columns, ...rows.map((row) => cells(context, row))], "  ");
  return [paint.bold(said.head(from, to)), ...lines, "", wrap(said.note, width, "")].join("\n");
}

function cells({ headings }: Context, row: AvailabilityRow): string[] {
  const { availability: said, span } = headings;
  // Below a second nobody wants to know.
  const rough = (lasts: Millis): string => span(Math.round(lasts / SECOND) * SECOND);
  const { availability, repairMs, betweenMs } = row;
  return [
    row.name === "server" ? said.server : said.group(row.name),
    availability === null ? "–" : percent(availability),
    rough(row.down),
    String(row.failures),
    repairMs === null ? "–" : rough(repairMs),
    betweenMs === null ? "–" : rough(betweenMs),
    rough(row.planned),
    rough(row.unwatched),
  ];
}

/** Cut, not rounded: 99.9999 % is not all. */
function percent(part: number): string {
  const cut = Math.floor(part * 1_000_000) / 10_000;
  return `${part === 1 ? "100" : cut.toFixed(4)} %`;
}
